package netproto

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// script is a game that does what a test tells it to, and between that moves
// pawns in straight lines.
type script struct {
	w     *sim.World
	pawns *sim.Table[pawn]
	hit   *sim.Event[hit]
	do    []func()                 // in the next step
	view  map[sim.Seat][]sim.Group // beside group 0
	stage *stage
}

type pawn struct {
	X    sim.Fixed `wire:"linear=vx"`
	Y    sim.Fixed `wire:"linear"`
	VX   sim.Fixed `wire:"local"`
	HP   uint8
	Seat sim.Seat `wire:"owner"`
	Ammo uint8    `wire:"private"`
	Cell uint32   `wire:"local"`
}

type hit struct {
	At   sim.Fixed
	Hard uint16
}

type scriptInput struct {
	Move int8
	Jump uint8 `input:"once"`
}

func newScript(t testing.TB) *script {
	t.Helper()
	g := &script{view: map[sim.Seat][]sim.Group{}}
	w, err := sim.Start(sim.Mode{Name: "script", Hz: 30, Seats: 8, New: func(w *sim.World) sim.Rules {
		g.w = w
		g.pawns = sim.NewTable[pawn](w, "pawn", 6000).GroupBy(func(p *pawn) sim.Group { return sim.Group(p.Cell) })
		g.hit = sim.NewEvent[hit](w, "hit")
		sim.NewInput[scriptInput](w)
		return g
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	g.stage = newStage(w)
	return g
}

func (g *script) Join(sim.Seat, sim.Entrant) {}
func (g *script) Leave(sim.Seat)             {}

func (g *script) Step(*sim.Inputs) {
	for _, p := range g.pawns.All {
		p.X += p.VX
	}
	for _, do := range g.do {
		do()
	}
	g.do = nil
}

func (g *script) View(seat sim.Seat, v *sim.View) {
	for _, group := range g.view[seat] {
		v.See(group)
	}
}

// step makes one step that does some things.
func (g *script) step(do ...func()) {
	g.do = append(g.do, do...)
	g.stage.step()
}

func (g *script) steps(n int) {
	for range n {
		g.step()
	}
}

// add puts in pawns.
func (g *script) add(n int, p pawn) (refs []sim.Ref) {
	for range n {
		ref, _, _ := g.pawns.Add(p)
		refs = append(refs, ref)
	}
	return refs
}

// pawn returns a pawn by its id; it must have been added first and once.
func (g *script) pawn(id int) *pawn { return g.pawns.Get(sim.Ref(id)) }

// watch returns a watcher of groups that has had its first snapshot.
func (g *script) watch(t testing.TB, seat sim.Seat, groups ...sim.Group) *watcher {
	t.Helper()
	g.view[seat] = groups
	c := newWatcher(g.stage, seat)
	c.receive(t, g.stage)
	return c
}
