package simtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/sim"
)

type pawn struct {
	Seat sim.Seat `wire:"owner"`
	X    int32
	Cell uint8
}

type nudge struct {
	X int8 `input:"min=-9,max=9"`
}

// cheater is an honest little game with places where a cheat can be put in.
type cheater struct {
	w      *sim.World
	pawns  *sim.Table[pawn]
	bumps  *sim.Event[nudge]
	input  *sim.Input[nudge]
	cheats cheats

	// What a cheat may keep outside the tables.
	count   int32
	float   float64
	byX     map[int32]sim.Ref
	pointer *pawn
	grid    *sim.Grid
}

// cheats are called in addition to the honest rules.
type cheats struct {
	start    func(*cheater)
	join     func(*cheater, *pawn)
	step     func(*cheater)
	view     func(*cheater, *sim.View)
	spectate func(*cheater, *sim.View)
	group    func(*cheater, *pawn) sim.Group
	past     func(*cheater) sim.Fixed
}

func (c cheats) mode() sim.Mode {
	return sim.Mode{Name: "cheat", Hz: 30, Seats: 16, New: func(w *sim.World) sim.Rules {
		g := &cheater{w: w, cheats: c, byX: map[int32]sim.Ref{}, grid: sim.NewGrid(4096, 4096, 6)}
		g.pawns = sim.NewTable[pawn](w, "pawn", 16).GroupBy(func(row *pawn) sim.Group {
			if c.group != nil {
				return c.group(g, row)
			}
			return sim.Group(row.Cell)
		})
		sim.NewHistory(w, g.pawns, 4, func(row *pawn) sim.Vec {
			at := sim.Vec{X: sim.Fixed(row.X)}
			if c.past != nil {
				at.Y = c.past(g)
			}
			return at
		})
		g.bumps, g.input = sim.NewEvent[nudge](w, "bump"), sim.NewInput[nudge](w)
		if c.start != nil {
			c.start(g)
		}
		return g
	}}
}

func (g *cheater) Join(seat sim.Seat, _ sim.Entrant) {
	_, row, _ := g.pawns.Add(pawn{Seat: seat, X: g.w.Rand().Intn(100)})
	if g.cheats.join != nil {
		g.cheats.join(g, row)
	}
}

func (g *cheater) Leave(seat sim.Seat) {
	for ref, row := range g.pawns.All {
		if row.Seat == seat {
			g.pawns.Remove(ref)
		}
	}
}

func (g *cheater) Step(*sim.Inputs) {
	for _, row := range g.pawns.All {
		row.X += int32(g.input.Of(row.Seat).X)
	}
	if g.cheats.step != nil {
		g.cheats.step(g)
	}
}

func (g *cheater) Spectate(_ sim.Seat, v *sim.View) {
	if g.cheats.spectate != nil {
		g.cheats.spectate(g, v)
	}
}

func (g *cheater) View(_ sim.Seat, v *sim.View) {
	v.See(0)
	if g.cheats.view != nil {
		g.cheats.view(g, v)
	}
}

// first returns the lowest row, or one that is no row.
func (g *cheater) first() *pawn {
	for _, row := range g.pawns.All {
		return row
	}
	return &pawn{}
}

var packageVariable int32

// news counts how often a mode was started.
var news int

