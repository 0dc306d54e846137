package room

import (
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// bufferTicks is how many ticks of inputs a seat can hold: the one to be
// stepped and netproto.MaxLead after it, rounded up to a power of two.
const bufferTicks = 64

// verdict is what became of an input that arrived.
type verdict uint8

const (
	onTime verdict = iota
	late
	early
	double
)

// buffer holds one seat's inputs until their tick: at most one a tick, of a
// bounded lead. However a client times or floods its inputs, take gives
// exactly one per tick; that is the fair clock.
type buffer struct {
	inputs [bufferTicks]buffered
	// pressed are the buttons of inputs that came too late, to be or-ed into
	// the next one that is used.
	pressed [netproto.MaxInputValues]int32
	late    bool
	mixed   [netproto.MaxInputValues]int32 // what take returns with pressed in
	// last is the newest input that was used; at is its tick, 0 for none.
	last buffered
	at   sim.Tick
	// slack is that of the input that arrived last, ticks.
	slack int
}

type buffered struct {
	tick   sim.Tick
	seen   int
	values [netproto.MaxInputValues]int32
	count  int
}

// put stores an input that arrived before the step of tick now.
func (b *buffer) put(in *netproto.Input, now sim.Tick, fields []sim.InputField) verdict {
	b.slack = in.Tick.Since(now)
	if b.slack < 0 {
		b.press(in, fields)
		return late
	}
	if b.slack > netproto.MaxLead {
		b.slack = netproto.MaxLead + 1
		return early
	}
	at := &b.inputs[in.Tick%bufferTicks]
	if at.tick == in.Tick {
		return double
	}
	*at = buffered{in.Tick, in.Seen, in.Values, in.Count}
	return onTime
}

// press keeps the buttons of a late input.
func (b *buffer) press(in *netproto.Input, fields []sim.InputField) {
	for i := range fields[:min(len(fields), in.Count)] {
		if fields[i].Buttons {
			b.pressed[i] |= in.Values[i]
			b.late = true
		}
	}
}

// take returns the input for tick now. A missing one is the last again for
// hold ticks, then neutral. The values are valid until the next take.
func (b *buffer) take(now sim.Tick, hold int, fields []sim.InputField) (values []int32, seen int, from sim.Origin) {
	in := &b.inputs[now%bufferTicks]
	switch {
	case in.tick == now && now > 0:
		b.last, b.at = *in, now
		seen, from = in.seen, sim.Received
	case b.at > 0 && now.Since(b.at) <= hold:
		from = sim.Repeated
	default:
		b.last = buffered{}
		from = sim.Neutral
	}
	if b.late {
		return b.withPressed(fields), seen, from
	}
	return b.last.values[:b.last.count], seen, from
}

// withPressed adds the late buttons to this tick's input, once.
func (b *buffer) withPressed(fields []sim.InputField) []int32 {
	b.mixed = b.last.values
	for i := range fields {
		b.mixed[i] |= b.pressed[i]
	}
	clear(b.pressed[:])
	b.late = false
	return b.mixed[:len(fields)]
}

// age returns how old the newest used input is at tick now.
func (b *buffer) age(now sim.Tick) uint32 { return uint32(now.Since(b.at)) }
