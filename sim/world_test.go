package sim

import (
	"errors"
	"testing"
)

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

// dots is the smallest useful game: everyone pushes a dot.
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

func (d *dots) View(seat Seat, v *View) { v.See(Group(seat)) }

func dotsMode() Mode { return Mode{Name: "dots", Hz: 30, Seats: 8, New: newDots} }

func start(t *testing.T) *World {
	t.Helper()
	w, err := Start(dotsMode(), 7)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWorldCallsTheRules(t *testing.T) {
	w := start(t)
	rows := w.rules.(*dots).dots
	if err := w.Join(2); err != nil {
		t.Fatal(err)
	}
	w.SetInput(2, []int32{5, -500}, 0, Received)
	w.Step()
	row := rows.Get(refOf(0, 0))
	if row == nil || row.Owner != 2 || row.Y != -100 {
		t.Fatalf("after join and step: %+v", row)
	}
	if _ = w.Join(2); rows.Len() != 1 {
		t.Error("a seat that is taken joins the rules")
	}
	var v View
	if w.View(2, &v); len(v.Groups()) != 1 || v.Groups()[0] != 2 {
		t.Errorf("seat 2 sees %v", v.Groups())
	}
	w.Leave(3)
	if w.Leave(2); rows.Len() != 0 {
		t.Error("the row stays when its seat leaves")
	}
	if w.Tick() != 1 || w.Mode().Name != "dots" {
		t.Errorf("tick %d, mode %q", w.Tick(), w.Mode().Name)
	}
}

func TestTickInsideOfAStep(t *testing.T) {
	var w *World
	var inside Tick
	w, err := declared(func(*World) {}, func() { inside = w.Tick() })
	if err != nil {
		t.Fatal(err)
	}
	for want := Tick(1); want < 4; want++ {
		if w.Step(); inside != want || w.Tick() != want {
			t.Errorf("step %d: tick %d inside, %d after", want, inside, w.Tick())
		}
	}
}

func TestSameSeedSameMatch(t *testing.T) {
	a, b, other := start(t), start(t), start(t)
	other.rand.state++
	for _, w := range []*World{a, b, other} {
		for seat := Seat(1); seat <= 8; seat++ {
			_ = w.Join(seat)
		}
		for range 10 {
			w.Step()
		}
	}
	if a.Hash() != b.Hash() {
		t.Error("the same seed gives another match")
	}
	if a.Hash() == other.Hash() {
		t.Error("another seed gives the same match")
	}
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
	for range 20 {
		w.Step()
		other.Step()
	}
	same(t, w, other)
}

func TestStepDoesNotAllocate(t *testing.T) {
	w := start(t)
	for seat := Seat(1); seat <= 8; seat++ {
		_ = w.Join(seat)
	}
	values := []int32{1, 2, 3}
	n := testing.AllocsPerRun(100, func() {
		for seat := Seat(1); seat <= 8; seat++ {
			w.SetInput(seat, values, 5, Received)
		}
		w.Step()
		w.Hash()
	})
	if n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func TestRefusedRulesDoNotStart(t *testing.T) {
	m := dotsMode()
	inner := m.New
	m.New = func(w *World) Rules {
		w.Refuse(nil)
		return inner(w)
	}
	if _, err := Start(m, 1); err != nil {
		t.Errorf("refused for nothing: %v", err)
	}
	m.New = func(w *World) Rules {
		w.Refuse(errors.New("two left feet"))
		return nil
	}
	want := `mode "dots": two left feet`
	if _, err := Start(m, 1); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
