package tickconn

import (
	"net"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func newPoller(t testing.TB) *Poller {
	t.Helper()
	p, err := NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func (p *Poller) must(t testing.TB, timeout time.Duration) []int {
	t.Helper()
	ready, err := p.Wait(timeout)
	if err != nil {
		t.Fatal(err)
	}
	return ready
}

func TestPollerReportsOnlyReady(t *testing.T) {
	p := newPoller(t)
	const many = 300
	conns, peers := make([]*Conn, many), make([]*net.TCPConn, many)
	for i := range many {
		conns[i], peers[i] = pair(t, testOptions)
		if err := p.Add(conns[i], i); err != nil {
			t.Fatal(err)
		}
	}
	if ready := p.must(t, 0); len(ready) != 0 {
		t.Fatalf("idle connections are ready: %v", ready)
	}
	want := []int{3, 77, 299}
	for _, i := range want {
		peers[i].Write([]byte{byte(i)})
	}
	for len(p.must(t, time.Second)) < len(want) {
	}
	ready := slices.Sorted(slices.Values(p.must(t, -1)))
	if !slices.Equal(ready, want) {
		t.Fatalf("ready %v, want %v", ready, want)
	}
	for _, i := range ready {
		b := make([]byte, 8)
		if n, err := conns[i].TryRead(b); n != 1 || b[0] != byte(i) || err != nil {
			t.Errorf("connection %d read %v, %v", i, b[:n], err)
		}
	}
	if ready := p.must(t, 0); len(ready) != 0 {
		t.Errorf("still ready after reading: %v", ready)
	}
}

// TestPollerRepeatsWhatIsLeft shows the level trigger, a reset, and removal.
func TestPollerRepeatsWhatIsLeft(t *testing.T) {
	p := newPoller(t)
	c, peer := pair(t, testOptions)
	b := make([]byte, 10)
	if err := p.Add(c, 7); err != nil {
		t.Fatal(err)
	}
	peer.Write(make([]byte, 25))
	await(t, c, unix.POLLIN)
	for range 3 {
		if ready := p.must(t, -1); !slices.Equal(ready, []int{7}) {
			t.Fatalf("ready %v", ready)
		}
		if _, err := c.TryRead(b); err != nil {
			t.Fatal(err)
		}
	}
	if ready := p.must(t, 0); len(ready) != 0 {
		t.Fatalf("read empty, still ready: %v", ready)
	}
	peer.SetLinger(0)
	peer.Close()
	if ready := p.must(t, -1); !slices.Equal(ready, []int{7}) {
		t.Fatalf("after a reset: %v", ready)
	}
	p.Remove(c)
	p.Remove(c)
	if ready := p.must(t, 0); len(ready) != 0 {
		t.Errorf("removed, still ready: %v", ready)
	}
}

// TestPollerForgetsClosed covers Release too: its socket lives on elsewhere and
// must not be reported here any more.
func TestPollerForgetsClosed(t *testing.T) {
	p := newPoller(t)
	closed, _ := pair(t, testOptions)
	released, peer := pair(t, testOptions)
	for i, c := range []*Conn{closed, released} {
		if err := p.Add(c, i); err != nil {
			t.Fatal(err)
		}
	}
	closed.Close()
	remains, _ := released.Release()
	tcp, err := remains.TCP()
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	peer.Write([]byte("x"))
	if _, err := tcp.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	peer.Write([]byte("y"))
	if ready := p.must(t, 0); len(ready) != 0 {
		t.Errorf("ready %v", ready)
	}
	if err := p.Add(closed, 2); err == nil {
		t.Error("a closed connection was added")
	}
	other, _ := pair(t, testOptions)
	if err := p.Add(other, 3); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	other.Close()
	if _, err := p.Wait(0); err == nil {
		t.Error("a closed poller waits")
	}
}
