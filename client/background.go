package client

import (
	"errors"
	"net"
	"sync"
	"time"
)

const (
	// backgroundIn is how much is read ahead, bytes. Full: reading stops, and TCP
	// holds the server back.
	backgroundIn = 256 << 10
	// backgroundRead is what is read at once, bytes.
	backgroundRead = 4 << 10
)

var errFull = errors.New("the server does not read: tail is full")

// background makes a connection nonblocking that blocks, with a goroutine that
// reads and one that writes. Its other methods never wait for the network.
type background struct {
	conn   net.Conn
	report func() // something can be read

	mu       sync.Mutex
	changed  sync.Cond
	in       []byte
	out      []byte // accepted, not taken by the writer; with writing at most maxTail
	writing  int
	reported bool // since in was read last
	fault    error
	closed   bool
}

func startBackground(conn net.Conn, wait *sync.WaitGroup, report func()) *background {
	b := &background{conn: conn, report: report}
	b.changed.L = &b.mu
	wait.Go(b.read)
	wait.Go(b.write)
	return b
}

// read fills in until the connection ends.
func (b *background) read() {
	var chunk [backgroundRead]byte
	for {
		n, err := b.conn.Read(chunk[:])
		b.mu.Lock()
		for len(b.in)+n > backgroundIn && !b.closed {
			b.changed.Wait()
		}
		b.in = append(b.in, chunk[:n]...)
		if err != nil && b.fault == nil {
			b.fault = err
		}
		tell := !b.reported && !b.closed
		b.reported = true
		over := err != nil || b.closed
		b.changed.Broadcast()
		b.mu.Unlock()
		if tell {
			b.report()
		}
		if over {
			return
		}
	}
}

// TryRead implements nonblocking.
func (b *background) TryRead(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := copy(p, b.in)
	b.in = b.in[:copy(b.in, b.in[n:])]
	b.changed.Broadcast()
	if n == 0 && b.fault != nil {
		return 0, b.fault
	}
	// What is left, and the end behind it, must be reported again.
	b.reported = false
	if len(b.in) > 0 || b.fault != nil {
		b.reported = true
		b.report()
	}
	return n, nil
}

// Write implements nonblocking.
func (b *background) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fault != nil || b.closed {
		return 0, errors.Join(b.fault, net.ErrClosed)
	}
	if len(b.out)+b.writing+len(p) > maxTail {
		return 0, errFull
	}
	b.out = append(b.out, p...)
	b.changed.Broadcast()
	return len(p), nil
}

// write sends what was accepted; after Close only what was before it.
func (b *background) write() {
	var batch []byte
	for {
		b.mu.Lock()
		b.writing = 0
		for len(b.out) == 0 && !b.closed && b.fault == nil {
			b.changed.Wait()
		}
		batch, b.out = append(batch[:0], b.out...), b.out[:0]
		b.writing = len(batch)
		stop := len(batch) == 0 || b.fault != nil
		b.mu.Unlock()
		if stop {
			_ = b.conn.Close() // ends the reader
			return
		}
		if _, err := b.conn.Write(batch); err != nil {
			b.mu.Lock()
			if b.fault == nil {
				b.fault = err
			}
			b.mu.Unlock()
		}
	}
}

// Close implements nonblocking. What was written before may take closeTimeout.
func (b *background) Close() error {
	b.mu.Lock()
	b.closed = true
	_ = b.conn.SetDeadline(time.Now().Add(closeTimeout))
	b.changed.Broadcast()
	b.mu.Unlock()
	return nil
}
