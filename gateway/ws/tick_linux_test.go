package ws

import (
	"bytes"
	"io"
	"runtime"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// TestTickDoesNotAllocate runs the steady state: one input in, one snapshot out.
func TestTickDoesNotAllocate(t *testing.T) {
	r := newRig(t, ModeTick)
	c, p := r.open()
	input, snapshot := masked(0x82, make([]byte, 16)), make([]byte, 200)
	in, got := make([]byte, 204), 0
	handle := func(msg []byte) error { got += len(msg); return nil }
	tick := func() {
		p.Write(input)
		for got = 0; got == 0; {
			if err := c.Poll(handle); err != nil {
				t.Fatal(err)
			}
		}
		if !c.Flush() {
			runtime.Gosched() // the peer's acknowledgement is on its way
		}
		if err := c.Write(snapshot); err != nil {
			t.Fatal(err)
		}
		io.ReadFull(p, in)
	}
	if n := testing.AllocsPerRun(200, tick); n != 0 {
		t.Errorf("%v allocations per tick", n)
	}
}

// TestTickHoldsNothingWhenIdle: buffers exist only while something is pending.
func TestTickHoldsNothingWhenIdle(t *testing.T) {
	r := newRig(t, ModeTick)
	c, p := r.open()
	l := c.transport.(*tickTransport)
	frame := masked(0x82, make([]byte, 500))
	p.send(frame[:100])
	until(t, "a part is there", func() bool { _ = c.Poll(ignore); return len(l.rest) == 100 })
	p.send(append(frame[100:], bytes.Repeat(masked(0x82, nil), 2000)...))
	most := 0
	for got := 0; got < 2001; {
		if err := c.Poll(func([]byte) error { got++; return nil }); err != nil {
			t.Fatal(err)
		}
		most = max(most, cap(l.rest))
	}
	if l.rest != nil || c.gws != nil || most < 1000 || most > 2*netproto.ReadBudget {
		t.Errorf("%d bytes left, up to %d held", len(l.rest), most)
	}
}

func tickHeld(l transport) (waiting, buffers int) {
	tick := l.(*tickTransport)
	return tick.raw.Tail(), cap(tick.rest)
}

// TestBacklogIsSeenInTheKernel: a peer that does not read is noticed before the
// send buffer is full, and not while it reads.
func TestBacklogIsSeenInTheKernel(t *testing.T) {
	r := newRig(t, ModeTick)
	c, p := r.open()
	l := c.transport.(*tickTransport)
	snapshot := make([]byte, 60)
	for range 100 { // a peer that reads
		if !c.Flush() || c.Write(snapshot) != nil || l.doubt > 2*unsentEvery {
			t.Fatalf("not clear after %d bytes", l.doubt)
		}
		p.frame()
	}
	p.SetReadBuffer(32 << 10)
	for c.Flush() {
		if err := c.Write(snapshot); err != nil {
			t.Fatal(err)
		}
	}
	if l.raw.Tail() > 0 {
		t.Errorf("noticed only with a tail of %d bytes", l.raw.Tail())
	}
	drained := make(chan struct{})
	go func() { defer close(drained); io.Copy(io.Discard, p) }()
	until(t, "the peer has read", c.Flush)
	c.Close(netproto.CloseBye, "")
	<-drained
}
