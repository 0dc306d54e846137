package client

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
)

// backgroundPair is a background connection and its peer; reports counts its
// calls into a channel.
func backgroundPair(t *testing.T) (b *background, peer net.Conn, reports chan struct{}, over func()) {
	t.Helper()
	here, there := net.Pipe()
	reports = make(chan struct{}, 1000)
	var wait sync.WaitGroup
	b = startBackground(here, &wait, func() { reports <- struct{}{} })
	return b, there, reports, func() {
		b.Close()
		there.Close()
		wait.Wait()
	}
}

// TestBackgroundReportsUntilItIsEmpty reads in small pieces, each only after a
// report, as a poller's owner does.
func TestBackgroundReportsUntilItIsEmpty(t *testing.T) {
	b, peer, reports, over := backgroundPair(t)
	defer over()
	want := bytes.Repeat([]byte("snapshot"), 2000)
	go func() {
		peer.Write(want)
		peer.Close()
	}()
	var got []byte
	for {
		<-reports
		var piece [700]byte
		n, err := b.TryRead(piece[:])
		got = append(got, piece[:n]...)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Errorf("ended with %v", err)
			}
			break
		}
	}
	if !bytes.Equal(got, want) {
		t.Errorf("read %d bytes of %d", len(got), len(want))
	}
}

// TestBackgroundBounds: a peer that reads nothing, and one that writes on and on.
func TestBackgroundBounds(t *testing.T) {
	b, peer, _, over := backgroundPair(t)
	defer over()
	accepted := 0
	for {
		n, err := b.Write(make([]byte, 100))
		if err != nil {
			if !errors.Is(err, errFull) {
				t.Errorf("refused with %v", err)
			}
			break
		}
		if accepted += n; accepted > maxTail {
			t.Fatalf("accepted %d bytes for a peer that does not read", accepted)
		}
	}
	sent := 0
	done := make(chan struct{})
	go func() { // ends when over closes the pipe
		defer close(done)
		for chunk := make([]byte, backgroundRead); ; {
			n, err := peer.Write(chunk)
			if sent += n; err != nil {
				return
			}
		}
	}()
	full := func() int { b.mu.Lock(); defer b.mu.Unlock(); return len(b.in) }
	for full() < backgroundIn {
		if full() > backgroundIn {
			t.Fatal("reads on and on")
		}
		runtime.Gosched()
	}
	over()
	<-done
	if sent > backgroundIn+2*backgroundRead {
		t.Errorf("%d bytes were read for an owner that does not", sent)
	}
	if _, err := b.Write([]byte("x")); err == nil {
		t.Error("accepted after Close")
	}
}
