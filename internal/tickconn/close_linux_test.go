package tickconn

import (
	"errors"
	"io"
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

func TestClosedConn(t *testing.T) {
	c, peer := pair(t, testOptions)
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write: %v", err)
	}
	if _, err := c.TryRead(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read: %v", err)
	}
	if c.Flush() || c.Unsent() != 0 || c.Tail() != 0 {
		t.Error("a closed connection still answers")
	}
	if _, ok := c.Release(); ok {
		t.Error("a closed connection was released")
	}
	released, other := pair(t, testOptions)
	remains, _ := released.Release()
	if err := remains.Close(); err != nil {
		t.Error(err)
	}
	if _, err := other.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the peer of closed remains: %v", err)
	}
	if _, err := peer.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("peer: %v", err)
	}
}

// TestFdReuse closes a connection and uses it again after another one has got
// its descriptor number: the newer one must notice nothing.
func TestFdReuse(t *testing.T) {
	old, _ := pair(t, testOptions)
	number := old.fd
	old.Close()
	// Take the lowest free numbers until the old one is in use again.
	var held []int
	defer func() {
		for _, fd := range held {
			unix.Close(fd)
		}
	}()
	for {
		pipe, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, pipe[0], pipe[1])
		if pipe[0] == number || pipe[1] == number {
			break
		}
	}
	newer, other := held[len(held)-2], held[len(held)-1]
	unix.Write(other, []byte("mine"))
	unix.Write(newer, []byte("mine"))
	old.TryRead(make([]byte, 8))
	old.Write([]byte("stray"))
	old.Flush()
	old.Close()
	for _, fd := range []int{newer, other} {
		b := make([]byte, 16)
		if n, err := unix.Read(fd, b); err != nil || string(b[:max(n, 0)]) != "mine" {
			t.Errorf("the newer connection reads %q, %v", b[:max(n, 0)], err)
		}
	}
}

func TestReleaseReturnsToThePoller(t *testing.T) {
	c, peer := pair(t, testOptions)
	sent := 0
	for c.Tail() == 0 {
		n, err := c.Write(make([]byte, 1000))
		if err != nil {
			t.Fatal(err)
		}
		sent += n
	}
	remains, ok := c.Release()
	if !ok || len(remains.Tail) == 0 {
		t.Fatalf("released %v with a tail of %d", ok, len(remains.Tail))
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	tcp, err := remains.TCP()
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	written := make(chan error, 1)
	go func() {
		_, err := tcp.Write(remains.Tail) // blocks until the peer reads: Go's poller has it
		written <- errors.Join(err, tcp.CloseWrite())
	}()
	got, err := io.ReadAll(peer)
	if err != nil || len(got) != sent {
		t.Errorf("peer read %d of %d bytes, %v", len(got), sent, err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}
