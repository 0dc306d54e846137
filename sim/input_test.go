package sim

import (
	"math"
	"slices"
	"strings"
	"testing"
)

type controls struct {
	Small  int8   `input:"min=-100,max=100"`
	High   uint8  `input:"min=10,max=20"`
	Low    int16  `input:"max=-5"`
	Free   int32  ``
	Fire   uint16 `input:"buttons"`
	Aim    Angle
	Speed  Fixed `input:"min=-256, max=256"`
	On     bool
	Big    uint32
	Narrow Angle `input:"min=5,max=5"`
}

// controlled is a world in which seats 1 to n sit.
func controlled(t testing.TB, n int) (*World, *Input[controls]) {
	t.Helper()
	var in *Input[controls]
	w := declare(t, func(w *World) { in = NewInput[controls](w) })
	for seat := range n {
		if err := w.Join(Seat(seat+1), Entrant{}); err != nil {
			t.Fatal(err)
		}
	}
	return w, in
}

func TestInputClampsBothSides(t *testing.T) {
	w, in := controlled(t, 1)
	neutral := controls{High: 10, Low: -5, Narrow: 5}
	if *in.Of(1) != neutral {
		t.Errorf("neutral is %+v, want %+v", *in.Of(1), neutral)
	}
	for _, row := range []struct {
		field, give, want int32
	}{
		{0, -100, -100}, {0, -101, -100}, {0, 100, 100}, {0, 101, 100}, {0, 128, 100}, {0, -129, -100},
		{1, 9, 10}, {1, 10, 10}, {1, 20, 20}, {1, 21, 20}, {1, -1, 10}, {1, 256 + 15, 20},
		{2, -5, -5}, {2, -4, -5}, {2, -32768, -32768}, {2, -32769, -32768},
		{3, math.MaxInt32, math.MaxInt32}, {3, math.MinInt32, math.MinInt32},
		{4, 65535, 65535}, {4, 65536, 65535}, {4, -1, 0},
		{5, 65535, 65535}, {5, 65536, 65535}, {5, -1, 0},
		{6, 256, 256}, {6, 257, 256}, {6, -256, -256}, {6, -257, -256},
		{7, 1, 1}, {7, 2, 1}, {7, 0, 0}, {7, -1, 0},
		{8, math.MaxInt32, math.MaxInt32}, {8, -1, 0},
		{9, 4, 5}, {9, 6, 5},
	} {
		values := make([]int32, 10)
		values[row.field] = row.give
		w.SetInput(1, values, 0, Received)
		if got := int32(in.cols[row.field].load(base(in.Of(1)))); got != row.want {
			t.Errorf("%s: %d gives %d, want %d", in.fields[row.field].Name, row.give, got, row.want)
		}
	}
}

func TestInputNeedsNotAllFields(t *testing.T) {
	w, in := controlled(t, 1)
	w.SetInput(1, []int32{1, 12, -7, 4, 5, 6, 7, 1, 9, 9, 11, 12}, 0, Received) // and may have more
	w.SetInput(1, []int32{50}, 0, Received)
	if want := (controls{Small: 50, High: 10, Low: -5, Narrow: 5}); *in.Of(1) != want {
		t.Errorf("got %+v, want %+v", *in.Of(1), want)
	}
}

func TestInputLastsOneStep(t *testing.T) {
	w, in := controlled(t, 2)
	w.SetInput(1, []int32{50}, 32, Repeated)
	if in.Of(1).Small != 50 || in.Of(2).Small != 0 || w.inputs.Seen(1) != 32 || w.inputs.Origin(1) != Repeated {
		t.Errorf("set: %+v, seen %d, origin %d", in.Of(1), w.inputs.Seen(1), w.inputs.Origin(1))
	}
	w.Step()
	if in.Of(1).Small != 0 || w.inputs.Seen(1) != 0 || w.inputs.Origin(1) != Neutral {
		t.Errorf("after a step: %+v, seen %d, origin %d", in.Of(1), w.inputs.Seen(1), w.inputs.Origin(1))
	}
}

func TestInputEndsWithTheSeat(t *testing.T) {
	w, in := controlled(t, 1)
	w.SetInput(1, []int32{50}, 32, Received)
	w.Leave(1)
	if err := w.Join(1, Entrant{}); err != nil {
		t.Fatal(err)
	}
	if in.Of(1).Small != 0 || w.inputs.Seen(1) != 0 || w.inputs.Origin(1) != Neutral {
		t.Errorf("the next player has %+v, seen %d, origin %d", in.Of(1), w.inputs.Seen(1), w.inputs.Origin(1))
	}
}

func TestInputOfNobody(t *testing.T) {
	w, in := controlled(t, 1)
	for _, seat := range []Seat{0, 2, 8, 9, 65535} {
		w.SetInput(seat, []int32{50}, 32, Received)
		if in.Of(seat).Small != 0 || w.inputs.Seen(seat) != 0 || w.inputs.Origin(seat) != Neutral {
			t.Errorf("seat %d, where nobody sits, has %+v", seat, in.Of(seat))
		}
	}
}

func TestInputSeenIsBounded(t *testing.T) {
	w, _ := controlled(t, 1)
	for _, row := range [][2]int{{-1, 0}, {0, 0}, {65535, 65535}, {65536, 65535}} {
		w.SetInput(1, nil, row[0], Received)
		if got := w.inputs.Seen(1); got != row[1] {
			t.Errorf("seen %d gives %d, want %d", row[0], got, row[1])
		}
	}
}

