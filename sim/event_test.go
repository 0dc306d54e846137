package sim

import (
	"slices"
	"testing"
)

type boom struct {
	At   Vec
	Who  Ref
	Loud bool
	Kind int8
}

type flash struct{ N uint32 }

func TestEvents(t *testing.T) {
	var booms *Event[boom]
	var flashes *Event[flash]
	var fifth Ref
	step := func() {
		booms.Emit(7, boom{Vec{-1, 2}, fifth, true, -3})
		flashes.Emit(0, flash{9})
		booms.Emit(8, boom{})
	}
	w, err := declared(func(w *World) {
		booms, flashes = NewEvent[boom](w, "boom"), NewEvent[flash](w, "flash")
		fifth = fill(t, NewTable[item](w, "item", 5), 5)[4]
	}, func() { step() })
	if err != nil {
		t.Fatal(err)
	}
	w.Step()
	records, values := w.Events()
	want := []EventRecord{{0, 7, 0, 5}, {1, 0, 5, 1}, {0, 8, 6, 5}}
	if !slices.Equal(records, want) {
		t.Errorf("records %v, want %v", records, want)
	}
	if want := []uint32{0xffffffff, 2, 5, 1, 0xfffffffd, 9, 0, 0, 0, 0, 0}; !slices.Equal(values, want) {
		t.Errorf("values %v, want %v", values, want)
	}
	kinds := w.EventKinds()
	if len(kinds) != 2 || kinds[0].Name != "boom" || len(kinds[0].Columns) != 5 || kinds[1].Columns[0].Name != "n" {
		t.Errorf("kinds %+v", kinds)
	}
	step = func() {}
	w.Step()
	if records, values := w.Events(); len(records)+len(values) != 0 {
		t.Errorf("the next step still has %v, %v", records, values)
	}
}

