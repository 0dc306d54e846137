package server

import (
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// path is how far a ship flew over the ticks that both players were seen.
type path struct {
	last  int32
	at    sim.Tick
	alive bool
	sum   int64
	ticks int64 // that sum is of
	most  int64 // in one tick
}

// see takes where the ship is at a tick. A frame of a busy server may cover two.
func (p *path) see(x int32, at sim.Tick, ok bool) {
	if n := int64(at.Since(p.at)); ok && p.alive && n > 0 {
		d := int64(x) - int64(p.last)
		p.sum, p.ticks = p.sum+max(d, -d), p.ticks+n
		p.most = max(p.most, (max(d, -d)+n-1)/n)
	}
	p.last, p.at, p.alive = x, at, ok
}

// TestFloodMovesNobodyFaster has one client send 60 inputs per tick, as 1,800
// a second on 30 Hz, and an honest one beside it. Both push the same way.
func TestFloodMovesNobodyFaster(t *testing.T) {
	n := startTestNode(t, nil)
	honest, flooder := join(t, n, "ffa?name=honest"), join(t, n, "ffa?name=flooder")
	push := func(tick sim.Tick) netproto.Input {
		in := netproto.Input{Tick: tick, Count: 2}
		in.Values[1] = 127
		if tick/20%2 == 1 {
			in.Values[1] = -127
		}
		return in
	}
	var paths [2]path
	var sent sim.Tick
	var closed error // of the flooder
	for i := 0; i < 45 && closed == nil; i++ {
		now := honest.mirror.Tick()
		ahead := &netproto.ClientFrame{} // so that none is late on a busy machine
		for sent = max(sent, now); sent < now.Add(6); {
			sent = sent.Add(1)
			ahead.Inputs = append(ahead.Inputs, push(sent))
		}
		honest.send(ahead)
		if closed = flooder.next(); closed != nil {
			break // a busy machine has let so much time pass
		}
		var burst []byte
		for i := range 60 {
			burst = append(burst, frameOf(2, netproto.AppendClientFrame(nil, &netproto.ClientFrame{
				Inputs: []netproto.Input{push(flooder.mirror.Tick().Add(1 + i%8))},
			}))...)
		}
		flooder.sendBytes(burst)
		honest.must(honest.next())
		for i, c := range []*raw{honest, flooder} {
			y, _, ok := c.row("ship", "y")
			paths[i].see(y, c.mirror.Tick(), ok)
		}
	}
	const tickStep = 300 * 256 / 30
	if paths[0].sum < 20*tickStep {
		t.Fatalf("the honest player flew %d, which is nothing", paths[0].sum)
	}
	for _, p := range paths {
		if limit := p.ticks * tickStep; p.sum > limit {
			t.Errorf("flown in %d ticks: %d, more than full speed, %d", p.ticks, p.sum, limit)
		}
	}
	if paths[0].most != tickStep || paths[1].most != tickStep {
		t.Errorf("fastest tick: honest %d, flooder %d; full speed is %d", paths[0].most, paths[1].most, tickStep)
	}
	for closed == nil { // goes on until it is told why it has to stop
		flooder.sendBytes(frameOf(2, netproto.AppendClientFrame(nil, &netproto.ClientFrame{})))
		for range 60 {
			flooder.send(&netproto.ClientFrame{Inputs: []netproto.Input{push(flooder.mirror.Tick().Add(1))}})
		}
		closed = flooder.next()
	}
	if end := closeOf(t, closed); end.Code != netproto.CloseFlood || end.Reason == "" {
		t.Errorf("the flooder was closed with %v", end)
	}
	honest.must(honest.next())
}

func closeOf(t *testing.T, err error) *netproto.CloseError {
	t.Helper()
	end, ok := err.(*netproto.CloseError)
	if !ok {
		t.Fatalf("the connection ended without a close frame: %v", err)
	}
	return end
}
