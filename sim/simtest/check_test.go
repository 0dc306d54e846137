package simtest

import (
	"strings"
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
		"of the world, the rules never called End, Kick, Announce, Lock, Unlock, BetweenMatches"
	if len(tb.errors) != 0 || len(tb.logs) != 2 || tb.logs[1] != want {
		t.Errorf("it fails with %q and says %q", tb.errors, tb.logs)
	}
}

// TestCheckSaysWhichPromisesAreNeverKept: commands, effects, wishes and an outcome
// that a game declares, and nobody ever saw.
func TestCheckSaysWhichPromisesAreNeverKept(t *testing.T) {
	kept := false
	mode := sim.Mode{Name: "promises", Hz: 0, Seats: 2, New: func(w *sim.World) sim.Rules {
		p := &promises{
			w: w, orders: sim.NewCommand[promise](w), sum: sim.NewSingle[nudge](w, "sum"),
			gifts: sim.NewEffect[gift](w, "gift"), result: sim.NewOutcome[gift](w), kept: kept,
		}
		sim.NewEffect[gift](w, "loan")
		return p
	}}
	const begin = "simtest: of what its matches never came to, nothing is known: "
	for _, want := range []string{
		begin + "table sum had one value only in x; effect gift was never emitted; effect loan was never emitted; the outcome was never set; " +
			"command say made no difference; command idle made no difference; command list made no difference; " +
			"of the world, the rules never called End, Kick, Announce, Lock, Unlock, BetweenMatches, Wake",
		begin + "effect loan was never emitted; command idle made no difference; of the world, the rules never called End, Lock, Unlock, BetweenMatches",
	} {
		var tb recorder
		if Check(&tb, mode, Ticks(1000)); len(tb.errors) != 0 || len(tb.logs) != 2 || tb.logs[1] != want {
			t.Errorf("it fails with %q and says %q, want %q", tb.errors, tb.logs, want)
		}
		kept = true
	}
	var tb recorder
	dark := mode
	dark.New = func(w *sim.World) sim.Rules { w.Lock(); return mode.New(w) }
	if Check(&tb, dark, Ticks(50)); len(tb.logs) != 2 || !strings.Contains(tb.logs[1], "no command was ever given; ") {
		t.Errorf("a room that nobody can come into: %q, %q", tb.errors, tb.logs)
	}
}

type promise struct {
	Say, Idle int8
	List      []int32 `command:"min=1,max=9,len=3"`
}

// promises is a game that does all that it declares, or nothing.
type promises struct {
	w      *sim.World
	orders *sim.Command[promise]
	sum    *sim.Single[nudge]
	gifts  *sim.Effect[gift]
	result *sim.Outcome[gift]
	kept   bool
}

func (p *promises) Join(sim.Seat, sim.Entrant) {}
func (p *promises) Leave(sim.Seat)             {}
func (p *promises) View(sim.Seat, *sim.View)   {}

func (p *promises) Step(*sim.Inputs) {
	for seat, o := range p.orders.All {
		if !p.kept {
			continue
		}
		p.sum.Get().X++
		p.result.Set(seat, 1, gift{})
		p.gifts.Emit(seat, gift{int64(o.Say)})
		for _, n := range o.List {
			p.w.Announce(string(rune('a' + n)))
		}
		if o.Say > 99 {
			p.w.Kick(seat, "a hundred")
		}
		p.w.Wake(9)
	}
}
