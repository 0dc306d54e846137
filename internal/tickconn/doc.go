// Package tickconn holds sockets for a loop that must never block. A Conn is a TCP
// socket taken out of Go's poller: it reads what is there, and its Write keeps
// what the kernel does not take. A Poller says which of many connections have
// something to read.
package tickconn

import "errors"

// ErrFull is returned for bytes that do not fit into a connection's tail.
var ErrFull = errors.New("the peer does not read: tail is full")