var cheating = []struct {
	name   string
	cheats cheats
	want   string // a pattern of the fault
}{
	{"a hidden variable", cheats{step: func(g *cheater) {
		if g.count++; g.count%50 == 0 {
			g.first().X++
		}
	}}, `tick \d+, after the step: table pawn, row \d+, field x: -?\d+ and -?\d+: the second is in a (fresh|used) world restored at tick \d+`},
	{"a float that adds up", cheats{step: func(g *cheater) {
		g.float = g.float*0.999 + 0.1
		g.first().X = int32(g.float)
	}}, `table pawn, row \d+, field x`},
	{"a package variable", cheats{step: func(g *cheater) {
		packageVariable++
		g.first().X = packageVariable
	}}, `table pawn, row \d+, field x`},
	{"the order of a map", cheats{step: func(g *cheater) {
		clear(g.byX)
		for ref, row := range g.pawns.All {
			g.byX[row.X] = ref
		}
		for _, ref := range g.byX {
			g.pawns.Get(ref).X += g.w.Rand().Intn(3)
		}
	}}, `table pawn, row \d+, field x`},
	{"the order of a map in events", cheats{step: func(g *cheater) {
		for x := range map[int8]bool{1: true, 2: true, 3: true, 4: true} {
			g.bumps.Emit(0, nudge{x})
		}
	}}, `tick \d+: event \d, bump in group 0, is bump in group 0 or has other fields`},
	{"a clock in nanoseconds", cheats{step: func(g *cheater) { g.first().X = int32(time.Now().UnixNano()) }},
		`table pawn, row \d+, field x`},
	{"a clock in half days", cheats{step: func(g *cheater) { g.first().X = int32(time.Now().Unix() / 43200) }},
		`table pawn, row \d+, field x`},
	{"other random numbers", cheats{step: func(g *cheater) { g.first().X = rand.Int32() }},
		`table pawn, row \d+, field x`},
	{"a pointer to a row", cheats{
		join: func(g *cheater, row *pawn) { g.pointer = row },
		step: func(g *cheater) {
			if g.pointer != nil {
				g.first().X += g.pointer.X & 1
			}
		},
	}, `table pawn, row \d+, field x`},
	{"a grid that is not filled anew", cheats{step: func(g *cheater) {
		g.grid.Put(1, sim.Vec{})
		g.grid.Build()
		found := int32(0)
		g.grid.Near(sim.Vec{}, 1, func(int32, sim.Vec) bool { found++; return true })
		g.first().X = found
	}}, `table pawn, row \d+, field x`},
	{"a join that counts", cheats{join: func(g *cheater, row *pawn) {
		g.count++
		row.Cell = uint8(g.count)
	}}, `tick \d+, after joins and leaves: table pawn, row \d+, field cell`},
	{"a view that changes a row", cheats{view: func(g *cheater, _ *sim.View) { g.first().X++ }},
		`tick \d+: View or Spectate changes the world: table pawn, row \d+, field x: .* the second was not asked`},
	{"a view that draws a random number", cheats{view: func(g *cheater, _ *sim.View) { g.w.Rand().Uint64() }},
		`tick \d+: View or Spectate changes the world: table world, row 0, field random generator`},
	{"a view that the step sees", cheats{
		view: func(g *cheater, _ *sim.View) { g.count++ },
		step: func(g *cheater) { g.first().X += g.count / 100 },
	}, `table pawn, row \d+, field x`},
	{"a view that remembers", cheats{view: func(g *cheater, v *sim.View) {
		g.count++
		v.See(sim.Group(g.count / 50))
	}}, `tick \d+: View of seat \d+ sees groups \[.*\], but \[.*\] in a fresh world`},
	{"an audience that changes a row", cheats{spectate: func(g *cheater, _ *sim.View) { g.first().X++ }},
		`tick \d+: View or Spectate changes the world: table pawn, row \d+, field x: .* the second was not asked`},
	{"an audience that is shown what was remembered", cheats{spectate: func(g *cheater, v *sim.View) {
		g.count++
		v.See(sim.Group(g.count / 50))
	}}, `tick \d+: Spectate of seat \d+ shows groups \[.*\], but \[.*\] in a fresh world`},
	{"groups that remember", cheats{
		step:  func(g *cheater) { g.count++ },
		group: func(g *cheater, row *pawn) sim.Group { return sim.Group(g.count / 20) },
	}, `tick \d+: table pawn, row \d+ is in group \d+, but in \d+ in a`},
	{"positions that remember", cheats{past: func(g *cheater) sim.Fixed {
		g.count++
		return sim.Fixed(g.count)
	}}, `tick \d+: the History of a table has other positions in a (fresh|used) world restored at tick \d+`},
	{"a New with another table", cheats{start: func(g *cheater) {
		if news++; news%2 == 0 {
			sim.NewTable[nudge](g.w, "extra", 4)
		}
	}}, `calling New again declares table extra of 4 rows instead of `},
	{"a New with another capacity", cheats{start: func(g *cheater) {
		news++
		sim.NewTable[nudge](g.w, "extra", 1+news)
	}}, `calling New again declares table extra of 3 rows instead of table extra of 2 rows`},
	{"a New that fails the second time", cheats{start: func(g *cheater) {
		if news++; news > 1 {
			g.w.Refuse(errors.New("no more walls"))
		}
	}}, `calling New again fails: mode "cheat": no more walls`},
	{"a New that draws what the rules keep", cheats{
		start: func(g *cheater) { g.count = g.w.Rand().Intn(1000) },
		step:  func(g *cheater) { g.first().X = g.count },
	}, `table pawn, row \d+, field x`},
	{"a table declared in a step", cheats{step: func(g *cheater) {
		if g.w.Tick() == 20 {
			sim.NewTable[nudge](g.w, "late", 4)
		}
	}}, `tick \d+: a (fresh|used) world restored at tick \d+ refuses the state: .*it was made by other tables|calling New again declares`},
	{"a panic", cheats{step: func(g *cheater) {
		if g.w.Tick() == 20 {
			panic("no such wall")
		}
	}}, `it panics at tick 20: no such wall`},
}

func TestCheckCatchesCheats(t *testing.T) {
	for _, row := range cheating {
		t.Run(row.name, func(t *testing.T) {
			news = 0
			c := config{players: 8, ticks: 2000, seed: rand.Uint64()}
			t.Logf("seed %d", c.seed)
			_, fault := c.find(t, row.cheats.mode())
			if fault == nil || !regexp.MustCompile(row.want).MatchString(fault.Error()) {
				t.Errorf("got %v, want %s", fault, row.want)
			}
		})
	}
}

// recorder is a test that notes down how it fails.
type recorder struct {
	testing.TB
	logs, errors []string
}

func (r *recorder) Helper() {}
func (r *recorder) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func TestCheckFailsTheTest(t *testing.T) {
	var tb recorder
	Check(&tb, cheating[0].cheats.mode(), Seed(5), Ticks(500), Players(4))
	if len(tb.errors) != 1 || !regexp.MustCompile(cheating[0].want).MatchString(tb.errors[0]) ||
		!strings.Contains(tb.errors[0], "simtest.Seed(5) repeats it") {
		t.Errorf("it fails with %q", tb.errors)
	}
	if len(tb.logs) != 1 || tb.logs[0] != `simtest: mode "cheat", 4 players, 500 ticks, seed 5` {
		t.Errorf("it says %q", tb.logs)
	}
	first := tb.errors
	tb = recorder{}
	if Check(&tb, cheating[0].cheats.mode(), Seed(5), Ticks(500), Players(4)); fmt.Sprint(tb.errors) != fmt.Sprint(first) {
		t.Errorf("the same seed finds %q, then %q", first, tb.errors)
	}
	tb = recorder{}
	if Check(&tb, cheats{}.mode()); len(tb.errors) != 0 {
		t.Errorf("the honest game fails with %q", tb.errors)
	}
	tb = recorder{}
	if Check(&tb, sim.Mode{Seats: 1}); len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "New is missing") {
		t.Errorf("a mode that does not start fails with %q", tb.errors)
	}
}
