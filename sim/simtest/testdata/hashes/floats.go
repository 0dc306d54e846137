package main

import (
	"math"

	"github.com/metronome-server/metronome/sim"
)

// floats is a game as it must not be: its step computes with floats. All it
// keeps is in its table, so that on one machine nothing is wrong with it.
func floats() sim.Mode {
	return sim.Mode{Name: "floats", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		sim.NewInput[struct{ X int8 }](w)
		return &orbit{sim.NewSingle[planet](w, "planet")}
	}}
}

// planet holds the bits of two floats.
type planet struct {
	X, Y uint64 `wire:"local"`
}

type orbit struct{ planet *sim.Single[planet] }

func (o *orbit) Join(sim.Seat, sim.Entrant) {}
func (o *orbit) Leave(sim.Seat)             {}
func (o *orbit) View(sim.Seat, *sim.View)   {}

// Step turns a point by an angle whose sine and cosine are no binary fractions.
func (o *orbit) Step(*sim.Inputs) {
	p := o.planet.Get()
	x, y := math.Float64frombits(p.X)+1, math.Float64frombits(p.Y)
	x, y = x*0.96-y*0.28, x*0.28+y*0.96
	p.X, p.Y = math.Float64bits(x), math.Float64bits(y)
}