func TestEventsAreBounded(t *testing.T) {
	for _, row := range []struct{ emit, kept, dropped int }{
		{maxEvents, maxEvents, 0}, {maxEvents + 1, maxEvents, 1},
	} {
		var flashes *Event[flash]
		w, err := declared(func(w *World) { flashes = NewEvent[flash](w, "flash") }, func() {
			for range row.emit {
				flashes.Emit(0, flash{1})
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		w.Step()
		if records, values := w.Events(); len(records) != row.kept || len(values) != row.kept || w.EventsDropped() != row.dropped {
			t.Errorf("%d emitted: %d kept, %d values, %d dropped", row.emit, len(records), len(values), w.EventsDropped())
		}
		w.Step()
		if records, _ := w.Events(); len(records) != row.kept || w.EventsDropped() != 2*row.dropped {
			t.Errorf("the second step: %d kept, %d dropped in all", len(records), w.EventsDropped())
		}
	}
}

func refuseEvent[T any](t *testing.T, words ...string) {
	t.Helper()
	_, err := declared(func(w *World) { NewEvent[T](w, "boom") }, nil)
	wantError(t, err, false, words...)
}

func TestEventRefusals(t *testing.T) {
	refuseEvent[struct{ X float32 }](t, "boom.X: float32")
	refuseEvent[struct{ x int8 }](t, "boom.x: the field must be exported")
	refuseEvent[struct{ X int64 }](t, "event boom.x: event fields have at most 32 bits")
	refuseEvent[struct {
		X int8 `wire:"linear"`
	}](t, "event boom.x: event fields have at most 32 bits and no wire tags")
	refuseEvent[struct {
		X int64 `wire:"local"`
	}](t, "event boom.x: event fields")
	refuseEvent[struct {
		S Seat `wire:"owner"`
	}](t, "event boom.s: event fields")
	refuseEvent[struct {
		X int8 `wire:"private"`
	}](t, "event boom.x: event fields")
	refuseEvent[int8](t, "boom: int8 is not a struct")
	_, err := declared(func(w *World) { NewEvent[flash](w, "boom"); NewEvent[flash](w, "boom") }, nil)
	wantError(t, err, false, "event boom: declared twice")
}

func TestEmitDoesNotAllocate(t *testing.T) {
	var booms *Event[boom]
	w, err := declared(func(w *World) { booms = NewEvent[boom](w, "boom") }, func() {
		for range 100 {
			booms.Emit(1, boom{})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Step()
	if n := testing.AllocsPerRun(10, w.Step); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

// met emits wherever rules may.
type met struct {
	quiet
	flashes *Event[flash]
}

func (m *met) Join(s Seat, _ Entrant) { m.flashes.Emit(Group(s), flash{100 + uint32(s)}) }
func (m *met) Leave(s Seat)           { m.flashes.Emit(Group(s), flash{200 + uint32(s)}) }
func (m *met) Step(*Inputs)           { m.flashes.Emit(0, flash{1}) }
func startMet(w *World) Rules         { NewInput[nod](w); return &met{flashes: NewEvent[flash](w, "flash")} }

// happened returns the one field of each event of the last tick.
func happened(w *World) []uint32 {
	_, values := w.Events()
	return slices.Clone(values)
}

func TestEventsOfJoinsAndLeavesComeBeforeTheStep(t *testing.T) {
	mode := Mode{Name: "met", Hz: 30, Seats: 4, New: startMet}
	w, err := Start(mode, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Join(2, Entrant{}), w.Join(1, Entrant{})
	if got := happened(w); len(got) != 0 {
		t.Errorf("before the step there is %v", got)
	}
	between, err := Start(mode, 1) // a state between join and step has them too
	if err != nil || between.Restore(w.Append(nil)) != nil {
		t.Fatal(err)
	}
	for _, w := range []*World{w, between} {
		if w.Step(); !slices.Equal(happened(w), []uint32{102, 101, 1}) {
			t.Errorf("joins and step give %v", happened(w))
		}
		if after := w.Append(nil); w.Restore(after) != nil || len(happened(w)) != 0 {
			t.Errorf("restored after the step: %v", happened(w))
		}
	}
	w.Step()
	w.Leave(2)
	w.Leave(2) // it is not there
	_ = w.Join(2, Entrant{})
	_ = w.Join(2, Entrant{}) // it is taken
	if w.Step(); !slices.Equal(happened(w), []uint32{202, 102, 1}) {
		t.Errorf("leave, join and step give %v", happened(w))
	}
	if w.Step(); !slices.Equal(happened(w), []uint32{1}) {
		t.Errorf("the next step has %v", happened(w))
	}
}

func TestEventsOfManyJoinsAreBounded(t *testing.T) {
	w, err := Start(Mode{Name: "met", Hz: 30, Seats: MaxSeats, New: startMet}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for seat := Seat(1); seat <= MaxSeats; seat++ {
		_ = w.Join(seat, Entrant{})
	}
	state := w.Append(nil)
	if w.Step(); len(happened(w)) != maxEvents || w.EventsDropped() != MaxSeats+1-maxEvents {
		t.Errorf("%d events, %d dropped", len(happened(w)), w.EventsDropped())
	}
	if err := w.Restore(state); err != nil {
		t.Error(err)
	}
}

func TestNewEmitsNothing(t *testing.T) {
	_, err := declared(func(w *World) { NewEvent[flash](w, "flash").Emit(0, flash{1}) }, nil)
	wantError(t, err, false, "event flash: New emits it, when nobody is there; emit it in Join or Step")
}

func TestEventsSendOnlyLivingRows(t *testing.T) {
	var rows *Table[item]
	var booms *Event[boom]
	step := func() {
		kept, _, _ := rows.Add(item{1})
		gone, _, _ := rows.Add(item{2})
		booms.Emit(0, boom{Who: kept})
		booms.Emit(0, boom{Who: gone})
		rows.Remove(gone)
		booms.Emit(0, boom{Who: gone})
		rows.Add(item{3}) // has its id
	}
	w, err := declared(func(w *World) {
		rows, booms = NewTable[item](w, "item", 4), NewEvent[boom](w, "boom")
	}, func() { step() })
	if err != nil {
		t.Fatal(err)
	}
	w.Step()
	if v := happened(w); v[2] != 1 || v[5+2] != 0 || v[10+2] != 0 {
		t.Errorf("the living row is sent as %d, the gone ones as %d and %d", v[2], v[5+2], v[10+2])
	}
}

func TestRestoreRefusesEventsThatNobodyEmits(t *testing.T) {
	w := richWorld(t)
	_ = w.Join(3, Entrant{})
	state := w.Append(nil)
	// The end: one event; kind 1, group 3, X -1, Y 3, the row and its table, loud, kind.
	at := len(state) - 9
	if !slices.Equal(state[at:], []byte{1, 1, 3, 1, 6, 2, 1, 2, 5}) {
		t.Fatalf("the events are not where they were: %v", state[at:])
	}
	for _, row := range []struct {
		at   int
		set  byte
		want string
	}{
		{0, 0, "it ends with no events"}, {0, 2, "cut off"}, {1, 2, "an event is of no kind"},
		{7, 4, "a value does not fit its event"},
	} {
		was := state[at+row.at]
		state[at+row.at] = row.set
		wantError(t, w.Restore(state), false, row.want)
		state[at+row.at] = was
	}
	wantError(t, w.Restore(state), true)
}
