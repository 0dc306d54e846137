package room

import "github.com/metronome-server/metronome/netproto"

// Conn is one client's connection as its room sees it. The room's goroutine
// alone calls it, from Attach on; no method blocks.
type Conn interface {
	// Attach is called once, on the room's goroutine, before anything else. arrived,
	// unless nil, is to be called, on any goroutine, whenever Poll would have
	// something to say: the room is one that does not tick. A connection that is not
	// let in is only closed, on whichever goroutine finds that out.
	Attach(arrived func())
	// Poll reads what has arrived since the last call, up to the connection's
	// budget for one tick, and hands each binary message to handle, in order.
	// msg is valid during the call only. A *netproto.CloseError from handle
	// closes the connection with it. Once the connection has ended, for
	// whatever reason, Poll returns why, as a *netproto.CloseError.
	Poll(handle func(msg []byte) error) error
	// Write sends one binary message. What the socket does not take is kept as
	// a tail of at most netproto.MaxTail bytes and leaves with later Flush
	// calls; a message that does not fit is refused whole with an error.
	// msg may be reused after the call.
	Write(msg []byte) error
	// Flush tries to send the tail and reports whether the connection is clear:
	// no tail here and nothing unsent in the kernel's buffer. A snapshot is
	// only written to a clear connection.
	Flush() (clear bool)
	// Close sends a close frame if that is possible at once, and ends the
	// connection. Later calls do nothing.
	Close(code netproto.CloseCode, reason string)
}
