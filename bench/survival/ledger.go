package main

import (
	"github.com/metronome-server/metronome/sim"
)

// The ledger is a game that forgets nothing: its chain depends on every input and
// command that any step was given, so that two worlds that differed once differ for
// ever, and every command becomes one effect.

type chain struct{ A, B uint32 }

// entry is what a seat has done.
type entry struct {
	Seat     sim.Seat `wire:"owner"`
	Commands uint32
	Last     uint32
}

type press struct {
	N int16 `input:"min=-1000,max=1000"`
}

// deed is a command: the seat's own count of them.
type deed struct {
	N uint32 `command:"max=2000000000"`
}

type done struct{ N uint32 }

type ledger struct {
	w        *sim.World
	chain    *sim.Single[chain]
	entries  *sim.PerSeat[entry]
	input    *sim.Input[press]
	commands *sim.Command[deed]
	done     *sim.Effect[done]
}

func ledgerGame() sim.Game {
	mode := sim.Mode{Name: "ledger", Title: "Ledger", Hz: 30, Seats: 64, New: func(w *sim.World) sim.Rules {
		return &ledger{
			w, sim.NewSingle[chain](w, "chain"), sim.NewPerSeat[entry](w, "entry"), sim.NewInput[press](w),
			sim.NewCommand[deed](w), sim.NewEffect[done](w, "done"),
		}
	}}
	return sim.Game{Name: "ledger", Modes: []sim.Mode{mode}}
}

func (l *ledger) Join(sim.Seat, sim.Entrant) {}
func (l *ledger) Leave(sim.Seat)             {}
func (l *ledger) View(sim.Seat, *sim.View)   {}

// Step adds what was done to the chain.
func (l *ledger) Step(*sim.Inputs) {
	c := l.chain.Get()
	add := func(v uint32) {
		c.A = (c.A ^ v) * 16777619
		c.B = c.B*31 + c.A
	}
	add(uint32(l.w.Tick()))
	for seat := range l.entries.All {
		add(uint32(seat)<<16 ^ uint32(uint16(l.input.Of(seat).N)))
	}
	for seat, d := range l.commands.All {
		e := l.entries.Of(seat)
		e.Commands++
		e.Last = d.N
		add(d.N)
		l.done.Emit(seat, done{d.N})
	}
}
