package netproto

import (
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestMove has a row cross from group 1 to group 2 before viewers of every
// kind: it costs few bytes for those who saw it before and are in step.
func TestMove(t *testing.T) {
	for _, row := range []struct {
		name   string
		before []sim.Group
		after  []sim.Group
		skip   bool
		want   []string // sections of group 2's chunk
	}{
		{"sees both", []sim.Group{1, 2}, []sim.Group{1, 2}, false, []string{"moved", "change", "..."}},
		{"loses sight of the first", []sim.Group{1, 2}, []sim.Group{2}, false, []string{"moved", "change", "..."}},
		{"sees the second only", []sim.Group{2}, []sim.Group{2}, false, []string{"enter", "change", "..."}},
		{"has just seen the second", []sim.Group{1}, []sim.Group{1, 2}, false, []string{"enter"}},
		{"skipped a tick", []sim.Group{1, 2}, []sim.Group{1, 2}, true, []string{"enter", "change", "..."}},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := newScript(t)
			g.add(50, pawn{Cell: 1, VX: 5})
			g.add(50, pawn{Cell: 2, VX: -5})
			g.step()
			c := g.watch(t, 1, row.before...)
			if row.skip {
				g.step(func() { g.pawn(60).HP = 1 })
			}
			g.view[1] = row.after
			g.step(func() { g.pawn(7).Cell, g.pawn(7).HP, g.pawn(7).Y = 2, 3, 4 })
			f := c.get(t, g)
			chunk := f.GetChunk()[len(f.GetChunk())-1]
			if got := sections(t, c, chunk); !slices.Equal(got, row.want) && !(row.want[0] == "enter" && chunk.GetKey()) {
				t.Errorf("sections %v, want %v", got, row.want)
			}
			for range 3 {
				g.step()
				c.receive(t, g.stage)
			}
		})
	}
}

// TestMoveCrowd has many rows change places at once, also with rows that die,
// appear, and take the ids of the dead, in one tick.
func TestMoveCrowd(t *testing.T) {
	g := newScript(t)
	for id := range uint32(90) {
		g.add(1, pawn{Cell: 1 + id%3, VX: sim.Fixed(id)})
	}
	g.step()
	all, some, few := g.watch(t, 1, 1, 2, 3), g.watch(t, 2, 2, 3), g.watch(t, 3, 3)
	for tick := range 60 {
		g.step(func() {
			for ref, p := range g.pawns.All {
				switch (int(ref.ID())*7 + tick*5) % 11 {
				case 0:
					p.Cell = 1 + p.Cell%3
				case 1:
					p.Cell = 1 + (p.Cell+1)%3
					p.VX++
				case 2:
					cell := p.Cell
					g.pawns.Remove(ref)
					g.add(1, pawn{Cell: 1 + cell%3})
				case 3:
					if tick%9 == 0 {
						g.pawns.Remove(ref)
					}
				}
			}
		})
		for id := sim.Group(1); id <= 3; id++ {
			joins := g.stage.e.shared.groups.get(id).chunks.at(g.w.Tick()).joins
			for i := 1; i < len(joins); i++ {
				if joins[i].from <= joins[i-1].from {
					t.Fatalf("group %d: joins from %d after %d", id, joins[i].from, joins[i-1].from)
				}
			}
		}
		for _, c := range []*watcher{all, some, few} {
			if tick%4 != int(c.seat) {
				c.receive(t, g.stage)
			}
		}
	}
}

// TestMovesCount: what comes from other groups counts when chunks are compared
// with a keyframe.
func TestMovesCount(t *testing.T) {
	g := newScript(t)
	g.add(20, pawn{Cell: 1, X: 1 << 30, Y: 1 << 29})
	g.add(10, pawn{Cell: 2})
	g.step()
	c := g.watch(t, 1, 2)
	for tick := range uint32(4) { // there and back again, twice
		g.step(func() {
			for id := 1; id <= 20; id++ {
				g.pawn(id).Cell = 2 - tick%2
			}
		})
	}
	if f := c.get(t, g); len(f.GetChunk()) != 1 || !f.GetChunk()[0].GetKey() {
		t.Errorf("want a keyframe: %v", f)
	}
}

// TestMoveSize holds down what a crossing costs a seat that sees both groups.
func TestMoveSize(t *testing.T) {
	g := newScript(t)
	g.add(1, pawn{Cell: 1, VX: 500, HP: 100, X: sim.Int(2000), Y: sim.Int(2000)})
	g.step()
	c := g.watch(t, 1, 1, 2)
	g.step()
	c.receive(t, g.stage)
	before := len(c.bytes)
	g.step(func() { g.pawn(1).Cell = 2 })
	c.receive(t, g.stage)
	// Per group: tag, length, group, rows, length, head, count, and one number.
	if cost := len(c.bytes) - before; cost > 2*9 {
		t.Errorf("a crossing costs %d bytes: %x", cost, c.bytes)
	}
}

// TestGroupsAreUsedAgain has rows wander through thousands of groups.
func TestGroupsAreUsedAgain(t *testing.T) {
	g := newScript(t)
	g.add(2, pawn{})
	for range 2000 {
		g.step(func() { g.pawn(1).Cell++ })
	}
	if p := g.stage.e.shared; len(p.order)+len(p.spare) > history+4 {
		t.Errorf("%d groups, %d spare", len(p.order), len(p.spare))
	}
}
