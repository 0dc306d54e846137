package client

import (
	"fmt"
	"net"
	"time"

	"github.com/metronome-server/metronome/internal/tickconn"
)

const (
	// maxTail is how many bytes a polled connection keeps that the socket did not
	// take: seconds of inputs. Full: inputs are lost.
	maxTail = 4 << 10
	// sendBuffer is the kernel's per connection, bytes.
	sendBuffer = 16 << 10
	// userTimeout ends a connection whose server confirms nothing.
	userTimeout = 30 * time.Second
)

// Poller finds which of many polled clients have something to read. One
// goroutine owns it.
type Poller struct{ tick *tickconn.Poller }

// NewPoller makes an empty one, to be closed.
func NewPoller() (*Poller, error) {
	p, err := tickconn.NewPoller()
	return &Poller{p}, err
}

// Add takes over the connection that p has entered with and watches it as
// index, 0 to 2³¹-1. What came with the handshake is not reported: call Receive
// once.
func (l *Poller) Add(p *Polled, index int) error {
	tcp, ok := p.open.conn.(*net.TCPConn)
	if !ok {
		return fmt.Errorf("a %T cannot be polled", p.open.conn)
	}
	conn, err := tickconn.Detach(tcp, tickconn.Options{
		MaxTail: maxTail, ReadBudget: 1, SendBuffer: sendBuffer, UserTimeout: userTimeout,
	})
	if err != nil {
		return err
	}
	p.conn, p.open = conn, opened{}
	return l.tick.Add(conn, index)
}

// Wait returns the indices of clients to Receive from, valid until the next
// call. With none it waits up to timeout, rounded up to a millisecond; 0 does
// not wait.
func (l *Poller) Wait(timeout time.Duration) ([]int, error) { return l.tick.Wait(timeout) }

// Close releases the poller; the clients stay open.
func (l *Poller) Close() error { return l.tick.Close() }
