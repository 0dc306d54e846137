package simtest

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// till is a game of commands. kept counts them outside of its tables: with cheats
// it plays by that.
type till struct {
	rows   *sim.PerSeat[struct{ Sum, Seen int32 }]
	orders *sim.Command[tillOrder]
	cheats bool
	kept   int32
	given  *int
}

type tillOrder struct {
	Amount int32   `command:"min=-50,max=50"`
	Coins  []int32 `command:"min=1,max=9,len=4"`
}

func (g *till) Join(seat sim.Seat, who sim.Entrant) { g.rows.Of(seat).Seen = who.Rating }
func (g *till) Leave(sim.Seat)                      {}
func (g *till) View(sim.Seat, *sim.View)            {}

func (g *till) Step(*sim.Inputs) {
	for seat, o := range g.orders.All {
		*g.given++
		g.kept++
		row := g.rows.Of(seat)
		row.Sum += o.Amount
		for _, coin := range o.Coins {
			row.Sum ^= coin << 8
		}
		if g.cheats {
			row.Seen = g.kept
		}
	}
}

func tillMode(hz int, cheats bool, given *int) sim.Mode {
	return sim.Mode{Name: "till", Hz: hz, Seats: 6, New: func(w *sim.World) sim.Rules {
		g := &till{cheats: cheats, given: given}
		g.rows = sim.NewPerSeat[struct{ Sum, Seen int32 }](w, "row")
		g.orders = sim.NewCommand[tillOrder](w)
		return g
	}}
}

// TestCheckGivesCommands: games of commands are driven, with ticks and without,
// and one that remembers them outside of its tables is caught.
func TestCheckGivesCommands(t *testing.T) {
	for _, hz := range []int{0, 30} {
		given := 0
		Check(t, tillMode(hz, false, &given), Ticks(400))
		if given < 400 {
			t.Errorf("%d Hz: %d commands in 400 ticks", hz, given)
		}
		var tb recorder
		Check(&tb, tillMode(hz, true, &given), Ticks(400))
		if len(tb.errors) == 0 {
			t.Errorf("%d Hz: it passes with what it remembers", hz)
		}
	}
}
