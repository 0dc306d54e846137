package simtest

import (
	"strings"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// nothing is rules that do nothing.
type nothing struct{}

func (nothing) Join(sim.Seat, sim.Entrant) {}
func (nothing) Leave(sim.Seat)             {}
func (nothing) View(sim.Seat, *sim.View)   {}
func (nothing) Step(*sim.Inputs)           {}

// TestCheckNamesWhatNewDeclaresOtherwise: a New that does not do the same every
// time is told by the first thing that is another.
func TestCheckNamesWhatNewDeclaresOtherwise(t *testing.T) {
	type one struct{ A int32 }
	type two struct{ B int32 }
	for _, row := range []struct {
		first, second func(*sim.World)
		want          string
	}{
		{
			func(w *sim.World) { sim.NewParams[one](w) }, func(w *sim.World) { sim.NewParams[two](w) },
			"declares param b from",
		},
		{
			func(w *sim.World) { sim.NewParams(w, one{3}) }, func(w *sim.World) { sim.NewParams(w, one{4}) },
			"declares param a from -2147483648 to 2147483647 (kind 3, default 4, options [], public false, title \"A\") instead of param a from " +
				"-2147483648 to 2147483647 (kind 3, default 3,",
		},
		{
			func(w *sim.World) { sim.NewPerSeat[one](w, "purse") }, func(w *sim.World) { sim.NewTable[one](w, "purse", w.Mode().Seats) },
			"declares table purse of 4 rows instead of table per seat purse of 4 rows",
		},
		{
			func(w *sim.World) { sim.NewTable[one](w, "clock", 1) }, func(w *sim.World) { sim.NewSingle[one](w, "clock") },
			"declares single clock of 1 rows instead of table clock of 1 rows",
		},
		{
			func(w *sim.World) { sim.NewEffect[one](w, "gift") }, func(w *sim.World) { sim.NewEffect[two](w, "gift") },
			"declares effect field gift.b (kind 3) instead of effect field gift.a (kind 3)",
		},
		{
			func(w *sim.World) { sim.NewEvent[one](w, "bang") }, func(w *sim.World) { sim.NewEvent[one](w, "boom") },
			"declares event boom instead of event bang",
		},
		{
			func(w *sim.World) { sim.NewOutcome[one](w) }, func(w *sim.World) { sim.NewOutcome[two](w) },
			"declares outcome field b (kind 3) instead of outcome field a (kind 3)",
		},
		{
			func(w *sim.World) { sim.NewCommand[one](w) },
			func(w *sim.World) {
				sim.NewCommand[struct {
					A int32 `command:"max=7"`
				}](w)
			},
			"declares command a from -2147483648 to 7 (list false of at most 0) instead of command a from -2147483648 to 2147483647",
		},
	} {
		news := 0
		mode := sim.Mode{Name: "twice", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
			sim.NewInput[one](w)
			if news++; news == 1 {
				row.first(w)
			} else {
				row.second(w)
			}
			return nothing{}
		}}
		_, fault := config{players: 2, ticks: 5, seed: 1}.find(t, mode)
		if fault == nil || !strings.Contains(fault.Error(), "calling New again "+row.want) {
			t.Errorf("got %v, want %s", fault, row.want)
		}
		news = 1
		if _, fault = (config{players: 2, ticks: 5, seed: 1}).find(t, mode); fault != nil {
			t.Errorf("the same twice: %v", fault)
		}
	}
}
