package tickconn

import (
	"io"
	"net"
)

// Conn is a TCP socket outside Go's poller, made by Detach. No method waits for
// the network. It has no locks: one goroutine owns it at a time.
type Conn struct {
	fd      int // -1 once closed: the number may be another connection's by then
	options Options
	tail    []byte
	fault   error
	poller  *Poller
}

// TryRead reads once; 0 and no error: nothing has arrived. Fewer bytes than asked
// for: there was no more. Errors: net.ErrClosed after Close, io.EOF when the peer
// has ended its side, else what the kernel reports, once and for all.
func (c *Conn) TryRead(b []byte) (int, error) {
	if c.fd < 0 {
		return 0, net.ErrClosed
	}
	if c.fault != nil {
		return 0, c.fault
	}
	n, again, err := read(c.fd, b)
	switch {
	case err != nil:
		c.fault = err
	case n == 0 && !again && len(b) > 0:
		c.fault = io.EOF
	}
	return n, c.fault
}

// Write is WriteParts of one part.
func (c *Conn) Write(b []byte) (int, error) { return c.WriteParts(nil, b) }

// WriteParts sends head and body as one piece with one system call, behind
// whatever waits in the tail, and keeps what the kernel does not take. Either
// all bytes are accepted or none: ErrFull when tail and bytes together exceed
// Options.MaxTail, net.ErrClosed after Close, else the connection's fault.
func (c *Conn) WriteParts(head, body []byte) (int, error) {
	if c.fd < 0 {
		return 0, net.ErrClosed
	}
	c.flush()
	if c.fault != nil {
		return 0, c.fault
	}
	size := len(head) + len(body)
	if len(c.tail)+size > c.options.MaxTail {
		return 0, ErrFull
	}
	n := 0
	if len(c.tail) == 0 && size > 0 {
		n, _, c.fault = writev(c.fd, head, body)
	}
	if n < size {
		c.keep(head, body, n)
	}
	return size, c.fault
}

// keep appends head and body to the tail, without their first n bytes. The tail
// grows to what is needed, doubling at most up to MaxTail.
func (c *Conn) keep(head, body []byte, n int) {
	need := len(c.tail) + len(head) + len(body) - n
	if need > cap(c.tail) {
		grown := make([]byte, len(c.tail), min(max(need, 2*cap(c.tail)), c.options.MaxTail))
		copy(grown, c.tail)
		c.tail = grown
	}
	skip := min(n, len(head))
	c.tail = append(c.tail, head[skip:]...)
	c.tail = append(c.tail, body[n-skip:]...)
}

// Flush tries to send the tail and reports whether it is gone.
func (c *Conn) Flush() bool {
	if c.fd < 0 {
		return false
	}
	c.flush()
	return len(c.tail) == 0 && c.fault == nil
}

func (c *Conn) flush() {
	if len(c.tail) == 0 || c.fault != nil {
		return
	}
	n, _, err := writev(c.fd, nil, c.tail)
	c.fault = err
	if n < len(c.tail) {
		c.tail = c.tail[:copy(c.tail, c.tail[n:])]
		return
	}
	// A healthy connection has no tail: do not hold 64 KB for it.
	c.tail = nil
}

// Tail is how many bytes wait here, 0 to Options.MaxTail.
func (c *Conn) Tail() int { return len(c.tail) }

// Unsent is how many bytes the kernel has taken but never sent, because the
// peer's window or the path is full; 0 when closed or broken.
func (c *Conn) Unsent() int {
	if c.fd < 0 {
		return 0
	}
	n, _ := unsent(c.fd)
	return n
}
