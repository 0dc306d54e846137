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
	step := func() {
		booms.Emit(7, boom{Vec{-1, 2}, Ref(5) | 3<<refBits, true, -3})
		flashes.Emit(0, flash{9})
		booms.Emit(8, boom{})
	}
	w, err := declared(func(w *World) {
		booms, flashes = NewEvent[boom](w, "boom"), NewEvent[flash](w, "flash")
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
