package ws

import (
	"encoding/binary"
	"errors"
	"net"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

// handshakeConn is the net.Conn that gws is given. After the upgrade gws may
// neither write nor close: everything that leaves goes through the transport, in
// one order.
type handshakeConn struct {
	net.Conn
	early    []byte // what net/http had read behind the request
	upgraded bool

	// Of portable connections. Written by the goroutine that reads, until reading
	// has ended.
	between int                // bytes since the last event, read ahead included
	fault   error              // why Read ended
	cause   error              // why gws ended, from OnClose
	code    netproto.CloseCode // what gws would have answered; 0: none
	panic   any                // of gws's
}

// Read implements net.Conn. gws keeps no count of empty pieces, so bytes without
// an event are bounded here, as in wsframe: the longest message in pieces of one
// byte is 7 × 1024 bytes, and 512 may be read ahead.
func (c *handshakeConn) Read(b []byte) (int, error) {
	if len(c.early) > 0 {
		n := copy(b, c.early)
		c.early = c.early[n:]
		c.between += n
		return n, nil
	}
	if c.between > netproto.ReadBudget {
		c.fault = wsframe.ErrFragments
		return 0, c.fault
	}
	n, err := c.Conn.Read(b)
	c.between += n
	c.fault = err
	return n, err
}

// Write implements net.Conn.
func (c *handshakeConn) Write(b []byte) (int, error) {
	if !c.upgraded {
		return c.Conn.Write(b)
	}
	// All that gws writes by itself is a close frame.
	if len(b) >= 4 {
		c.code = netproto.CloseCode(binary.BigEndian.Uint16(b[2:]))
	}
	return len(b), nil
}

// Close implements net.Conn.
func (c *handshakeConn) Close() error {
	if !c.upgraded {
		return c.Conn.Close()
	}
	return nil
}

// readingEnded says how gws's reading came to its end.
func (c *handshakeConn) readingEnded() ending {
	var byPeer *gws.CloseError
	switch {
	case errors.Is(c.fault, wsframe.ErrFragments):
		return badFrames(c.fault)
	case c.panic != nil: // a negative length
		return badFrames(wsframe.ErrFraming)
	case c.fault != nil:
		return connectionLost(c.fault)
	case c.code == netproto.CloseTooBig:
		return badFrames(wsframe.ErrTooLong)
	case c.code == netproto.CloseProtocol || !errors.As(c.cause, &byPeer):
		return badFrames(wsframe.ErrFraming)
	case byPeer.Code == 0:
		return closedByPeer(nil)
	}
	return closedByPeer(append(binary.BigEndian.AppendUint16(nil, byPeer.Code), byPeer.Reason...))
}

// session leads from a gws connection to its transport without a lookup. gws only
// stores it; the embedded storage is never used.
type session struct {
	gws.SessionStorage
	transport *portableTransport
}

// events hands what gws reads to a portable connection's transport.
type events struct{ gws.BuiltinEventHandler }

func transportOf(socket *gws.Conn) *portableTransport { return socket.Session().(*session).transport }

// OnMessage implements gws.Event.
func (events) OnMessage(socket *gws.Conn, message *gws.Message) {
	transportOf(socket).put(message.Opcode, message.Bytes())
	_ = message.Close() // back to gws's pool
}

// OnPing implements gws.Event.
func (events) OnPing(socket *gws.Conn, payload []byte) {
	transportOf(socket).put(gws.OpcodePing, payload)
}

// OnPong implements gws.Event.
func (events) OnPong(socket *gws.Conn, payload []byte) {
	transportOf(socket).put(gws.OpcodePong, payload)
}

// OnClose implements gws.Event.
func (events) OnClose(socket *gws.Conn, err error) {
	transportOf(socket).conn.handshake.cause = err
}
