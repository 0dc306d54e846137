package client

import (
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// ackRing is how many inputs are remembered until a snapshot counts them, a
// power of two above netproto.MaxLead. Full: the oldest is forgotten.
const ackRing = 64

// acks measures how long inputs take until a snapshot counts them.
type acks struct {
	ring [ackRing]struct {
		tick sim.Tick
		at   time.Duration // since base
	}
	base time.Time
	upTo sim.Tick // inputs up to here are counted
}

func (a *acks) sent(tick sim.Tick, now time.Time) {
	if a.base.IsZero() {
		a.base = now
	}
	slot := &a.ring[tick%ackRing]
	slot.tick, slot.at = tick, now.Sub(a.base)
}

// receive hands call the age of every input that f is the first to count.
func (a *acks) receive(f *netproto.ServerFrame, now time.Time, call func(time.Duration)) {
	if f.InputAge >= uint32(f.Tick) {
		return // none was used yet
	}
	used := f.Tick.Add(-int(f.InputAge))
	for t := max(a.upTo, used.Add(-ackRing)).Add(1); t <= used; t++ {
		slot := &a.ring[t%ackRing]
		if slot.tick == t && call != nil {
			call(now.Sub(a.base) - slot.at)
		}
	}
	a.upTo = max(a.upTo, used)
}
