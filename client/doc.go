// Package client plays in a room: it asks the lobby for a seat, opens the
// room's WebSocket, mirrors what the seat sees, times inputs so that they are
// used and not kept waiting, and takes the seat back when the connection is
// lost.
//
// A [Session] is all of that without a socket, a clock or a goroutine. Two
// things drive one: a [Client] is for a player, with a goroutine of its own
// and callbacks; a [Polled] is one of thousands on a [Poller], in a loop of
// the caller's.
package client
