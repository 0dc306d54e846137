package sim

import "testing"

// ender ends its match in a join, after so many announcements.
type ender struct {
	w     *World
	first int
	steps int
}

func (e *ender) Join(Seat, Entrant) {
	for range e.first {
		e.w.Announce("soon")
	}
	e.w.End("over")
	e.w.End("twice")
}

func (e *ender) Leave(Seat)       { e.w.Announce("somebody left") }
func (e *ender) Step(*Inputs)     { e.steps++ }
func (e *ender) View(Seat, *View) {}

// TestEndInJoin: the step that follows is the last one, also in a world that was
// restored in between, and its wishes have the end however many they are.
func TestEndInJoin(t *testing.T) {
	for _, first := range []int{0, maxWishes - 1, maxWishes, maxWishes + 1} {
		var rules *ender
		mode := Mode{Name: "end", Hz: 10, Seats: 2, New: func(w *World) Rules {
			NewSingle[struct{ N uint8 }](w, "one")
			NewInput[struct{ X int8 }](w)
			rules = &ender{w: w, first: first}
			return rules
		}}
		w, err := Start(mode, 1)
		if err != nil {
			t.Fatal(err)
		}
		w.Step()
		if err := w.Join(1, Entrant{}); err != nil {
			t.Fatal(err)
		}
		if err := w.Restore(w.Append(nil)); err != nil || w.Over() || !w.Ended() {
			t.Fatalf("%d first: %v, over %v, ended %v", first, err, w.Over(), w.Ended())
		}
		for range 3 {
			w.Step()
		}
		ends := 0
		for _, wish := range w.Wishes() {
			if wish.Kind == WishEnd && wish.Text == "over" {
				ends++
			}
		}
		if w.Leave(1); ends != 1 || rules.steps != 2 || w.Tick() != 2 || !w.Over() {
			t.Errorf("%d first: %d ends, %d steps to tick %d, over %v", first, ends, rules.steps, w.Tick(), w.Over())
		}
		if w.Step(); rules.steps != 2 {
			t.Errorf("%d first: a step after the last", first)
		}
	}
}

// between says at every step that no match is on.
type between struct{ w *World }

func (b *between) Join(Seat, Entrant) {}
func (b *between) Leave(Seat)         {}
func (b *between) Step(*Inputs)       { b.w.BetweenMatches() }
func (b *between) View(Seat, *View)   {}

// TestNobodyIsBetweenMatchesOfOne: who waits for the one match of a room would lose
// it if a drain ended the room.
func TestNobodyIsBetweenMatchesOfOne(t *testing.T) {
	mode := Mode{Name: "between", Hz: 10, Seats: 2, New: func(w *World) Rules {
		NewSingle[struct{ N uint8 }](w, "one")
		NewInput[struct{ X int8 }](w)
		return &between{w}
	}}
	for want, mode := range []Mode{mode.ForOneMatch(), mode} {
		w, err := Start(mode, 1)
		if err != nil {
			t.Fatal(err)
		}
		if w.Step(); len(w.Wishes()) != want {
			t.Errorf("one match: %t, wishes %v", w.OneMatch(), w.Wishes())
		}
	}
}
