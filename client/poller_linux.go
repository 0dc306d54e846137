package client

import (
	"crypto/tls"
	"net"
	"time"

	"github.com/metronome-server/metronome/internal/tickconn"
)

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

// carry has TLS stand on a socket that can be polled.
func carry(conn net.Conn) net.Conn {
	if tcp, ok := conn.(*net.TCPConn); ok {
		return tickconn.Carry(tcp)
	}
	return conn
}

// pollable says whether a kernelPoller takes a connection.
func pollable(conn net.Conn) bool {
	if secure, ok := conn.(*tls.Conn); ok {
		_, ok = secure.NetConn().(*tickconn.Carrier)
		return ok
	}
	_, ok := conn.(*net.TCPConn)
	return ok
}

// add takes over a pollable connection.
func (k kernelPoller) add(conn net.Conn, index int) (nonblocking, error) {
	options := tickconn.Options{MaxTail: maxTail, SendBuffer: sendBuffer, UserTimeout: userTimeout}
	if secure, ok := conn.(*tls.Conn); ok {
		taken, err := tickconn.DetachTLS(secure, options)
		if err != nil {
			_ = conn.Close()
			return nil, err
		}
		return taken, k.watch(taken.Conn, index)
	}
	taken, err := tickconn.Detach(conn.(*net.TCPConn), options)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return taken, k.watch(taken, index)
}

func (k kernelPoller) watch(conn *tickconn.Conn, index int) error {
	err := k.tick.Add(conn, index)
	if err != nil {
		_ = conn.Close()
	}
	return err
}

func (k kernelPoller) wait(timeout time.Duration) ([]int, error) { return k.tick.Wait(timeout) }

func (k kernelPoller) close() error { return k.tick.Close() }
