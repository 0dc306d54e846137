package room

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// asking runs ticks until what a question waits for is answered.
func asking[T any](r *rig, ask func(context.Context) (T, error)) (T, error) {
	r.t.Helper()
	type answer struct {
		got T
		err error
	}
	done := make(chan answer, 1)
	go func() {
		got, err := ask(r.t.Context())
		done <- answer{got, err}
	}()
	for {
		select {
		case a := <-done:
			return a.got, a.err
		default:
		}
		if r.door.waits() {
			r.tick()
		}
		runtime.Gosched()
	}
}

// waits reports whether an order waits for the next tick.
func (d *door) waits() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.mailbox) > 0
}

func (r *rig) trace(number sim.Seat) *Trace {
	r.t.Helper()
	tr, err := asking(r, func(ctx context.Context) (*Trace, error) { return r.Trace(ctx, number) })
	must(r.t, err)
	return tr
}

// told reads a trace from a place on: one line per tick with something to say.
func told(tr *Trace, place int) (lines []string, next int) {
	next = tr.Since(place, func(t *TraceTick) {
		line := OriginName(t.Used)
		if t.LateButtons {
			line += "+"
		}
		if t.Waiting > 0 {
			line += fmt.Sprintf(" %d waiting", t.Waiting)
		}
		for _, a := range t.Arrivals {
			line += "; " + a.Fate.String() + ": " + a.Why(t.Tick)
		}
		if t.More > 0 {
			line += fmt.Sprintf("; %d more", t.More)
		}
		lines = append(lines, line)
	})
	return lines, next
}

// TestTraceSaysWhy sends one input of each fate and reads what became of it.
func TestTraceSaysWhy(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	r.ticks(99)
	tr := r.trace(p.seat)
	defer tr.Close()
	p.input(0, 1, 0)
	r.tick()
	_, place := told(tr, 0)
	for _, row := range []struct {
		name string
		act  func()
		lead int // of the input's tick, TICK below
		want string
	}{
		{"nothing: the last again", func() {}, 0, "repeated"},
		{"just in time", func() { p.input(0, 1, 0) }, 0, "received; on-time: in time for tick TICK, 0 ticks ahead"},
		{"early enough", func() { p.input(1, 1, 0) }, 1, "repeated 1 waiting; on-time: in time for tick TICK, 1 tick ahead"},
		{"taken later", func() {}, 0, "received"},
		{"late", func() { p.input(-4, 1, 0) }, -4, "repeated; late: tick TICK was over, 4 ticks ago; its pressed buttons go into the next input"},
		{"late with buttons", func() { p.input(-3, 1, 1) }, -3, "repeated+; late: tick TICK was over, 3 ticks ago; its pressed buttons go into the next input"},
		{"too late", func() { p.input(-40, 1, 1) }, -40, "repeated; too-late: tick TICK was over, 40 ticks ago; nothing of an input counts that is so late"},
		{"too early", func() { p.input(33, 1, 0) }, 33, "repeated; early: for tick TICK, 33 ticks ahead; a room keeps inputs for about 1s"},
		{"twice", func() { p.input(0, 1, 0); p.input(0, 1, 0) }, 0,
			"received; on-time: in time for tick TICK, 0 ticks ahead; double: an input for tick TICK had come before"},
	} {
		of := r.next.Add(row.lead)
		row.act()
		r.tick()
		var lines []string
		lines, place = told(tr, place)
		want := strings.ReplaceAll(row.want, "TICK", fmt.Sprint(of))
		if len(lines) != 1 || lines[0] != want {
			t.Errorf("%s:\n%q, want\n%q", row.name, lines, want)
		}
	}
}

func TestTraceOfAFlood(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	tr := r.trace(p.seat)
	defer tr.Close()
	_, place := told(tr, 0)
	for range netproto.MaxMessagesPerPoll {
		p.input(1, 1, 0)
	}
	r.tick()
	lines, _ := told(tr, place)
	if len(lines) != 1 || !strings.Contains(lines[0], "double") || !strings.Contains(lines[0], fmt.Sprintf("%d more", netproto.MaxMessagesPerPoll-traceArrivals)) {
		t.Fatalf("%q", lines)
	}
	for range 20 { // until the budget is used up
		for range 2 * burstGain {
			p.input(1, 1, 0)
		}
		r.tick()
	}
	if lines, _ = told(tr, place+1); !strings.Contains(lines[len(lines)-1], "dropped: not read") {
		t.Errorf("%q", lines[len(lines)-1])
	}
}

// TestTraceEndsWithItsWatchers has two watch one seat, in turn with another
// player on it, and finds nothing left in the end.
func TestTraceEndsWithItsWatchers(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	s := &r.seats[p.seat]
	if s.trace != nil {
		t.Fatal("traced before anybody watches")
	}
	a, b := r.trace(p.seat), r.trace(p.seat)
	if a != b {
		t.Error("two traces of one seat")
	}
	a.Close()
	r.ticks(2)
	if s.trace == nil {
		t.Fatal("the second watcher lost the trace with the first")
	}
	must(t, r.Kick(p.seat, ""))
	r.ticks(2)
	_, place := told(b, 0)
	r.ticks(5)
	if lines, _ := told(b, place); len(lines) > 0 {
		t.Errorf("a free seat has ticks: %q", lines)
	}
	q := r.join("bert")
	if lines, _ := told(b, place); q.seat != p.seat || len(lines) != 1 || lines[0] != "neutral" {
		t.Errorf("the next player: %q", lines)
	}
	b.Close()
	r.tick()
	if s.trace != nil {
		t.Error("traced when nobody watches")
	}
}

func TestTraceIsBounded(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	tr := r.trace(p.seat)
	defer tr.Close()
	r.ticks(2 * traceTicks)
	lines, place := told(tr, 0)
	if len(lines) != traceTicks || place < 2*traceTicks {
		t.Errorf("%d ticks up to %d", len(lines), place)
	}
	for _, number := range []sim.Seat{0, 9, 65535} {
		if _, err := r.Trace(t.Context(), number); !errors.Is(err, ErrNoSeat) {
			t.Errorf("seat %d: %v", number, err)
		}
	}
}

// TestTraceOfAnImpatientCaller gives up before the room answers.
func TestTraceOfAnImpatientCaller(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	tr := r.trace(p.seat)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Trace(ctx, p.seat); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	r.ticks(2)
	tr.Close()
	r.tick()
	if r.seats[p.seat].trace != nil {
		t.Error("who gave up watches still")
	}
	r.finish()
	if _, err := r.Trace(t.Context(), p.seat); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}
