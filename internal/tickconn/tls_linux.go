package tickconn

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
)

// SecureConn is a TLS connection outside Go's poller, made by DetachTLS. Its
// methods do what Conn's do, and the embedded Conn's count bytes of records.
type SecureConn struct {
	*Conn
	tls     *tls.Conn
	carrier *Carrier
	maxTail int
	left    []byte // arrived, but a reader's buffer was full
	more    bool   // TLS may hold decrypted bytes, something is left, or it is over
}

const (
	// arrivals is how many bytes of records one TryRead takes from the socket.
	arrivals = 8 << 10
	// recordSlack is what a tail may grow beyond Options.MaxTail by the records
	// around a message of 64 KB, an answer to a change of keys and a goodbye: a
	// record that does not leave whole would end the connection.
	recordSlack = 2 << 10
)

// records is what one TryRead or WriteParts works in; each is used for a microsecond.
var records = sync.Pool{New: func() any { return new([arrivals]byte) }}

// errNoCarrier is a caller's mistake.
var errNoCarrier = errors.New("tickconn: the TLS connection does not stand on a Carrier")

// DetachTLS takes the socket of a connection whose handshake is complete out of
// Go's poller, as Detach does. conn must stand on a Carrier and may not be used
// any more, unless there is an error.
func DetachTLS(conn *tls.Conn, options Options) (*SecureConn, error) {
	carrier, ok := conn.NetConn().(*Carrier)
	if !ok {
		return nil, errNoCarrier
	}
	s := &SecureConn{tls: conn, carrier: carrier, maxTail: options.MaxTail, more: true}
	options.MaxTail += recordSlack
	raw, err := Detach(carrier.Conn.(*net.TCPConn), options)
	if err != nil {
		return nil, err
	}
	s.Conn, carrier.raw = raw, raw
	return s, nil
}

// TryRead is Conn.TryRead of what was sent, decrypted. Errors are also those of
// crypto/tls, such as a record that was tampered with.
func (s *SecureConn) TryRead(b []byte) (n int, err error) {
	if s.fd < 0 {
		return 0, net.ErrClosed
	}
	if len(b) == 0 {
		return 0, nil
	}
	buffer := records.Get().(*[arrivals]byte)
	defer records.Put(buffer)
	if s.more {
		s.carrier.arrived = s.left
		n, err = s.decrypt(b)
	}
	if !s.more && n == 0 {
		k, fault := s.Conn.TryRead(buffer[:])
		if k == 0 && fault == nil {
			return 0, nil
		}
		s.carrier.arrived, s.carrier.fault = buffer[:k], fault
		n, err = s.decrypt(b)
	}
	return n, err
}

// decrypt reads what TLS can give without waiting.
func (s *SecureConn) decrypt(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		k, err = s.tls.Read(b[n:])
		n += k
	}
	s.keepLeft()
	if s.more = err != errNothing; !s.more {
		err = nil
	}
	return n, err
}

// keepLeft saves what TLS has not taken before the buffer is used again.
func (s *SecureConn) keepLeft() {
	if len(s.carrier.arrived) == 0 {
		s.left = nil
	} else {
		s.left = append(s.left[:0], s.carrier.arrived...)
	}
	s.carrier.arrived = nil
}

// Write is WriteParts of one part.
func (s *SecureConn) Write(b []byte) (int, error) { return s.WriteParts(nil, b) }

// WriteParts is Conn.WriteParts; what it sends is one record while it is below
// 8 KB. Options.MaxTail is for the bytes of records.
func (s *SecureConn) WriteParts(head, body []byte) (int, error) {
	if s.fd < 0 {
		return 0, net.ErrClosed
	}
	s.flush()
	size := len(head) + len(body)
	if s.Tail()+size > s.maxTail {
		return 0, ErrFull
	}
	return size, s.seal(head, body)
}

// seal writes records, whatever the tail holds.
func (s *SecureConn) seal(head, body []byte) error {
	if len(head)+len(body) > arrivals {
		_, err := s.tls.Write(head)
		if err == nil {
			_, err = s.tls.Write(body)
		}
		return err
	}
	buffer := records.Get().(*[arrivals]byte)
	defer records.Put(buffer)
	n := copy(buffer[:], head)
	n += copy(buffer[n:], body)
	_, err := s.tls.Write(buffer[:n])
	return err
}

// Leave sends last and TLS's own goodbye, and releases the socket with what the
// kernel did not take, as Conn.Leave.
func (s *SecureConn) Leave(last []byte) (Remains, bool) {
	if s.fd >= 0 && s.seal(nil, last) == nil {
		_ = s.tls.CloseWrite() // fails only with the connection
	}
	return s.Release()
}
