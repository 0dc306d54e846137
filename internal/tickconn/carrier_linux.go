package tickconn

import (
	"net"
	"time"
)

// Carrier is the connection that crypto/tls stands on. It is a TCP connection
// until DetachTLS takes its socket out of Go's poller; from then on its Read
// yields instead of waiting, and only a SecureConn may use it.
type Carrier struct {
	net.Conn // a *net.TCPConn; closed by DetachTLS
	raw      *Conn
	arrived  []byte // taken from raw, not yet by TLS
	fault    error  // what ended reading, behind arrived
}

// Carry makes a Carrier of an accepted or dialled connection.
func Carry(tcp *net.TCPConn) *Carrier { return &Carrier{Conn: tcp} }

// nothing is what a Carrier's Read returns when nothing has arrived. crypto/tls
// keeps what it has of a record and passes temporary errors on without keeping
// them, as it must after a deadline.
type nothing struct{}

func (nothing) Error() string   { return "nothing has arrived" }
func (nothing) Timeout() bool   { return true }
func (nothing) Temporary() bool { return true }

var errNothing net.Error = nothing{}

// Read implements net.Conn.
func (c *Carrier) Read(b []byte) (int, error) {
	switch {
	case c.raw == nil:
		return c.Conn.Read(b)
	case len(c.arrived) > 0:
		n := copy(b, c.arrived)
		c.arrived = c.arrived[n:]
		return n, nil
	case c.fault != nil:
		return 0, c.fault
	}
	return 0, errNothing
}

// Write implements net.Conn.
func (c *Carrier) Write(b []byte) (int, error) {
	if c.raw == nil {
		return c.Conn.Write(b)
	}
	return c.raw.Write(b)
}

// Close implements net.Conn.
func (c *Carrier) Close() error {
	if c.raw == nil {
		return c.Conn.Close()
	}
	return c.raw.Close()
}

// SetWriteBuffer sets the kernel's send buffer, bytes, while it is a TCP connection.
func (c *Carrier) SetWriteBuffer(bytes int) error {
	return c.Conn.(*net.TCPConn).SetWriteBuffer(bytes)
}

// SetDeadline implements net.Conn. A detached connection never waits.
func (c *Carrier) SetDeadline(t time.Time) error {
	if c.raw == nil {
		return c.Conn.SetDeadline(t)
	}
	return nil
}

// SetReadDeadline implements net.Conn, as SetDeadline.
func (c *Carrier) SetReadDeadline(t time.Time) error {
	if c.raw == nil {
		return c.Conn.SetReadDeadline(t)
	}
	return nil
}

// SetWriteDeadline implements net.Conn, as SetDeadline.
func (c *Carrier) SetWriteDeadline(t time.Time) error {
	if c.raw == nil {
		return c.Conn.SetWriteDeadline(t)
	}
	return nil
}
