package simtest

import (
	"slices"
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

// TestReachFailsTheTest with what a game declares and nobody ever saw, but for what
// is excepted.
func TestReachFailsTheTest(t *testing.T) {
	mode := sim.Mode{Name: "lazy", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		g := &lazy{w: w, used: sim.NewTable[struct{ A, B, C int32 }](w, "used", 4)}
		sim.NewTable[struct{ A int8 }](w, "empty", 4)
		g.in = sim.NewInput[struct{ Turn, Wave int8 }](w)
		g.bangs = sim.NewEvent[struct{ N int8 }](w, "bang")
		return g
	}}
	const lazily = `simtest: mode "lazy" declares what its matches never came to: `
	for _, row := range []struct {
		except []string
		want   []string // how the failures begin
	}{
		{nil, []string{lazily + "table used had one value only in b; table empty never had a row; event bang was never emitted; input wave made no difference\n"}},
		{[]string{"column used.b", "table empty"}, []string{lazily + "event bang was never emitted; input wave made no difference\n"}},
		{[]string{"column used.b", "table empty", "event bang", "input wave", "column used.a"}, nil},
		{[]string{"column used.*", "table*", "event bang", "input wave"}, nil},
		{[]string{"column used.b", "table empty", "event bang", "input wave", "used.b"}, []string{`simtest: Reach excepts "used.b", and mode "lazy" declares nothing`}},
	} {
		var tb recorder
		Check(&tb, mode, Ticks(200), Reach(row.except...))
		if !slices.EqualFunc(tb.errors, row.want, strings.HasPrefix) {
			t.Errorf("excepting %q it fails with %q, want %q", row.except, tb.errors, row.want)
		}
	}
	var tb recorder
	if Check(&tb, cheating[0].cheats.mode(), Ticks(500), Reach("nothing")); len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "breaks the contract") {
		t.Errorf("a game that cheats fails with %q", tb.errors)
	}
}

// TestReachNamesPromises: those of commands, effects and the outcome, once under
// their names and once as excepted.
func TestReachNamesPromises(t *testing.T) {
	mode := sim.Mode{Name: "promises", Hz: 0, Seats: 2, New: func(w *sim.World) sim.Rules {
		p := &promises{
			w: w, orders: sim.NewCommand[promise](w), sum: sim.NewSingle[nudge](w, "sum"),
			gifts: sim.NewEffect[gift](w, "gift"), result: sim.NewOutcome[gift](w),
		}
		return p
	}}
	excepted := []string{"column sum.x", "effect gift", "outcome", "command say", "command idle", "command list"}
	var tb recorder
	if Check(&tb, mode, Ticks(300), Reach(excepted...)); len(tb.errors) != 0 {
		t.Errorf("all excepted, it fails with %q", tb.errors)
	}
	for i, one := range excepted {
		tb = recorder{}
		Check(&tb, mode, Ticks(300), Reach(slices.Delete(slices.Clone(excepted), i, i+1)...))
		if len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "never came to") {
			t.Errorf("without %q among the excepted it fails with %q", one, tb.errors)
		}
	}
	dark := mode
	dark.New = func(w *sim.World) sim.Rules { w.Lock(); return mode.New(w) }
	tb = recorder{}
	if Check(&tb, dark, Ticks(50), Reach(append(excepted, "table sum")...)); len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "never came to: no command was ever given\n") {
		t.Errorf("a room that nobody can come into fails with %q", tb.errors)
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
