package client

import (
	"sync"
	"time"
)

const (
	// maxTail is how many bytes a polled connection keeps that the socket did not
	// take: seconds of inputs. Full: inputs are lost.
	maxTail = 4 << 10
	// mixedWait bounds waiting when there are two kinds of connection, as only one
	// can be waited for at a time.
	mixedWait = time.Millisecond
)

// Poller finds which of many polled clients have something to read. One
// goroutine owns it. Connections are polled through the system where that is
// possible (Linux); each other has two goroutines.
type Poller struct {
	kernel     kernelPoller
	polled     int // connections given to kernel, over all time
	background sync.WaitGroup
	backed     int // connections with goroutines, over all time

	mu      sync.Mutex
	pending []int // indices with something to read; each once, so no more than connections
	ready   []int
	wake    chan struct{}
}

// NewPoller makes an empty one, to be closed.
func NewPoller() (*Poller, error) {
	kernel, err := newKernelPoller()
	if err != nil {
		return nil, err
	}
	return &Poller{kernel: kernel, wake: make(chan struct{}, 1)}, nil
}

// Add takes over the connection that p has entered with and watches it as
// index, 0 to 2³¹-1. What came with the handshake is not reported: call Receive
// once.
func (l *Poller) Add(p *Polled, index int) error {
	conn := p.open.conn
	p.open = opened{}
	if pollable(conn) {
		polled, err := l.kernel.add(conn, index)
		if err != nil {
			return err
		}
		l.polled++
		p.conn = polled
		return nil
	}
	l.backed++
	p.conn = startBackground(conn, &l.background, func() { l.report(index) })
	return nil
}

// report adds an index to what Wait returns next. Any goroutine.
func (l *Poller) report(index int) {
	l.mu.Lock()
	l.pending = append(l.pending, index)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Wait returns the indices of clients to Receive from, valid until the next
// call. With none it waits up to timeout, rounded up to a millisecond; 0 does
// not wait.
func (l *Poller) Wait(timeout time.Duration) ([]int, error) {
	if l.backed == 0 {
		return l.kernel.wait(timeout)
	}
	l.ready = l.ready[:0]
	if l.polled > 0 {
		timeout = min(timeout, mixedWait)
		ready, err := l.kernel.wait(0)
		if err != nil {
			return nil, err
		}
		l.ready = append(l.ready, ready...)
	}
	if len(l.ready) == 0 && timeout > 0 {
		timer := time.NewTimer(timeout)
		select {
		case <-l.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
	l.mu.Lock()
	l.ready = append(l.ready, l.pending...)
	l.pending = l.pending[:0]
	l.mu.Unlock()
	return l.ready, nil
}

// Close releases the poller, whose clients must be closed, and waits for their
// goroutines.
func (l *Poller) Close() error {
	l.background.Wait()
	return l.kernel.close()
}
