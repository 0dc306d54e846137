// Command hang is cmd/metronome with one mode more, hang, whose step does not
// return: after a second of play it waits for ever.
package main

import (
	"os"

	"github.com/metronome-server/metronome/server"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

const hz = 30

type row struct{ N uint32 }

type input struct{ N uint8 }

type rules struct{ world *sim.World }

func (*rules) Join(sim.Seat, sim.Entrant) {}
func (*rules) Leave(sim.Seat)             {}
func (*rules) View(sim.Seat, *sim.View)   {}

func (r *rules) Step(*sim.Inputs) {
	if r.world.Tick() == hz {
		select {}
	}
}

func newRules(w *sim.World) sim.Rules {
	sim.NewTable[row](w, "row", 1)
	sim.NewInput[input](w)
	return &rules{w}
}

func main() {
	g := arena.Game()
	g.Modes = append(g.Modes, sim.Mode{Name: "hang", Title: "Hangs", Hz: hz, Seats: 4, New: newRules})
	os.Exit(server.Main(g))
}
