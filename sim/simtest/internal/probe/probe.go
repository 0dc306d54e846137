// Package probe is a small game that uses everything package sim offers, so
// that a difference between two machines in any of it shows in its hashes.
package probe

import "github.com/metronome-server/metronome/sim"

const (
	size  = 1024 // units to a side
	speed = 6    // units a tick
	reach = 80   // units
)

type mover struct {
	Pos   sim.Vec   `wire:"linear=Vel"`
	Vel   sim.Vec   `wire:"linear"`
	Aim   sim.Angle `wire:"linear"`
	Seat  sim.Seat  `wire:"owner"`
	Near  sim.Ref
	Heat  int8
	Load  uint8 `wire:"private"`
	Turns int16
	Ticks uint32
	Hot   bool
	Work  int64     `wire:"local"`
	Mix   uint64    `wire:"local"`
	Trace [2]uint16 `wire:"local"`
}

type spark struct {
	Pos  sim.Vec
	Left uint8
}

type sum struct {
	Sparks int32
	Far    sim.Fixed
}

type push struct {
	Turn  int8      `input:"min=-100,max=100"`
	Power sim.Fixed `input:"min=0,max=256"`
	Aim   sim.Angle
	Keys  uint8 `input:"buttons"`
}

type burst struct {
	Pos sim.Vec
	By  sim.Ref
}

type rules struct {
	w      *sim.World
	movers *sim.Table[mover]
	sparks *sim.Table[spark]
	sum    *sim.Single[sum]
	past   *sim.History[mover]
	burst  *sim.Event[burst]
	input  *sim.Input[push]
	grid   *sim.Grid //simtest:derived in each step
	near   []sim.Ref //simtest:derived by the grid's numbers, in each step
	cells  *sim.Grid // never filled: it only numbers cells
}

// Mode is the game's only mode: up to 48 players.
func Mode() sim.Mode {
	return sim.Mode{Name: "probe", Title: "Probe", Hz: 30, Seats: 48, New: start}
}

func start(w *sim.World) sim.Rules {
	r := &rules{w: w, grid: sim.NewGrid(sim.Int(size), sim.Int(size), 15), cells: sim.NewGrid(sim.Int(size), sim.Int(size), 16)}
	r.movers = sim.NewTable[mover](w, "mover", 48)
	r.sparks = sim.NewTable[spark](w, "spark", 200).GroupBy(func(row *spark) sim.Group { return r.group(row.Pos) })
	r.sum = sim.NewSingle[sum](w, "sum")
	r.past = sim.NewHistory(w, r.movers, 8, func(row *mover) sim.Vec { return row.Pos })
	r.burst = sim.NewEvent[burst](w, "burst")
	r.input = sim.NewInput[push](w)
	return r
}

func (r *rules) group(at sim.Vec) sim.Group { return 1 + sim.Group(r.cells.Cell(at)) }

func (r *rules) Join(seat sim.Seat, _ sim.Entrant) {
	rnd := r.w.Rand()
	at := sim.Vec{X: rnd.Between(0, sim.Int(size)), Y: rnd.Between(0, sim.Int(size))}
	r.movers.Add(mover{Pos: at, Aim: rnd.Angle(), Seat: seat, Mix: rnd.Uint64()})
}

func (r *rules) Leave(seat sim.Seat) {
	for ref, m := range r.movers.All {
		if m.Seat == seat {
			r.movers.Remove(ref)
		}
	}
}

func (r *rules) View(seat sim.Seat, v *sim.View) {
	for _, m := range r.movers.All {
		if m.Seat == seat {
			r.cells.Block(m.Pos, func(cell int32) { v.See(1 + sim.Group(cell)) })
		}
	}
}

func (r *rules) Step(in *sim.Inputs) {
	r.grid.Reset()
	r.near = r.near[:0]
	for ref, m := range r.movers.All {
		r.grid.Put(int32(len(r.near)), m.Pos)
		r.near = append(r.near, ref)
	}
	r.grid.Build()
	for ref, m := range r.movers.All {
		r.move(m, r.input.Of(m.Seat))
		r.meet(ref, m)
		r.judge(ref, m, in.Seen(m.Seat))
	}
	for ref, s := range r.sparks.All {
		if s.Left--; s.Left == 0 {
			r.sparks.Remove(ref)
		}
	}
}
