package client

import (
	"bytes"
	"errors"
	"net"
	"time"
)

// maxHead is the longest head of an answer that is accepted, bytes.
// Threat: a wrong server that makes a client allocate.
const maxHead = 8 << 10

var errLongHead = errors.New("the server's answer has too long a head")

// handshakeWire is the net.Conn that gws sees during the handshake. It reads no
// farther than the head of a granting answer and keeps what came with it, so
// that gws's buffer holds back no frame; and it neither closes nor has
// deadlines, which its owner sees to.
type handshakeWire struct {
	net.Conn
	head []byte // read, not handed out
	rest []byte // what came behind the head
	done bool   // the head is complete
}

// Read implements net.Conn.
func (w *handshakeWire) Read(b []byte) (int, error) {
	for !w.done {
		if err := w.more(); err != nil {
			return 0, err
		}
	}
	if len(w.head) == 0 {
		if w.rest != nil {
			return 0, errors.New("reading behind the handshake")
		}
		return w.Conn.Read(b)
	}
	n := copy(b, w.head)
	w.head = w.head[n:]
	return n, nil
}

// more reads on until the head's end.
func (w *handshakeWire) more() error {
	var chunk [1 << 10]byte
	n, err := w.Conn.Read(chunk[:])
	w.head = append(w.head, chunk[:n]...)
	end := bytes.Index(w.head, []byte("\r\n\r\n"))
	switch {
	case end >= 0:
		w.done = true
		if _, status, _ := bytes.Cut(w.head, []byte(" ")); bytes.HasPrefix(status, []byte("101")) {
			w.rest = append([]byte{}, w.head[end+4:]...)
		}
		return nil
	case err != nil:
		return err
	case len(w.head) > maxHead:
		return errLongHead
	}
	return nil
}

// Close implements net.Conn.
func (w *handshakeWire) Close() error { return nil }

// SetDeadline implements net.Conn.
func (w *handshakeWire) SetDeadline(time.Time) error { return nil }
