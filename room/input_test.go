package room

import (
	"slices"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

var bufferFields = []sim.InputField{{Name: "dx", Min: -8, Max: 8}, {Name: "buttons", Max: 255, Buttons: true}}

// used is one answer of take.
type used struct {
	dx, buttons int32
	seen        int
	from        sim.Origin
}

func takeOne(t *testing.T, b *inputBuffer, now sim.Tick, hold int) used {
	t.Helper()
	values, seen, from, _ := b.take(now, hold)
	if len(values) != len(bufferFields) {
		t.Fatalf("tick %d: %d values", now, len(values))
	}
	return used{values[0], values[1], seen, from}
}

// A buffer of 30 ticks a second has inputs of so many ticks ahead and of so
// many late.
const (
	maxLead = 32
	maxAge  = 31
)

func TestBufferLimits(t *testing.T) {
	const now = 1000
	for _, row := range []struct {
		lead    int
		want    verdict
		slack   int
		pressed bool
	}{
		{-now, late, -now, false},
		{-maxAge - 1, late, -maxAge - 1, false},
		{-maxAge, late, -maxAge, true},
		{-1, late, -1, true},
		{0, onTime, 0, false},
		{1, onTime, 1, false},
		{maxLead, onTime, maxLead, false},
		{maxLead + 1, early, maxLead + 1, false},
		{1 << 30, early, maxLead + 1, false},
	} {
		b := newInputBuffer(bufferFields, 30)
		in := input(sim.Tick(now+row.lead), 3, 5)
		if got := b.put(&in, now); got != row.want || b.slack != row.slack || b.late != row.pressed {
			t.Errorf("lead %d: verdict %d, slack %d, pressed %v", row.lead, got, b.slack, b.late)
		}
		again := double
		if row.want == early || row.lead < -maxAge {
			again = row.want // not remembered
		}
		b.slack = 77
		if got := b.put(&in, now); got != again || again == double && b.slack != 77 {
			t.Errorf("lead %d again: verdict %d, slack %d", row.lead, got, b.slack)
		}
		for tick := sim.Tick(now); tick <= now+maxLead; tick++ {
			got, want := takeOne(t, b, tick, 0), used{}
			switch {
			case row.want == onTime && tick == in.Tick:
				want = used{3, 5, 0, sim.Received}
			case row.pressed && tick == now:
				want.buttons = 5
			}
			if got != want {
				t.Errorf("lead %d, tick %d: used %+v, want %+v", row.lead, tick, got, want)
			}
		}
	}
}

func TestSlackNeverOverflows(t *testing.T) {
	b := newInputBuffer(bufferFields, 30)
	in := input(1, 0, 0)
	if b.put(&in, 1<<32-1); b.slack != minSlack {
		t.Errorf("slack %d", b.slack)
	}
}

func TestHoldThenNeutral(t *testing.T) {
	for _, hold := range []int{0, 1, 6} {
		b := newInputBuffer(bufferFields, 30)
		in := input(10, 4, 1)
		in.Seen = 33
		b.put(&in, 5)
		for tick := sim.Tick(5); tick < 30; tick++ {
			want := used{}
			switch since := tick.Since(10); {
			case since == 0:
				want = used{4, 1, 33, sim.Received}
			case since > 0 && since <= hold:
				want = used{4, 1, 0, sim.Repeated}
			}
			if got := takeOne(t, b, tick, hold); got != want {
				t.Errorf("hold %d, tick %d: %+v, want %+v", hold, tick, got, want)
			}
			if age := b.age(tick); tick >= 10 && age != uint32(tick-10) {
				t.Errorf("tick %d: age %d", tick, age)
			}
		}
	}
}

// TestLateButtons has presses come too late while other inputs are used: each
// is in exactly one tick, and only its buttons.
func TestLateButtons(t *testing.T) {
	b := newInputBuffer(bufferFields, 30)
	put := func(tick sim.Tick, dx, buttons int, now sim.Tick, want verdict) {
		t.Helper()
		in := input(tick, dx, buttons)
		if got := b.put(&in, now); got != want {
			t.Errorf("input of %d at %d: verdict %d, want %d", tick, now, got, want)
		}
	}
	expect := func(tick sim.Tick, want used) {
		t.Helper()
		if got := takeOne(t, b, tick, 6); got != want {
			t.Errorf("tick %d: %+v, want %+v", tick, got, want)
		}
	}
	put(100, 8, 0, 100, onTime)
	expect(100, used{8, 0, 0, sim.Received})
	put(100, 8, 1, 101, double) // it was used: its buttons are not pressed again
	put(99, -8, 1, 101, late)
	put(98, -8, 2, 101, late)
	put(98, -8, 4, 101, double)
	put(101, 7, 8, 101, onTime)
	expect(101, used{7, 11, 0, sim.Received})
	put(99, -8, 1, 102, double)
	expect(102, used{7, 8, 0, sim.Repeated})
	put(97, -8, 16, 103, late)
	expect(103, used{7, 24, 0, sim.Repeated})
	expect(104, used{7, 8, 0, sim.Repeated})
	for tick := sim.Tick(105); tick < 120; tick++ {
		b.take(tick, 6)
	}
	put(118, -8, 32, 120, late)
	expect(120, used{0, 32, 0, sim.Neutral})
	expect(121, used{})
	put(120, 0, 0, 122, late) // nothing was pressed
	if b.late {
		t.Error("an input without buttons is kept")
	}
}

func TestBufferReset(t *testing.T) {
	b := newInputBuffer(bufferFields, 30)
	for tick := range sim.Tick(200) {
		in := input(tick+20, 5, 255)
		b.put(&in, tick)
		b.take(tick, 6)
	}
	in := input(199, 5, 255)
	b.put(&in, 201)
	b.reset()
	for tick := sim.Tick(201); tick < 300; tick++ {
		if got := takeOne(t, b, tick, 6); got != (used{}) || b.slack != 0 {
			t.Fatalf("tick %d of the next player: %+v", tick, got)
		}
	}
}

// TestOneInputPerTick floods a buffer in every way and keeps account of what
// may be used: at each tick the first input that came for it in time, and of
// buttons none twice.
func TestOneInputPerTick(t *testing.T) {
	r := random(t)
	for range 200 {
		b, hold := newInputBuffer(bufferFields, 30), r.IntN(8)
		first := map[sim.Tick]used{} // what came in time
		known := map[sim.Tick]bool{} // or late
		var last used
		lastAt, view := sim.Tick(0), 0
		style := r.IntN(4)
		for now := sim.Tick(1); now < 400; now++ {
			pressed := int32(0)
			for range r.IntN([]int{2, 60, 4, 2}[style] + 1) {
				in := input(now.Add(r.IntN([]int{3, 100, 7, 80}[style])-[]int{0, 50, 4, 60}[style]), r.IntN(17)-8, 1<<r.IntN(8))
				lead := in.Tick.Since(now)
				in.Seen = int(now)%100 + 1
				got, want := b.put(&in, now), onTime
				switch {
				case lead > maxLead:
					want = early
				case lead < -maxAge:
					want = late
				case known[in.Tick] && in.Tick > 0:
					want = double
				case lead < 0:
					want = late
					pressed |= in.Values[1]
					known[in.Tick] = true
				default:
					known[in.Tick] = true
					first[in.Tick] = used{in.Values[0], in.Values[1], in.Seen, sim.Received}
				}
				if got != want {
					t.Fatalf("input of %d at %d: verdict %d, want %d", in.Tick, now, got, want)
				}
			}
			want, came := first[now]
			switch {
			case came:
				want.seen = min(want.seen, 16*int(now)-view) // the view does not run backwards
				view = 16*int(now) - want.seen
				last, lastAt = want, now
			case lastAt > 0 && now.Since(lastAt) <= hold:
				want = used{last.dx, last.buttons, 0, sim.Repeated}
			}
			want.buttons |= pressed
			if got := takeOne(t, b, now, hold); got != want {
				t.Fatalf("tick %d used %+v, want %+v", now, got, want)
			}
		}
	}
}

// TestBufferIgnoresWhatTheGameDoesNotHave sends more fields than there are.
func TestBufferIgnoresWhatTheGameDoesNotHave(t *testing.T) {
	b := newInputBuffer(bufferFields, 30)
	in := netproto.Input{Tick: 5, Count: netproto.MaxInputValues}
	for i := range in.Values {
		in.Values[i] = int32(i + 1)
	}
	b.put(&in, 5)
	in.Tick = 4
	b.put(&in, 5)
	if values, _, _, _ := b.take(5, 0); !slices.Equal(values, []int32{1, 2}) {
		t.Errorf("used %v", values)
	}
}
