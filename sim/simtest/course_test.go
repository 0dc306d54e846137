package simtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// round is a game of rounds: so many steps each, after which there is a winner.
type round struct {
	w      *sim.World
	set    *roundParams
	clock  *sim.Single[struct{ Left int32 }]
	input  *sim.Input[nudge]
	result *sim.Outcome[gift]
	cheats roundCheats

	// What a cheat may keep outside the tables.
	count int32
}

type roundParams struct {
	Steps uint16 `param:"min=3,max=9000,default=50"`
	Sides uint8  `param:"options=two|four|many"`
	Quick bool
}

// roundCheats are called in addition to the honest rules.
type roundCheats struct {
	start  func(*round)
	step   func(*round)
	finish func(*round)
}

func (c roundCheats) mode() sim.Mode {
	return sim.Mode{Name: "round", Hz: 30, Seats: 4, New: func(w *sim.World) sim.Rules {
		g := &round{w: w, set: sim.NewParams[roundParams](w), cheats: c}
		g.clock = sim.NewSingle[struct{ Left int32 }](w, "clock")
		g.input = sim.NewInput[nudge](w)
		g.result = sim.NewOutcome[gift](w)
		if c.start != nil {
			c.start(g)
		}
		return g
	}}
}

func (g *round) Join(sim.Seat, sim.Entrant) {}
func (g *round) Leave(sim.Seat)             {}
func (g *round) View(sim.Seat, *sim.View)   {}

func (g *round) Step(in *sim.Inputs) {
	clock := g.clock.Get()
	if clock.Left--; clock.Left < 0 {
		clock.Left = int32(g.set.Steps)
	}
	if g.cheats.step != nil {
		g.cheats.step(g)
	}
	if clock.Left > 0 {
		return
	}
	for _, seat := range in.Seats() {
		g.result.Set(seat, 1, gift{int64(g.input.Of(seat).X)})
	}
	if g.cheats.finish != nil {
		g.cheats.finish(g)
	}
	if g.w.OneMatch() {
		g.w.End("the round is over")
	}
}

func (g *round) param(name string) string {
	for _, p := range g.w.Params() {
		if p.Name == name {
			return p.Text
		}
	}
	return ""
}

// remembers changes the clock by what it keeps outside of the tables.
func remembers(g *round) {
	if g.count++; g.count%7 == 0 {
		g.clock.Get().Left += 100
	}
}

func TestCheckPlaysOtherRooms(t *testing.T) {
	for _, row := range []struct {
		name   string
		cheats roundCheats
		want   string
	}{
		{"with params at their least", roundCheats{step: func(g *round) {
			if g.set.Steps == 3 {
				remembers(g)
			}
		}}, `^in a room with params steps=3.*: tick \d+, after the step: table clock, row 1, field left: `},
		{"with params at their most", roundCheats{step: func(g *round) {
			if g.set.Steps == 9000 && g.set.Quick {
				remembers(g)
			}
		}}, `^in a room with params steps=9000 .*quick=true: tick \d+, after the step: table clock, row 1, field left: `},
		{"a panic with params", roundCheats{step: func(g *round) {
			g.count = [2]int32{}[g.set.Sides]
		}}, `^in a room with params steps=9000 sides=many quick=true: it panics at tick 1: .*index out of range`},
		{"a table that params make empty", roundCheats{start: func(g *round) {
			sim.NewTable[nudge](g.w, "chest", int(g.set.Steps)-3)
		}}, `^in a room with params steps=3 sides=two quick=false: .*table chest: capacity 0`},
		{"for one match", roundCheats{step: func(g *round) {
			if g.w.OneMatch() {
				remembers(g)
			}
		}}, `^in a room for one match: tick \d+, after the step: table clock, row 1, field left: `},
		{"at the end of one match", roundCheats{step: func(g *round) { g.count++ }, finish: func(g *round) {
			if g.w.OneMatch() {
				g.result.Set(1, 1, gift{int64(g.count)})
			}
		}}, `^in a room for one match( with params .*)?: tick \d+, after the step: table outcome, row 1, field own.worth: `},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := config{players: 4, ticks: 2000, seed: rand.Uint64()}
			t.Logf("seed %d", c.seed)
			_, fault := c.find(t, row.cheats.mode())
			if fault == nil || !regexp.MustCompile(row.want).MatchString(fault.Error()) {
				t.Errorf("got %v, want %s", fault, row.want)
			}
		})
	}
}

// TestCheckComesToTheEnd: rooms for one match are played to their end, after
// which there is no step, and where every match ends, the next begins.
func TestCheckComesToTheEnd(t *testing.T) {
	ends, steps, after, values := 0, 0, 0, map[string]bool{}
	mode := roundCheats{step: func(g *round) {
		steps++
		for _, p := range g.w.Params() {
			values[p.Name+"="+p.Text] = true
		}
		if g.w.Ended() {
			after++
		}
	}, finish: func(g *round) {
		if g.w.OneMatch() {
			ends++
		}
	}}.mode()
	for range 8 {
		c := config{players: 4, ticks: 400, seed: rand.Uint64()}
		if came, fault := c.find(t, mode); fault != nil || !came.reached[goal{goalCall, "End", ""}] {
			t.Errorf("seed %d: %v; never came to %q", c.seed, fault, missedText(came.missed()))
		}
	}
	for _, want := range []string{"steps=3", "steps=9000", "steps=50", "sides=two", "sides=many", "quick=true", "quick=false"} {
		if !values[want] {
			t.Errorf("never with %s", want)
		}
	}
	if ends == 0 || after > 0 || len(values) < 8 {
		t.Errorf("%d ends, %d steps after them, %d values of params", ends, after, len(values))
	}

	steps = 0
	always := roundCheats{step: func(*round) { steps++ }, finish: func(g *round) { g.w.End("always") }}.mode()
	c := config{players: 4, ticks: 2000, seed: rand.Uint64()}
	if _, fault := c.find(t, always); fault != nil || steps < 3*2000 {
		t.Errorf("where every match ends, seed %d: %d steps in three worlds, %v", c.seed, steps, fault)
	}
}

// TestCheckLeavesParamsThatTheGameRefuses: within their ranges some may not go
// together, which the game says with sim.ErrParam.
func TestCheckLeavesParamsThatTheGameRefuses(t *testing.T) {
	refuse := func(err error) sim.Mode {
		return roundCheats{start: func(g *round) {
			if g.param("sides") == "many" {
				g.w.Refuse(err)
			}
		}}.mode()
	}
	if _, fault := (config{players: 4, ticks: 500, seed: 1}).find(t, refuse(fmt.Errorf("%w sides: too many", sim.ErrParam))); fault != nil {
		t.Errorf("refused with ErrParam: %v", fault)
	}
	if _, fault := (config{players: 4, ticks: 500, seed: 1}).find(t, refuse(errors.New("too many"))); fault == nil ||
		!strings.HasPrefix(fault.Error(), "in a room with params steps=9000 sides=many quick=true: ") {
		t.Errorf("refused with another error: %v", fault)
	}
}
