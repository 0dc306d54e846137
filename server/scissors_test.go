package server

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"github.com/metronome-server/metronome/client"
)

// scissors is a connection that is cut after so many bytes, in the middle of
// whatever is written or read.
type scissors struct {
	net.Conn
	mu   sync.Mutex
	left int // bytes; below 0: it is cut
	safe bool
}

// arm has it be cut after so many more bytes.
func (s *scissors) arm(left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.safe = left, false
}

// take returns how many of n bytes pass.
func (s *scissors) take(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.safe {
		return n
	}
	passes := min(max(s.left, 0), n)
	if s.left -= n; s.left < 0 {
		_ = s.Conn.Close()
	}
	return passes
}

// spare has it not be cut any more, unless it is.
func (s *scissors) spare() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.safe = s.left >= 0
}

func (s *scissors) Write(b []byte) (int, error) {
	s.mu.Lock()
	whole, left := s.safe || s.left >= len(b), max(s.left, 0)
	s.mu.Unlock()
	if !whole { // what is still written of it goes out before the end
		_, _ = s.Conn.Write(b[:min(left, len(b))])
	}
	if n := s.take(len(b)); n < len(b) {
		return n, net.ErrClosed
	}
	return s.Conn.Write(b)
}

func (s *scissors) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if passes := s.take(n); passes < n {
		return passes, net.ErrClosed
	}
	return n, err
}

// cutClient is a client over connections that are cut.
type cutClient struct {
	client.Polled
	url      string
	random   *rand.Rand
	scissors *scissors
	armed    bool   // the scissors are
	welcomes uint64 // before this connection
	spared   bool   // it is not cut any more
	cuts     int
}

func (p *cutClient) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	p.scissors = &scissors{Conn: conn, safe: true}
	p.armed = p.spared
	// Some are cut in the handshake or the welcome, the others soon after. Who has no
	// seat yet could not take it back.
	if !p.spared && p.Counts.Welcomes > 0 && p.random.IntN(4) == 0 {
		p.scissors.arm(p.random.IntN(2500))
		p.armed = true
	}
	p.welcomes = p.Counts.Welcomes
	return p.scissors, nil
}

// enter opens a connection, until one can be opened.
func (p *cutClient) enter(t *testing.T, poller *client.Poller, index int) {
	t.Helper()
	for {
		err := p.Enter(t.Context(), p.url, client.Options{Name: "ann", Dial: p.dial, Resume: p.Resume()})
		if err == nil {
			break
		}
		var refused *client.RefusedError
		if errors.As(err, &refused) {
			t.Fatalf("the seat cannot be taken back: %v", err)
		}
		p.cuts++
	}
	if err := poller.Add(&p.Polled, index); err != nil {
		t.Fatal(err)
	}
}
