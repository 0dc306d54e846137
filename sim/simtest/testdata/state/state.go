// Package state keeps state in every place but tables.
package state

import (
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

type pawn struct {
	Seat sim.Seat `wire:"owner"`
	X    int32
}

type input struct{ X int8 }

// clock is held by the rules; nobody said that it follows from the tables.
type clock struct {
	now, last int32
	names     map[int32]int32
}

func (c *clock) tick() {
	c.now++ // want "a change of the field now"
}

type rules struct {
	w      *sim.World
	pawns  *sim.Table[pawn]
	in     *sim.Input[input]
	count  int32
	of     [4]sim.Ref
	recent []int32
	clock  clock
	clocks []*clock
	first  *pawn
	spare  int32
	after  func()
	till   *till
	grid   *sim.Grid
	plane  geo.Plane
	marks  *geo.Marks

	//simtest:derived by Restored
	seats []sim.Ref
	near  []sim.Ref //simtest:derived
	radar *radar    //simtest:derived in each step
	shade geo.Marks //simtest:derived in each step
}

// radar is filled anew in each step.
type radar struct {
	found []sim.Ref
	grid  *sim.Grid
}

func (r *radar) fill(rows *sim.Table[pawn]) {
	r.found = r.found[:0]
	r.grid.Reset()
	for ref, row := range rows.All {
		r.grid.Put(int32(len(r.found)), sim.Vec{X: sim.Fixed(row.X)})
		r.found = append(r.found, ref)
	}
	r.grid.Build()
}

// fillAll fills what nobody said to be filled anew.
func (r *rules) fillAll(at sim.Vec) {
	r.grid.Put(1, at)   // want "a change of the field grid"
	r.plane.Reset()     // want "a change of the field plane"
	r.marks.Mark(at, 5) // want "a change of the field marks"
	r.shade.Mark(at, 5) // derived
	own := geo.NewPlane(16)
	own.Put(1, at) // not kept
	if r.marks.Marked(at) {
		own.Build()
	}
}

var last pawn

func (p *pawn) push() { p.X++ }

func (r *rules) Join(s sim.Seat, _ sim.Entrant) {
	ref, row, _ := r.pawns.Add(pawn{Seat: s})
	r.first = row    // want "a change of the field first"
	r.of[s%4] = ref  // want "a change of the field of"
	r.seats[s] = ref // derived
	row.X = int32(s) // a row
	p := &last       // want "the address of the package variable last"
	p.X = 3
	last.push() // want "the package variable last: its method push"
}

func (r *rules) Leave(s sim.Seat) {
	r.recent = append(r.recent, int32(s)) // want "a change of the field recent"
	delete(r.clock.names, int32(s))       // want "a change of the field names"
	r.pawns.Remove(r.seats[s])
}

func (r *rules) Restored() {
	clear(r.seats)
	for ref, row := range r.pawns.All {
		r.seats[row.Seat] = ref
	}
}

func (r *rules) Step(*sim.Inputs) {
	r.radar.fill(r.pawns)
	r.near = append(r.near[:0], r.radar.found...)
	r.fillAll(sim.Vec{})
	self := r
	self.count += 2 // want "a change of the field count"
	bump(&r.spare)  // want "a change of the field spare"
	r.clock.tick()
	for _, c := range r.clocks {
		c.last = c.now // want "a change of the field last"
	}
	copied := r.clock
	copied.now = 5 // a copy
	sum := int32(0)
	for _, row := range r.pawns.All {
		row.X += copied.now
		sum += row.X
	}
	add := func(n int32) { sum += n }
	add(1)
	if sum > 5 {
		r.w.Leave(1)                       // want "World.Leave while the match runs"
		sim.NewTable[pawn](r.w, "late", 8) // want "sim.NewTable while the match runs"
		r.late()
	}
}

func bump(n *int32) { *n++ }

func (r *rules) View(seat sim.Seat, v *sim.View) {
	for i := range r.of {
		r.of[i] = 0 // want "a change of the field of"
	}
}

// newRules may write what it likes, but not what outlives it.
func newRules(w *sim.World) sim.Rules {
	r := &rules{w: w, in: sim.NewInput[input](w), seats: make([]sim.Ref, 9), radar: &radar{}}
	r.count = 7
	r.till = newTill(w)
	asked, seen := 0, map[int32]bool{}
	each := func() { asked++ }
	each()
	r.pawns = sim.NewTable[pawn](w, "pawn", 8).GroupBy(func(row *pawn) sim.Group {
		asked++            // want "a change of the variable asked, which a closure keeps"
		seen[row.X] = true // want "a change of the variable seen, which a closure keeps"
		r.count++          // want "a change of the field count"
		return 0
	})
	r.after = func() { asked = 0 } // want "a change of the variable asked, which a closure keeps"
	r.setUp()
	return r
}

// setUp is called by nothing that runs later.
func (r *rules) setUp() { r.spare = 3 }

// Mode makes a mode that counts how often it was started.
func Mode() sim.Mode {
	started := 0
	return sim.Mode{Name: "state", Hz: 30, Seats: 8, New: func(w *sim.World) sim.Rules {
		started++ // want "a change of the variable started, which a closure keeps"
		return newRules(w)
	}}
}
