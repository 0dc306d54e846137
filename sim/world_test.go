package sim

import "testing"

type dot struct {
	X, Y   Fixed `wire:"linear"`
	Aim    Angle
	Owner  Seat  `wire:"owner"`
	Ammo   uint8 `wire:"private"`
	Secret int64 `wire:"local"`
}

type push struct {
	DX, DY int8  `input:"min=-100,max=100"`
	Fire   uint8 `input:"buttons"`
}

type dots struct {
	w     *World
	dots  *Table[dot]
	input *Input[push]
}

func newDots(w *World) Rules {
	return &dots{w, NewTable[dot](w, "dot", 64), NewInput[push](w)}
}

func (d *dots) Join(seat Seat) { d.dots.Add(dot{Owner: seat, X: d.w.Rand().Between(0, Int(100))}) }
func (d *dots) Leave(seat Seat) {
	for ref, row := range d.dots.All {
		if row.Owner == seat {
			d.dots.Remove(ref)
		}
	}
}
func (d *dots) Step(*Inputs) {
	for _, row := range d.dots.All {
		in := d.input.Of(row.Owner)
		row.X += Fixed(in.DX)
		row.Y += Fixed(in.DY)
		row.Secret += int64(d.w.Rand().Intn(10))
	}
}
func (d *dots) View(Seat, *View) {}

func dotsMode() Mode { return Mode{Name: "dots", Hz: 30, Seats: 8, New: newDots} }

func start(t *testing.T) *World {
	t.Helper()
	w, err := Start(dotsMode(), 7)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestRestoreGoesOnExactly(t *testing.T) {
	w := start(t)
	for seat := Seat(1); seat <= 3; seat++ {
		if err := w.Join(seat); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		w.SetInput(2, []int32{5, -500, 1}, 0, Received)
		w.Step()
	}
	w.Leave(2)
	other := start(t)
	if err := other.Restore(w.Append(nil)); err != nil {
		t.Fatal(err)
	}
	if d, differ := Diff(w, other); differ || w.Hash() != other.Hash() {
		t.Fatalf("restored world differs: %v", d)
	}
	for range 20 {
		w.Step()
		other.Step()
	}
	if w.Hash() != other.Hash() {
		d, _ := Diff(w, other)
		t.Fatalf("restored world went another way: %v", d)
	}
}
