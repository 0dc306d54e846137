package room

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

const (
	// traceTicks is how many ticks a trace keeps for a reader that is slow. Full:
	// the oldest are overwritten.
	traceTicks = 256
	// traceArrivals is how many arrivals of one tick it tells; more are counted.
	traceArrivals = 12
)

// ErrNoSeat says that a room has no seat of that number.
var ErrNoSeat = errors.New("the room has no such seat")

// Fate is what became of an input that arrived, in more detail than counters.
type Fate uint8

// The fates.
const (
	// FateOnTime: it waits for its tick.
	FateOnTime Fate = iota
	// FateLate: its tick was over; its buttons go into the next input.
	FateLate
	// FateTooLate: so late that nothing of it counts.
	FateTooLate
	// FateEarly: further ahead than a room keeps inputs.
	FateEarly
	// FateDouble: another input for its tick came before it.
	FateDouble
	// FateDropped: its message was over the seat's budget and not read.
	FateDropped
)

var fateNames = [...]string{"on-time", "late", "too-late", "early", "double", "dropped"}

func (f Fate) String() string { return nameOf(fateNames[:], int(f)) }

var originNames = [...]string{sim.Neutral: "neutral", sim.Received: "received", sim.Repeated: "repeated"}

// OriginName says where the input of a tick came from.
func OriginName(o sim.Origin) string { return nameOf(originNames[:], int(o)) }

// Arrival is one input that arrived before a tick. For is 0 of a dropped one.
type Arrival struct {
	For  sim.Tick
	Fate Fate
}

// Why says for people what became of the input that arrived before a tick.
func (a Arrival) Why(at sim.Tick) string {
	lead := a.For.Since(at)
	switch a.Fate {
	case FateOnTime:
		return fmt.Sprintf("in time for tick %d, %s ahead", a.For, count(lead))
	case FateLate:
		return fmt.Sprintf("tick %d was over, %s ago; its pressed buttons go into the next input", a.For, count(-lead))
	case FateTooLate:
		return fmt.Sprintf("tick %d was over, %s ago; nothing of an input counts that is so late", a.For, count(-lead))
	case FateEarly:
		return fmt.Sprintf("for tick %d, %s ahead; a room keeps inputs for about %v", a.For, count(lead), netproto.LeadTime)
	case FateDouble:
		return fmt.Sprintf("an input for tick %d had come before", a.For)
	default:
		return fmt.Sprintf("not read: more than %d messages or inputs per tick for longer than %d s", burstGain, burstSeconds)
	}
}

func count(n int) string {
	if n == 1 {
		return "1 tick"
	}
	return fmt.Sprintf("%d ticks", n)
}

// TraceTick is one tick of a seat: what arrived before it, and what it used.
type TraceTick struct {
	Tick sim.Tick
	Used sim.Origin
	// LateButtons: those of late inputs were added.
	LateButtons bool
	// Waiting inputs are for later ticks.
	Waiting  int
	Arrivals []Arrival
	More     int // arrivals that are not in Arrivals
}

// Trace is a seat under watch. The room's goroutine writes it once per tick;
// any goroutine may read.
type Trace struct {
	watchers atomic.Int32
	arrived  []Arrival // since the last tick; owned as the seat is
	more     int

	mu   sync.Mutex
	ring [traceTicks]TraceTick
	made int
}

// join adds a watcher, unless the last one has gone.
func (t *Trace) join() bool {
	for {
		n := t.watchers.Load()
		if n == 0 {
			return false
		}
		if t.watchers.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// watched reports whether somebody still reads.
func (t *Trace) watched() bool { return t.watchers.Load() > 0 }

// Close ends one watch. The room forgets the trace at the seat's next tick.
func (t *Trace) Close() { t.watchers.Add(-1) }

// Since calls yield with the ticks after one, oldest first; the arrivals are
// valid during the call only. It returns the newest tick's place, for the next.
func (t *Trace) Since(place int, yield func(*TraceTick)) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := max(t.made-traceTicks, place, 0); i < t.made; i++ {
		yield(&t.ring[i%traceTicks])
	}
	return t.made
}

// addArrival notes an input that came before tick now.
func (t *Trace) addArrival(of, now sim.Tick, v verdict, oldest int) {
	fate := [...]Fate{onTime: FateOnTime, late: FateLate, early: FateEarly, double: FateDouble}[v]
	if fate == FateLate && of.Since(now) < -oldest {
		fate = FateTooLate
	}
	t.add(Arrival{of, fate})
}

func (t *Trace) add(a Arrival) {
	if len(t.arrived) == traceArrivals {
		t.more++
		return
	}
	t.arrived = append(t.arrived, a)
}

// forgetArrivals forgets what a player who has left sent.
func (t *Trace) forgetArrivals() { t.arrived, t.more = t.arrived[:0], 0 }

// endTick ends a tick of a seat's trace, before its input is taken. in is nil when
// nobody plays on the seat.
func (t *Trace) endTick(now sim.Tick, in *inputBuffer, hold int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := &t.ring[t.made%traceTicks]
	t.made++
	*at = TraceTick{Tick: now, Used: sim.Neutral, Arrivals: append(at.Arrivals[:0], t.arrived...), More: t.more}
	t.forgetArrivals()
	if in != nil {
		at.Used, at.LateButtons, at.Waiting = in.origin(now, hold), in.late, in.waiting(now)
	}
}
