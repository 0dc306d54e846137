package room

import (
	"math/bits"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// minSlack is the least slack that is reported, ticks: whoever is later than
// that must start its clock anew.
const minSlack = -10_000

// verdict is what became of an input that arrived.
type verdict uint8

const (
	onTime verdict = iota
	late
	early
	double
)

// inputBuffer holds one seat's inputs until their tick: at most one a tick, of a
// bounded lead. However a client times or floods its inputs, take gives
// exactly one per tick; that is the fair clock. The nil inputBuffer is that of a seat
// which never sent an input.
type inputBuffer struct {
	fields []sim.InputField
	// lead is how many ticks early an input may be, netproto.MaxLead.
	lead int
	// oldest is how many ticks late an input may be for its buttons to count:
	// about a second's worth. Why: who pressed a button longer ago has seen that
	// nothing came of it.
	oldest int
	// ring is by tick: the one that comes, lead after it, oldest before it. Its
	// length is a power of two.
	ring   []held
	values []int32 // of the ring, len(fields) each
	// pressed are the buttons of inputs that came too late, to be or-ed into
	// the next one that is used.
	pressed []int32
	late    bool
	mixed   []int32 // what take returns with pressed in
	// last is the newest input that was used; at is its tick, 0 for none.
	last []int32
	at   sim.Tick
	// view is the newest world that an input which was used saw, 1/16 tick.
	view int64
	// slack is that of the input that arrived last, ticks.
	slack int
}

// held is one tick's input in the ring, or, when it was late, that it came.
type held struct {
	tick sim.Tick
	seen uint16
}

func newInputBuffer(fields []sim.InputField, hz int) *inputBuffer {
	lead, oldest := netproto.MaxLead(hz), max(hz, 2)+1
	size, n := 1<<bits.Len(uint(lead+oldest)), len(fields)
	all := make([]int32, (size+3)*n)
	rest := all[size*n:]
	return &inputBuffer{
		fields: fields, lead: lead, oldest: oldest, ring: make([]held, size),
		values: all[:size*n], pressed: rest[:n:n], mixed: rest[n : 2*n : 2*n], last: rest[2*n:],
	}
}

// reset empties the buffer for another player.
func (b *inputBuffer) reset() {
	b.late, b.at, b.view, b.slack = false, 0, 0, 0
	clear(b.ring)
	clear(b.pressed)
	clear(b.last)
}

// put stores an input that arrived before the step of tick now.
func (b *inputBuffer) put(in *netproto.Input, now sim.Tick) verdict {
	slack := in.Tick.Since(now)
	switch {
	case slack > b.lead:
		b.slack = b.lead + 1
		return early
	case slack < -b.oldest:
		b.slack = max(slack, minSlack)
		return late
	}
	at := b.slot(in.Tick)
	if at.tick == in.Tick && in.Tick > 0 {
		return double
	}
	*at = held{in.Tick, uint16(in.Seen)}
	b.slack = slack
	if slack < 0 {
		b.press(in)
		return late
	}
	copy(b.of(in.Tick), in.Values[:])
	return onTime
}

func (b *inputBuffer) slot(t sim.Tick) *held { return &b.ring[int(t)&(len(b.ring)-1)] }

// of returns where the values of a tick's input are kept.
func (b *inputBuffer) of(t sim.Tick) []int32 {
	n := len(b.fields)
	at := int(t) & (len(b.ring) - 1) * n
	return b.values[at : at+n]
}

// press keeps the buttons of a late input.
func (b *inputBuffer) press(in *netproto.Input) {
	for i := range b.fields {
		if b.fields[i].Buttons && in.Values[i] != 0 {
			b.pressed[i] |= in.Values[i]
			b.late = true
		}
	}
}

// take returns the input for tick now. A missing one is the last again for
// hold ticks, then neutral. The values are valid until the next take. backward
// says that seen was another: what a seat sees does not run backwards.
func (b *inputBuffer) take(now sim.Tick, hold int) (values []int32, seen int, from sim.Origin, backward bool) {
	if b == nil {
		return nil, 0, sim.Neutral, false
	}
	switch from = b.origin(now, hold); from {
	case sim.Received:
		copy(b.last, b.of(now))
		b.at = now
		seen, backward = b.advanceView(now, int(b.slot(now).seen))
	case sim.Repeated:
		b.release()
	default:
		clear(b.last)
	}
	if b.late {
		return b.withPressed(), seen, from, backward
	}
	return b.last, seen, from, backward
}

// release lets go of the buttons of the last input that count once.
func (b *inputBuffer) release() {
	for i := range b.fields {
		if b.fields[i].Once {
			b.last[i] = 0
		}
	}
}

// advanceView returns what seen is when the world that was seen is not older
// than that of the input before, and whether it had to be moved.
func (b *inputBuffer) advanceView(now sim.Tick, seen int) (int, bool) {
	view := 16*int64(now) - int64(seen)
	if view < b.view {
		return int(max(16*int64(now)-b.view, 0)), true
	}
	b.view = view
	return seen, false
}

// origin says where the input of tick now comes from.
func (b *inputBuffer) origin(now sim.Tick, hold int) sim.Origin {
	switch {
	case b.slot(now).tick == now:
		return sim.Received
	case b.at > 0 && now.Since(b.at) <= hold:
		return sim.Repeated
	}
	return sim.Neutral
}

// waiting counts the inputs for ticks after now.
func (b *inputBuffer) waiting(now sim.Tick) (n int) {
	for i := range b.ring {
		if b.ring[i].tick > now {
			n++
		}
	}
	return n
}

// withPressed adds the late buttons to this tick's input, once.
func (b *inputBuffer) withPressed() []int32 {
	for i := range b.mixed {
		b.mixed[i] = b.last[i] | b.pressed[i]
	}
	clear(b.pressed)
	b.late = false
	return b.mixed
}

// age returns how old the newest used input is at tick now.
func (b *inputBuffer) age(now sim.Tick) uint32 {
	if b == nil {
		return uint32(now)
	}
	return uint32(now.Since(b.at))
}

// reported is the slack that a snapshot tells.
func (b *inputBuffer) reported() int32 {
	if b == nil {
		return 0
	}
	return int32(b.slack)
}

const (
	// burstGain is how much a seat's budget of messages and inputs grows per
	// tick. Why 2: a client that catches up after a stall sends faster than the
	// room ticks, and one that runs ahead by 5 % does so for long; twice the
	// rate is neither.
	burstGain = 2
	// burstSeconds is how many seconds' worth of inputs a seat may save up. Why
	// 2: a stall of a second costs nobody an input.
	burstSeconds = 2
	// leastPerSecond is how many messages and inputs a second a seat may send in
	// the slowest room. Why 20: an input, a ping, an ack and a line of chat each
	// are a message, also where a tick is a second.
	leastPerSecond = 20
)

// budget is how many messages and inputs a seat may still send. It belongs to
// the seat, so that a new connection does not fill it, and outlives it
// (vacatedSeats).
type budget struct {
	left      int
	flooded   int  // ticks at which it ran out, less those at which it did not
	exhausted bool // at this tick
}

// refill begins a tick, or the last of so many at which nothing came; of 0 it
// changes nothing.
func (b *budget) refill(ticks, hz int) {
	if ticks <= 0 {
		return
	}
	calm := ticks
	if b.exhausted {
		calm--
	}
	b.flooded = max(b.flooded-calm, 0)
	b.exhausted = false
	b.left = min(b.left+ticks*max(burstGain, (leastPerSecond+hz-1)/hz), burst(hz))
}

// burst is how many messages and inputs a seat may save up.
func burst(hz int) int { return burstSeconds * max(hz, leastPerSecond) }

// freshBudget is how many messages and inputs a new player may send at once.
func freshBudget(hz int) int { return burst(hz) / burstSeconds }

// exhaust notes a message over the budget and returns for how many ticks that
// has been so.
func (b *budget) exhaust() int {
	if !b.exhausted {
		b.exhausted = true
		b.flooded++
	}
	return b.flooded
}
