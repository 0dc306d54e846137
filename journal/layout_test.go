package journal

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

type (
	everything struct {
		A sim.Fixed `wire:"linear"`
		B sim.Ref
		C int64    `wire:"local"`
		D [2]uint8 `wire:"private"`
		E sim.Seat `wire:"owner"`
	}
	pose struct {
		A sim.Fixed
		C int64
		D [2]uint8
	}
	input struct{ X, Y int8 }
	order struct {
		What uint8
		IDs  []int32
	}
	params struct{ Goal uint16 }
	still  struct{}
)

func (still) Join(sim.Seat, sim.Entrant) {}
func (still) Leave(sim.Seat)             {}
func (still) Step(*sim.Inputs)           {}
func (still) View(sim.Seat, *sim.View)   {}
func at(row *everything) sim.Vec         { return sim.Vec{X: row.A} }
func find(modes ...sim.Mode) func(string) (sim.Mode, bool) {
	return func(string) (sim.Mode, bool) { return modes[0], true }
}

// fullMode declares one of everything that a layout tells of.
func fullMode() sim.Mode {
	return sim.Mode{Name: "full", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		sim.NewParams[params](w)
		sim.NewSingle[input](w, "single")
		t := sim.NewTable[everything](w, "table", 100)
		sim.NewHistory(w, t, 5, at)
		sim.NewHistoryOf(w, t, 6, func(row *everything) pose { return pose{row.A, row.C, row.D} })
		sim.NewPerSeat[everything](w, "seats")
		sim.NewEffect[everything2](w, "effect")
		sim.NewOutcome[params](w)
		sim.NewInput[input](w)
		sim.NewCommand[order](w)
		return still{}
	}}
}

type everything2 struct{ Coins int64 }

func fullHeader(t testing.TB) Header {
	t.Helper()
	w, err := sim.Start(fullMode(), 3)
	if err != nil {
		t.Fatal(err)
	}
	return Header{Room: "r", Mode: "full", Hz: 30, Seed: 3, Shape: w.Shape(), Seats: 4, Params: []sim.Param{{Name: "goal", Value: "9"}}, Layout: w.Layout()}
}

// TestAHeaderHasItsLayout, and one without it is what it was.
func TestAHeaderHasItsLayout(t *testing.T) {
	for _, change := range []func(*Header){
		func(*Header) {}, func(h *Header) { h.Params = nil }, func(h *Header) { h.OneMatch = true }, func(h *Header) { h.Layout = nil },
		func(h *Header) { h.Layout, h.Params = nil, nil },
	} {
		want := fullHeader(t)
		change(&want)
		b := AppendHeader(nil, want)
		got, err := ReadHeader(b)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %+v, want %+v", err, got, want)
		}
		t.Logf("%d bytes", len(b))
		for n := range b {
			if got, err := ReadHeader(b[:n]); err == nil && got.Layout != nil {
				t.Fatalf("a header of %d bytes is read when %d are there", len(b), n)
			}
		}
		if _, err := ReadHeader(append(b, 0)); !errors.Is(err, ErrDamaged) {
			t.Errorf("one more byte: %v", err)
		}
	}
}

// TestALayoutOfAnotherVersion is refused by its number.
func TestALayoutOfAnotherVersion(t *testing.T) {
	h := fullHeader(t)
	whole := AppendHeader(nil, h)
	version := len(whole) - len(appendLayout(nil, h.Layout))
	whole[version]++
	if _, err := ReadHeader(whole); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "of version 2, and this build knows 1") {
		t.Errorf("%v", err)
	}
}

// TestAParamThatMayNotHaveItsValue keeps a room on the build that it was on.
func TestAParamThatMayNotHaveItsValue(t *testing.T) {
	h := fullHeader(t)
	h.Shape++
	h.Params[0].Value = "100000"
	if _, _, err := h.Continue(find(fullMode())); !errors.Is(err, sim.ErrParam) {
		t.Errorf("%v", err)
	}
}

// FuzzReadHeader reads anything, and what is read is written again as it was.
func FuzzReadHeader(f *testing.F) {
	h := fullHeader(f)
	f.Add(AppendHeader(nil, h))
	h.Layout = nil
	f.Add(AppendHeader(nil, h))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ReadHeader(b)
		if err != nil {
			return
		}
		again, err := ReadHeader(AppendHeader(nil, got))
		if err != nil || !reflect.DeepEqual(got, again) {
			t.Fatalf("%v: %+v, was %+v", err, again, got)
		}
	})
}
