package simtest

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest/internal/probe"
)

func TestCheckPassesAnHonestGame(t *testing.T) {
	Check(t, probe.Mode())
	Check(t, probe.Mode(), Players(2), Ticks(500))
}

// lazy is a game that leaves most of what it declares alone.
type lazy struct {
	w     *sim.World
	used  *sim.Table[struct{ A, B, C int32 }]
	in    *sim.Input[struct{ Turn, Wave int8 }]
	bangs *sim.Event[struct{ N int8 }]
}

func (g *lazy) Join(sim.Seat, sim.Entrant) {}
func (g *lazy) Leave(sim.Seat)             {}
func (g *lazy) View(sim.Seat, *sim.View)   {}

func (g *lazy) Step(in *sim.Inputs) {
	if g.used.Len() == 0 {
		g.used.Add(struct{ A, B, C int32 }{B: 7})
	}
	for _, row := range g.used.All {
		for _, seat := range in.Seats() {
			row.A += int32(g.in.Of(seat).Turn)
		}
		row.C = 1
		if g.w.Tick() == 1 {
			row.C = 0
		}
	}
}

func TestCheckSaysWhatTheMatchNeverCameTo(t *testing.T) {
	mode := sim.Mode{Name: "lazy", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		g := &lazy{w: w, used: sim.NewTable[struct{ A, B, C int32 }](w, "used", 4)}
		sim.NewTable[struct{ A int8 }](w, "empty", 4)
		g.in = sim.NewInput[struct{ Turn, Wave int8 }](w)
		g.bangs = sim.NewEvent[struct{ N int8 }](w, "bang")
		return g
	}}
	var tb recorder
	Check(&tb, mode, Ticks(200))
	want := "simtest: of what its matches never came to, nothing is known: " +
		"table used had one value only in b; table empty never had a row; event bang was never emitted; input wave made no difference; " +
		"of the world, the rules never called End, Kick, Announce, Lock, Unlock"
	if len(tb.errors) != 0 || len(tb.logs) != 2 || tb.logs[1] != want {
		t.Errorf("it fails with %q and says %q", tb.errors, tb.logs)
	}
}