func TestInputSchema(t *testing.T) {
	w, _ := controlled(t, 0)
	fields := w.InputFields()
	if want := (InputField{Name: "small", Min: -100, Max: 100}); fields[0] != want {
		t.Errorf("got %+v, want %+v", fields[0], want)
	}
	if want := (InputField{Name: "fire", Max: 65535, Buttons: true}); fields[4] != want {
		t.Errorf("got %+v, want %+v", fields[4], want)
	}
	if want := (InputField{Name: "big", Max: math.MaxInt32}); fields[8] != want {
		t.Errorf("got %+v, want %+v", fields[8], want)
	}
}

func refuseInput[T any](t *testing.T, words ...string) {
	t.Helper()
	_, err := declared(func(w *World) { NewInput[T](w) }, nil)
	wantError(t, err, false, words...)
}

func TestInputRefusals(t *testing.T) {
	refuseInput[struct{ X float64 }](t, "input.X: float64")
	refuseInput[struct{ X int }](t, "input.X: int has another size")
	refuseInput[struct{ x int8 }](t, "input.x: the field must be exported")
	refuseInput[struct{ X int64 }](t, "input.X: int64 cannot be an input")
	refuseInput[struct{ X Seat }](t, "input.X: sim.Seat cannot be an input")
	refuseInput[struct{ X Ref }](t, "input.X: sim.Ref cannot be an input")
	refuseInput[struct{ X Vec }](t, "plain fields only")
	refuseInput[struct{ X [2]int8 }](t, "plain fields only")
	refuseInput[int8](t, "is not a struct")
	refuseInput[struct {
		X int8 `wire:"linear"`
	}](t, "input.X: an input has no wire tags")
	refuseInput[struct {
		X int64 `wire:"local"`
	}](t, "input.X: int64 cannot be an input")
	refuseInput[struct {
		X int8 `input:"maximum=1"`
	}](t, `input.X: unknown input tag "maximum"`)
	refuseInput[struct {
		X int8 `input:"min=-129"`
		Y int8 `input:"max=128"`
	}](t, "input.X: min=-129 is no number from -128 to 127", "input.Y: max=128 is no number from -128 to 127")
	refuseInput[struct {
		X int8 `input:"min=a"`
		Y int8 `input:"max"`
	}](t, "input.X: min=a is no number", "input.Y: max= is no number")
	refuseInput[struct {
		X int8 `input:"min=2,max=1"`
	}](t, "input.X: min 2 is above max 1")
	refuseInput[struct {
		X int8  `input:"buttons"`
		Y Angle `input:"buttons"`
		Z uint8 `input:"buttons=3"`
	}](t, "input.X: int8 cannot be buttons", "input.Y: sim.Angle cannot be buttons", "input.Z: buttons takes no value")
}

func TestInputCount(t *testing.T) {
	type four struct{ A, B, C, D int8 }
	_, err := declared(func(w *World) { NewInput[four](w); NewInput[four](w) }, nil)
	wantError(t, err, false, "input: declared twice")
	_, err = Start(Mode{Name: "test", Hz: 1, Seats: 1, New: func(*World) Rules { return quiet{} }}, 1)
	wantError(t, err, false, "New declared neither an input (sim.NewInput) nor a command")
	refuseInput[struct{ A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z, AA, AB, AC, AD, AE, AF, AG int8 }](t,
		"input: 33 fields, at most 32")
}

func TestSeatsJoinAndLeave(t *testing.T) {
	w, _ := controlled(t, 0)
	for _, row := range []struct {
		seat  Seat
		leave bool
		want  string // error
		seats []Seat
	}{
		{5, false, "", []Seat{5}},
		{1, false, "", []Seat{1, 5}},
		{8, false, "", []Seat{1, 5, 8}},
		{5, false, "join seat 5: it is taken", []Seat{1, 5, 8}},
		{0, false, "join seat 0: want 1 to 8", []Seat{1, 5, 8}},
		{9, false, "join seat 9: want 1 to 8", []Seat{1, 5, 8}},
		{9, true, "", []Seat{1, 5, 8}},
		{0, true, "", []Seat{1, 5, 8}},
		{2, true, "", []Seat{1, 5, 8}},
		{5, true, "", []Seat{1, 8}},
		{5, true, "", []Seat{1, 8}},
		{5, false, "", []Seat{1, 5, 8}},
		{1, true, "", []Seat{5, 8}},
		{8, true, "", []Seat{5}},
	} {
		var err error
		if row.leave {
			w.Leave(row.seat)
		} else {
			err = w.Join(row.seat, Entrant{})
		}
		wantError(t, err, row.want == "", row.want)
		if !slices.Equal(w.Seats(), row.seats) || !slices.Equal(w.inputs.Seats(), row.seats) {
			t.Fatalf("after seat %d, leave %t: %v, want %v", row.seat, row.leave, w.Seats(), row.seats)
		}
	}
}

func TestInputErrorsAreOneText(t *testing.T) {
	_, err := declared(func(w *World) {
		NewTable[struct{ X int }](w, "ship", 0)
		NewInput[struct{ Y string }](w)
	}, nil)
	wantError(t, err, false, "ship.X", "table ship: capacity 0", "input.Y")
	if !strings.HasPrefix(err.Error(), `mode "test": `) {
		t.Errorf("the error does not name the mode: %v", err)
	}
}
