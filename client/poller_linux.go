package client

import (
	"net"
	"time"

	"github.com/metronome-server/metronome/internal/tickconn"
)

// canPoll says whether this platform has a kernelPoller.
const canPoll = true

const (
	// sendBuffer is the kernel's per connection, bytes.
	sendBuffer = 16 << 10
	// userTimeout ends a connection whose server confirms nothing.
	userTimeout = 30 * time.Second
)

// kernelPoller polls sockets without a goroutine for each.
type kernelPoller struct{ tick *tickconn.Poller }

func newKernelPoller() (kernelPoller, error) {
	tick, err := tickconn.NewPoller()
	return kernelPoller{tick}, err
}

func (k kernelPoller) add(tcp *net.TCPConn, index int) (nonblocking, error) {
	conn, err := tickconn.Detach(tcp, tickconn.Options{
		MaxTail: maxTail, SendBuffer: sendBuffer, UserTimeout: userTimeout,
	})
	if err != nil {
		return nil, err
	}
	if err := k.tick.Add(conn, index); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

func (k kernelPoller) wait(timeout time.Duration) ([]int, error) { return k.tick.Wait(timeout) }

func (k kernelPoller) close() error { return k.tick.Close() }
