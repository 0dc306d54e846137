package gateway

import (
	"encoding/binary"
	"errors"
	"net"

	"github.com/metronome-server/metronome/netproto"
)

// errFragments ends a connection that never finishes a message.
var errFragments = errors.New("a message in too many pieces")

// wire is the net.Conn that gws reads from. Its inside is swapped when the
// connection is attached. After the upgrade gws may neither write nor close: the
// close frame that it would send is its verdict on the peer, and everything that
// really leaves goes through the link, in one order.
type wire struct {
	net.Conn
	early    []byte // what net/http had read behind the request
	upgraded bool

	// Written by the goroutine that reads, until reading has ended.
	pending int    // bytes since the last whole message or control frame
	fault   error  // why Read ended
	cause   error  // why gws ended, from OnClose
	code    uint16 // of the close frame that gws would send, 0: none
	broken  error  // a panic of gws's
}

// Read implements net.Conn. Empty fragments cost a peer 6 bytes and gws keeps no
// count of them, so bytes without a result are bounded here: the longest message
// in pieces of one byte is 7 × 1024 bytes, and 512 may be read ahead.
func (w *wire) Read(b []byte) (int, error) {
	if len(w.early) > 0 {
		n := copy(b, w.early)
		w.early = w.early[n:]
		w.pending += n
		return n, nil
	}
	if w.pending > netproto.ReadBudget {
		w.fault = errFragments
		return 0, w.fault
	}
	n, err := w.Conn.Read(b)
	w.pending += n
	w.fault = err
	return n, err
}

// Write implements net.Conn.
func (w *wire) Write(b []byte) (int, error) {
	if !w.upgraded {
		return w.Conn.Write(b)
	}
	const closeOpcode = 8
	if len(b) >= 4 && b[0]&0x0f == closeOpcode {
		w.code = binary.BigEndian.Uint16(b[2:])
	}
	return len(b), nil
}

// Close implements net.Conn.
func (w *wire) Close() error {
	if !w.upgraded {
		return w.Conn.Close()
	}
	return nil
}
