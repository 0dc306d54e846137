package ws

import (
	"errors"
	"fmt"
	"net"
	"runtime/debug"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/internal/stack"
	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

// Conn is one client's WebSocket connection, made by Upgrader.Upgrade, for
// room.Conn. The handshake's goroutine owns it until it has handed it to a room,
// whose goroutine owns it from Attach on; an owner must Close it. What arrives
// before Attach waits in the kernel.
type Conn struct {
	upgrader  *Upgrader
	remote    net.Addr
	handshake *handshakeConn // kept by a portable connection
	gws       *gws.Conn      // as handshake
	transport transport      // nil before Attach
	ended     *netproto.CloseError

	// Of the Poll that is running.
	handle func(msg []byte) error
	left   int // frames it may still take

	ping   []byte // payload of the last ping
	pinged bool   // it is still to be answered
	head   [wsframe.MaxHeader]byte
}

// transport moves one connection's bytes; there is one driven by the tick and a
// portable one. The room's goroutine calls it; no method waits.
type transport interface {
	// receive hands what has arrived to Conn.take, at most Conn.left frames and
	// about netproto.ReadBudget bytes, and calls Conn.end if that was all.
	receive()
	// send sends head and body as one piece, behind everything sent before. All
	// or nothing; bounded by netproto.MaxTail.
	send(head, body []byte) error
	// flush is Conn.Flush.
	flush() (clear bool)
	// close sends the close frame last, unless it is nil, and closes.
	close(last []byte)
}

// Attach implements room.Conn. A socket that cannot be taken over, such as for
// want of a descriptor, is driven portably; so is that of a room which does not
// tick, as somebody has to wait for it.
func (c *Conn) Attach(arrived func()) {
	if c.ended != nil {
		return
	}
	if arrived == nil && c.upgrader.config.Mode.drives(c.handshake.Conn) {
		err := attachTick(c)
		if err == nil {
			return
		}
		c.upgrader.log.Warn("the tick cannot drive a connection; it gets goroutines instead", "remote", c.RemoteAddr(), "err", err)
	}
	attachPortable(c, arrived)
}

// Poll implements room.Conn. Pings and pongs count as messages; only the last
// ping of a Poll is answered.
func (c *Conn) Poll(handle func(msg []byte) error) error {
	if c.ended == nil {
		c.handle, c.left = handle, netproto.MaxMessagesPerPoll
		c.transport.receive()
		c.handle = nil
	}
	if c.ended != nil {
		return c.ended
	}
	if c.pinged {
		c.pinged = false
		// A peer that has no room for a pong has pings to spare.
		_ = c.transport.send(c.header(wsframe.Pong, len(c.ping)), c.ping)
	}
	return nil
}

// take takes one message or control frame.
func (c *Conn) take(opcode wsframe.Opcode, payload []byte) {
	c.left--
	switch opcode {
	case wsframe.Binary:
		if err := c.callHandler(payload); err != nil {
			c.closeFor(err)
		}
	case wsframe.Ping:
		c.ping, c.pinged = append(c.ping[:0], payload...), true
	case wsframe.Pong:
	case wsframe.Close:
		c.end(closedByPeer(payload))
	default:
		c.Close(netproto.CloseText, "only binary messages are read")
	}
}

// callHandler runs the room's handler. A panic on one client's bytes ends that
// client.
func (c *Conn) callHandler(msg []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			c.upgrader.log.Error("a message handler panicked", "remote", c.RemoteAddr(), "err", fmt.Sprint(v), "stack", stack.OfPanic(debug.Stack()))
			err = &netproto.CloseError{Code: netproto.CloseBadFrame}
		}
	}()
	return c.handle(msg)
}

func (c *Conn) closeFor(err error) {
	why := &netproto.CloseError{Code: netproto.CloseBadFrame, Reason: err.Error()}
	errors.As(err, &why)
	c.Close(why.Code, why.Reason)
}

// Write implements room.Conn. Frame and tail together may not exceed
// netproto.MaxTail, so neither may one message.
func (c *Conn) Write(msg []byte) error {
	if c.ended != nil {
		return c.ended
	}
	return c.transport.send(c.header(wsframe.Binary, len(msg)), msg)
}

// header builds a frame's header; valid until the next one.
func (c *Conn) header(opcode wsframe.Opcode, size int) []byte {
	return wsframe.Header(&c.head, opcode, size)
}

// Flush implements room.Conn.
func (c *Conn) Flush() (clear bool) { return c.ended == nil && c.transport.flush() }

// Close implements room.Conn. Before Attach the handshake may call it, to refuse
// a client that is already upgraded.
func (c *Conn) Close(code netproto.CloseCode, reason string) {
	if c.ended == nil {
		c.end(closeWith(code, reason))
	}
}

// end ends the connection, once.
func (c *Conn) end(e ending) {
	c.ended = e.why
	c.upgrader.config.Closed(c.remote)
	c.upgrader.log.Debug("connection ended", "remote", c.RemoteAddr(), "code", e.why.Code.String(), "reason", e.why.Reason)
	if c.transport != nil {
		c.transport.close(e.last)
		return
	}
	c.upgrader.startGoodbye(goodbye{conn: c.handshake.Conn, last: e.last})
}

// RemoteAddr is the client's address.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }
