package client

import (
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// mostAcks is how many inputs are remembered at most until a snapshot counts
// them. Threat: a welcome that makes a client allocate. 512 is two seconds at
// 240 Hz.
const mostAcks = 512

// acks measures how long inputs take until a snapshot counts them.
type acks struct {
	ring []sentInput // by tick; full: the oldest is forgotten
	base time.Time
	upTo sim.Tick // inputs up to here are counted
}

type sentInput struct {
	tick sim.Tick
	at   time.Duration // since base
}

// begin forgets all inputs. lead is how many ticks ahead one may be.
func (a *acks) begin(lead uint32) {
	*a = acks{ring: make([]sentInput, min(max(2*lead, 2), mostAcks))}
}

func (a *acks) slot(t sim.Tick) *sentInput { return &a.ring[int(t)%len(a.ring)] }

func (a *acks) sent(tick sim.Tick, now time.Time) {
	if a.base.IsZero() {
		a.base = now
	}
	*a.slot(tick) = sentInput{tick, now.Sub(a.base)}
}

// receive hands call the age of every input that f is the first to count.
func (a *acks) receive(f *netproto.ServerFrame, now time.Time, call func(time.Duration)) {
	if f.InputAge >= uint32(f.Tick) {
		return // none was used yet
	}
	used := f.Tick.Add(-int(f.InputAge))
	for t := max(a.upTo, used.Add(-len(a.ring))).Add(1); t <= used; t++ {
		if in := a.slot(t); in.tick == t && call != nil {
			call(now.Sub(a.base) - in.at)
		}
	}
	a.upTo = max(a.upTo, used)
}
