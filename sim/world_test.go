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

func (d *dots) Join(seat Seat, _ Entrant) {
	d.dots.Add(dot{Owner: seat, X: d.w.Rand().Between(0, Int(100))})
}

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
	if err := w.Join(2, Entrant{}); err != nil {
		t.Fatal(err)
	}
	w.SetInput(2, []int32{5, -500}, 0, Received)
	w.Step()
	row := rows.Get(1)
	if row == nil || row.Owner != 2 || row.Y != -100 {
		t.Fatalf("after join and step: %+v", row)
	}
	if _ = w.Join(2, Entrant{}); rows.Len() != 1 {
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
			_ = w.Join(seat, Entrant{})
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
		if err := w.Join(seat, Entrant{}); err != nil {
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
		_ = w.Join(seat, Entrant{})
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

func TestTheLastTick(t *testing.T) {
	steps := 0
	w, err := declared(func(*World) {}, func() { steps++ })
	if err != nil {
		t.Fatal(err)
	}
	w.tick = LastTick - 2
	for range 5 {
		w.Step()
	}
	if steps != 2 || w.Tick() != LastTick || !w.Over() {
		t.Errorf("%d steps to tick %d, over %t", steps, w.Tick(), w.Over())
	}
	if w.Tick().Add(1) <= LastTick || w.Tick().Add(1) != w.Tick().Add(100) {
		t.Error("a time after the end is not after the end")
	}
	last := w.Append(nil)
	if err := w.Restore(last); err != nil || !w.Over() {
		t.Errorf("restored at the end: %v, over %t", err, w.Over())
	}
	w.tick++ // no world has it
	wantError(t, w.Restore(w.Append(nil)), false, "too large")
}

func TestModeWithSeats(t *testing.T) {
	sized := 0
	mode := Mode{Name: "sized", Hz: 30, Seats: 5000, New: func(w *World) Rules {
		NewInput[nod](w)
		sized = NewTable[item](w, "item", w.Mode().Seats).Cap()
		return quiet{}
	}}
	for wish, want := range map[int]int{-1: 5000, 0: 5000, 1: 1, 4999: 4999, 5000: 5000, 5001: 5000} {
		w, err := Start(mode.WithSeats(wish), 1)
		if err != nil || sized != want || w.Mode().Seats != want {
			t.Fatalf("%d seats: %d rows, %v", wish, sized, err)
		}
		if w.Join(Seat(want), Entrant{}) != nil || w.Join(Seat(want+1), Entrant{}) == nil {
			t.Errorf("%d seats: not those", wish)
		}
	}
}

// shortcut keeps the row of each seat.
type shortcut struct {
	quiet
	rows *Table[dot]
	of   [9]Ref
}

func (s *shortcut) Restored() {
	s.of = [9]Ref{}
	for ref, row := range s.rows.All {
		s.of[row.Owner] = ref
	}
}

func TestRestoreHasShortcutsMadeAnew(t *testing.T) {
	var s *shortcut
	mode := Mode{Name: "shortcut", Hz: 30, Seats: 8, New: func(w *World) Rules {
		NewInput[nod](w)
		s = &shortcut{rows: NewTable[dot](w, "dot", 8)}
		return s
	}}
	w, err := Start(mode, 1)
	if err != nil {
		t.Fatal(err)
	}
	ref, row, _ := s.rows.Add(dot{Owner: 4})
	good := w.Append(nil)
	row.Owner = 9 // there is no such seat
	forged := w.Append(nil)
	if err := w.Restore(good); err != nil || s.of[4] != ref {
		t.Errorf("restored: %v, seat 4 has %d", err, s.of[4])
	}
	wantError(t, w.Restore(forged), false, ErrState.Error(), "the rules cannot take it")
	if w.Hash() == 0 || s.rows.Len() != 0 {
		t.Error("after a refusal it is not empty")
	}
}
