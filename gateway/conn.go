package gateway

import (
	"encoding/binary"
	"errors"
	"net"
	"runtime/debug"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
)

var _ room.Conn = (*Conn)(nil)

// Conn is one client's WebSocket connection, made by Upgrader.Upgrade. The
// handshake's goroutine owns it until it has handed it to a room, whose
// goroutine owns it from Attach on; an owner must Close it. What arrives before
// Attach waits in the kernel.
type Conn struct {
	upgrader *Upgrader
	remote   net.Addr
	wire     *wire     // of the handshake, and of a portable connection
	ws       *gws.Conn // as wire
	link     link      // nil before Attach
	ended    *netproto.CloseError

	// Of the Poll that is running.
	handle func(msg []byte) error
	left   int // events it may still take

	ping   []byte // payload of the last ping
	pinged bool   // it is still to be answered
	head   [10]byte
}

// link moves one connection's bytes; there is one driven by the tick and a
// portable one. The room's goroutine calls it; no method waits.
type link interface {
	// pump hands what has arrived to Conn.event, at most Conn.left events and
	// about netproto.ReadBudget bytes, and calls Conn.end if that was all.
	pump()
	// send sends head and body as one piece, behind everything sent before. All
	// or nothing; bounded by netproto.MaxTail.
	send(head, body []byte) error
	// flush is Conn.Flush.
	flush() (clear bool)
	// leave sends the close frame last, unless it is nil, and closes.
	leave(last []byte)
}

// Attach implements room.Conn. If the socket cannot be taken over, the next Poll
// says that the connection is lost.
func (c *Conn) Attach() {
	if c.ended != nil {
		return
	}
	if !c.upgrader.config.Mode.ticks(c.wire.Conn) {
		attachPortable(c)
		return
	}
	if err := attachTick(c); err != nil {
		c.upgrader.log.Error("connection cannot be attached", "remote", c.RemoteAddr(), "error", err)
		c.Close(netproto.CloseLost, err.Error())
	}
}

// Poll implements room.Conn. Pings and pongs count as messages; only the last
// ping of a Poll is answered.
func (c *Conn) Poll(handle func(msg []byte) error) error {
	if c.ended == nil {
		c.handle, c.left = handle, netproto.MaxMessagesPerPoll
		c.link.pump()
		c.handle = nil
	}
	if c.ended != nil {
		return c.ended
	}
	if c.pinged {
		c.pinged = false
		// A peer that has no room for a pong has pings to spare.
		_ = c.link.send(c.header(gws.OpcodePong, len(c.ping)), c.ping)
	}
	return nil
}

// event takes one message or control frame.
func (c *Conn) event(opcode gws.Opcode, data []byte) {
	c.left--
	switch opcode {
	case gws.OpcodeBinary:
		if err := c.call(data); err != nil {
			c.closeFor(err)
		}
	case gws.OpcodePing:
		c.ping, c.pinged = append(c.ping[:0], data...), true
	case gws.OpcodePong:
	case gws.OpcodeCloseConnection:
		c.end(closePayload(data))
	default:
		c.Close(netproto.CloseText, "only binary messages are read")
	}
}

// call runs the room's handler. A panic on one client's bytes ends that client.
func (c *Conn) call(data []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			c.upgrader.log.Error("a message handler panicked", "remote", c.RemoteAddr(), "panic", v, "stack", string(debug.Stack()))
			err = &netproto.CloseError{Code: netproto.CloseBadFrame}
		}
	}()
	return c.handle(data)
}

func (c *Conn) closeFor(err error) {
	reason := &netproto.CloseError{Code: netproto.CloseBadFrame, Reason: err.Error()}
	errors.As(err, &reason)
	c.Close(reason.Code, reason.Reason)
}

// Write implements room.Conn. Frame and tail together may not exceed
// netproto.MaxTail, so neither may one message.
func (c *Conn) Write(msg []byte) error {
	if c.ended != nil {
		return c.ended
	}
	return c.link.send(c.header(gws.OpcodeBinary, len(msg)), msg)
}

// header builds the header of a whole, unmasked frame; valid until the next one.
func (c *Conn) header(opcode gws.Opcode, size int) []byte {
	c.head[0] = 0x80 | byte(opcode)
	switch {
	case size < 126:
		c.head[1] = byte(size)
		return c.head[:2]
	case size < 1<<16:
		c.head[1] = 126
		binary.BigEndian.PutUint16(c.head[2:], uint16(size))
		return c.head[:4]
	default:
		c.head[1] = 127
		binary.BigEndian.PutUint64(c.head[2:], uint64(size))
		return c.head[:10]
	}
}

// Flush implements room.Conn.
func (c *Conn) Flush() (clear bool) { return c.ended == nil && c.link.flush() }

// Close implements room.Conn. Before Attach the handshake may call it, to refuse
// a client that is already upgraded.
func (c *Conn) Close(code netproto.CloseCode, reason string) {
	if c.ended != nil {
		return
	}
	c.end(&netproto.CloseError{Code: code, Reason: reason}, closeFrame(code, reason))
}

// end ends the connection once, for either side's reason. last is the close
// frame to send, nil: none.
func (c *Conn) end(end *netproto.CloseError, last []byte) {
	c.ended = end
	c.upgrader.log.Debug("connection ended", "remote", c.RemoteAddr(), "code", uint16(end.Code), "why", end.Error())
	if c.link != nil {
		c.link.leave(last)
		return
	}
	c.upgrader.depart(goodbye{conn: c.wire.Conn, last: last})
}

// RemoteAddr is the client's address.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }
