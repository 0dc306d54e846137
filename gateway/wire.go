package gateway

import (
	"encoding/binary"
	"net"

	"github.com/metronome-server/metronome/netproto"
)

// wire is the net.Conn that gws is given. After the upgrade gws may neither write
// nor close: everything that leaves goes through the link, in one order.
type wire struct {
	net.Conn
	early    []byte // what net/http had read behind the request
	upgraded bool

	// Of portable connections. Written by the goroutine that reads, until reading
	// has ended.
	spent int                // bytes since the last event, read ahead included
	fault error              // why Read ended
	cause error              // why gws ended, from OnClose
	code  netproto.CloseCode // what gws would have answered; 0: none
	panic any                // of gws's
}

// Read implements net.Conn. gws keeps no count of empty pieces, so bytes without
// an event are bounded here, as in frames: the longest message in pieces of one
// byte is 7 × 1024 bytes, and 512 may be read ahead.
func (w *wire) Read(b []byte) (int, error) {
	if len(w.early) > 0 {
		n := copy(b, w.early)
		w.early = w.early[n:]
		w.spent += n
		return n, nil
	}
	if w.spent > netproto.ReadBudget {
		w.fault = errFragments
		return 0, w.fault
	}
	n, err := w.Conn.Read(b)
	w.spent += n
	w.fault = err
	return n, err
}

// Write implements net.Conn.
func (w *wire) Write(b []byte) (int, error) {
	if !w.upgraded {
		return w.Conn.Write(b)
	}
	// All that gws writes by itself is a close frame.
	if len(b) >= 4 {
		w.code = netproto.CloseCode(binary.BigEndian.Uint16(b[2:]))
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
