// Package room runs one match: its seats, their inputs, the tick, what goes
// out and what is recorded; and keeps the rooms of this node.
//
// One goroutine owns a room, from Run until it returns. It reads the
// connections, steps the game and writes the connections in one straight line;
// tick.go is that line. Everybody else comes through the door (Knock) or the
// mailbox (Do). The package knows no sockets: a connection is a [Conn], time is
// a [Clock].
package room
