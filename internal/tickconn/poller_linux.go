package tickconn

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// pollBatch is how many ready connections one Wait reports at most; more are
// reported by the next. 12 bytes each.
const pollBatch = 1024

// Poller finds which of many connections have something to read, or have ended,
// so that idle ones cost nothing. Level-triggered: a connection that was not
// read empty is reported again. One goroutine owns it.
type Poller struct {
	fd     int
	events [pollBatch]unix.EpollEvent
	ready  []int
}

// NewPoller makes an empty one; it holds one descriptor until Close.
func NewPoller() (*Poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("tickconn: epoll: %w", err)
	}
	return &Poller{fd: fd, ready: make([]int, 0, pollBatch)}, nil
}

// Add watches c and reports it as index, 0 to 2³¹-1. Closing c removes it. Bytes
// that were read before c was detached raise no report.
func (p *Poller) Add(c *Conn, index int) error {
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: int32(index)}
	if err := unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, c.fd, &event); err != nil {
		return fmt.Errorf("tickconn: watching a connection: %w", err)
	}
	c.poller = p
	return nil
}

// Remove ends the watching of c; Close of c does so by itself.
func (p *Poller) Remove(c *Conn) {
	if c.poller != p {
		return
	}
	c.poller = nil
	if p.fd >= 0 {
		// It fails only for a socket that is not watched, which is the goal.
		_ = unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, c.fd, nil)
	}
}

// Wait returns the indices of ready connections, valid until the next call. With
// none ready it waits up to timeout, rounded up to a millisecond; 0 does not
// wait, below 0 waits as long as it takes. A connection that is closed while the
// caller walks the list may still be on it.
func (p *Poller) Wait(timeout time.Duration) ([]int, error) {
	millis := -1
	if timeout >= 0 {
		millis = int((timeout + time.Millisecond - 1) / time.Millisecond)
	}
	n, err := unix.EpollWait(p.fd, p.events[:], millis)
	if err != nil && err != unix.EINTR {
		return nil, fmt.Errorf("tickconn: epoll: %w", err)
	}
	p.ready = p.ready[:0]
	for _, event := range p.events[:max(n, 0)] {
		p.ready = append(p.ready, int(event.Fd))
	}
	return p.ready, nil
}

// Close releases the descriptor; the connections stay open.
func (p *Poller) Close() error {
	if p.fd < 0 {
		return nil
	}
	fd := p.fd
	p.fd = -1
	return unix.Close(fd)
}
