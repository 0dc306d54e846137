package room

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// walk is a small game: everyone walks along a line and counts presses. quirk,
// unless nil, is called at its four methods and may panic.
type walk struct {
	w       *sim.World
	walkers *sim.Table[walker]
	input   *sim.Input[walkInput]
	quirk   func(where string, tick sim.Tick)
}

type walker struct {
	Seat sim.Seat `wire:"owner"`
	X    int32    `wire:"linear"`
	// Shots counts ticks with the button, Moved ticks with a step.
	Shots uint16
	Gold  uint16 `wire:"private"`
	Moved uint32 `wire:"local"`
}

type walkInput struct {
	DX      int8  `input:"min=-8,max=8"`
	Buttons uint8 `input:"buttons"`
}

const walkHz = 30

// walkMode is the game as a mode of 8 seats at 30 Hz.
func walkMode(quirk func(where string, tick sim.Tick)) sim.Mode {
	return sim.Mode{Name: "walk", Hz: walkHz, Seats: 8, New: func(w *sim.World) sim.Rules {
		return &walk{w: w, quirk: quirk, walkers: sim.NewTable[walker](w, "walker", w.Mode().Seats), input: sim.NewInput[walkInput](w)}
	}}
}

func (g *walk) at(where string) {
	if g.quirk != nil {
		g.quirk(where, g.w.Tick())
	}
}

func (g *walk) Join(seat sim.Seat) {
	g.at("join")
	g.walkers.Add(walker{Seat: seat, Gold: uint16(seat)})
}

func (g *walk) Leave(seat sim.Seat) {
	g.at("leave")
	for ref, row := range g.walkers.All {
		if row.Seat == seat {
			g.walkers.Remove(ref)
		}
	}
}

func (g *walk) Step(*sim.Inputs) {
	g.at("step")
	for _, row := range g.walkers.All {
		in := g.input.Of(row.Seat)
		row.X += int32(in.DX)
		if in.DX != 0 {
			row.Moved++
		}
		if in.Buttons&1 != 0 {
			row.Shots++
		}
	}
}

func (g *walk) View(sim.Seat, *sim.View) { g.at("view") }

// Columns of the table walker in the world.
const (
	colX = 1 + iota
	colShots
	colGold
	colMoved
)

// walkerOf reads a column of a seat's row, or fails.
func walkerOf(t testing.TB, w *sim.World, seat sim.Seat, column int) int {
	t.Helper()
	v := w.Tables()[0]
	for slot := range v.High() {
		if v.Alive(slot/64)>>(slot%64)&1 != 0 && v.Owner(slot) == seat {
			return int(int64(v.Value(column, slot)))
		}
	}
	t.Fatalf("tick %d: seat %d has no row", w.Tick(), seat)
	return 0
}
