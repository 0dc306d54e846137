package netproto

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// get receives and returns what generated code reads.
func (c *watcher) get(t testing.TB, g *script) *pb.ServerFrame {
	t.Helper()
	c.receive(t, g.stage)
	f := &pb.ServerFrame{}
	if err := proto.Unmarshal(c.bytes, f); err != nil {
		t.Fatal(err)
	}
	return f
}

// sections names the sections of a chunk that has one table, for instance "leave enter".
func sections(t testing.TB, c *watcher, chunk *pb.Chunk) (names []string) {
	t.Helper()
	cols := len(c.mirror.shared.shapes[0])
	in := stream{chunk.GetRows()}
	for len(in.v) > 0 {
		name := []string{"leave", "change", "enter", "moved"}[in.next()%4]
		names = append(names, name)
		if name == "change" {
			return append(names, "...")
		}
		per := map[string]int{"leave": 1, "moved": 1, "enter": 1 + cols + 2}[name]
		in.v = in.v[1+int(in.v[0])*per:]
	}
	return names
}

func TestStraightMovesCostNothing(t *testing.T) {
	g := newScript(t)
	g.add(50, pawn{VX: 7})
	g.step()
	c := g.watch(t, 1)
	for range 5 {
		g.step()
		if f := c.get(t, g); len(f.GetChunk())+len(f.GetOwn()) > 0 {
			t.Fatalf("a chunk for rows that moved as predicted: %v", f)
		}
	}
}

// TestMissed walks both sides of the history: up to 32 missed ticks come as
// chunks, more as a frame that needs none before it.
func TestMissed(t *testing.T) {
	for _, row := range []struct {
		missed, chunks int
		key            bool
	}{{1, 1, false}, {2, 2, false}, {31, 31, false}, {32, 32, false}, {33, 1, true}, {100, 1, true}} {
		g := newScript(t)
		g.add(200, pawn{})
		g.step()
		c := g.watch(t, 1)
		for range row.missed {
			g.step(func() { g.pawn(7).HP++ })
		}
		f := c.get(t, g)
		skipped := row.missed - 1
		if row.key {
			skipped = 0
		}
		if len(f.GetChunk()) != row.chunks || f.GetChunk()[0].GetKey() != row.key || f.GetKey() != row.key || int(f.GetSkipped()) != skipped {
			t.Errorf("%d ticks: %v", row.missed, f)
		}
	}
}

func TestKeyframeWhenSmaller(t *testing.T) {
	g := newScript(t)
	g.add(2, pawn{})
	g.step()
	c := g.watch(t, 1)
	for range 10 {
		g.step(func() { g.pawn(1).Y += g.pawn(1).Y + 1000; g.hit.Emit(0, hit{5, 6}) })
	}
	f := c.get(t, g) // which compares the events, too
	if last := f.GetChunk()[len(f.GetChunk())-1]; !last.GetKey() || len(f.GetChunk()) != 10 || len(c.events) != 10 {
		t.Errorf("want nine chunks of events, then a keyframe: %v", f)
	}
}

// TestForgottenGroup has a group vanish whose rows a viewer still has.
func TestForgottenGroup(t *testing.T) {
	for _, gone := range []int{history - 2, history - 1, history, history + 1, 3 * history} {
		g := newScript(t)
		g.add(3, pawn{Cell: 5})
		g.step()
		c := g.watch(t, 1, 5)
		g.step(func() { g.pawns.Remove(1); g.pawns.Remove(2); g.pawns.Remove(3) })
		g.steps(gone)
		c.receive(t, g.stage)
	}
}

// TestReborn has a group vanish and come back while a viewer is in step.
func TestReborn(t *testing.T) {
	g := newScript(t)
	c := g.watch(t, 1, 5)
	for _, pause := range []int{1, history - 1, history, history + 1, history + 2, 2 * history} {
		g.step(func() { g.add(1, pawn{Cell: 5}) })
		g.step(func() { g.pawns.All(func(r sim.Ref, _ *pawn) bool { g.pawns.Remove(r); return true }) })
		c.receive(t, g.stage)
		g.steps(pause)
		c.receive(t, g.stage)
		g.steps(3)
		g.step(func() { g.add(1, pawn{Cell: 5}); g.hit.Emit(5, hit{}) })
		g.step()
		c.receive(t, g.stage)
		g.step(func() { g.pawns.All(func(r sim.Ref, _ *pawn) bool { g.pawns.Remove(r); return true }) })
	}
}

func TestEventsOfEmptyGroups(t *testing.T) {
	g := newScript(t)
	c := g.watch(t, 1, 3)
	g.step(func() { g.hit.Emit(3, hit{-1, 1}) })
	g.step(func() { g.hit.Emit(3, hit{-2, 2}); g.hit.Emit(4, hit{0, 3}) })
	if c.receive(t, g.stage); len(c.events) != 2 {
		t.Errorf("a viewer that skipped a tick got %v", c.events)
	}
	g.steps(2)
	g.step(func() { g.hit.Emit(1000, hit{}) })
	g.view[1] = []sim.Group{3, 1000}
	c.receive(t, g.stage)
	g.steps(history + 2) // group 1000 is forgotten
	c.receive(t, g.stage)
	g.step()
	g.step(func() { g.hit.Emit(1000, hit{}) })
	if f := c.get(t, g); len(c.events) != 1 || f.GetChunk()[0].GetKey() {
		t.Errorf("an event in a group that was not there yesterday: %v", f)
	}
	g.view[1] = []sim.Group{3, 4}
	g.step(func() { g.hit.Emit(4, hit{0, 4}) })
	if f := c.get(t, g); len(c.events) != 1 || f.GetChunk()[0].GetKey() {
		t.Errorf("a viewer that sees a group for the first time got %v", f)
	}
}

func TestUnsee(t *testing.T) {
	g := newScript(t)
	for cell := range uint32(6) {
		g.add(1, pawn{Cell: cell})
	}
	g.step()
	c := g.watch(t, 1, 1, 2, 3, 4)
	g.view[1] = []sim.Group{5, 2, 2, 0} // in any order, more than once
	g.step()
	if f := c.get(t, g); !slices.Equal(f.GetUnsee(), []uint32{1, 3, 4}) || !slices.Equal(c.viewer.Seen(), []sim.Group{0, 2, 5}) {
		t.Errorf("unsee %v, seen %v", f.GetUnsee(), c.viewer.Seen())
	}
}

func TestTooManyGroups(t *testing.T) {
	g := newScript(t)
	for cell := range uint32(MaxGroups + 1) {
		g.add(1, pawn{Cell: cell})
		g.view[1] = append(g.view[1], sim.Group(cell))
	}
	c := newWatcher(g.stage, 1)
	c.most = 1 << 20
	for _, want := range []int{MaxGroups, MaxGroups} {
		g.step()
		if c.receive(t, g.stage); len(c.viewer.Seen()) != want {
			t.Errorf("%d groups in view", len(c.viewer.Seen()))
		}
		// All others instead: for a moment the mirror knows twice as many.
		g.step(func() {
			for _, p := range g.pawns.All {
				p.Cell += 100_000
			}
		})
		for i := range g.view[1] {
			g.view[1][i] += 100_000
		}
		c.receive(t, g.stage)
	}
}

func TestLeftOutTick(t *testing.T) {
	g := newScript(t)
	g.add(3, pawn{VX: 3})
	g.step()
	c := g.watch(t, 1, 1)
	g.w.Step()
	g.step(func() { g.pawn(2).Cell = 1; g.pawn(3).HP = 9 })
	if f := c.get(t, g); !f.GetChunk()[0].GetKey() {
		t.Errorf("no keyframe after a tick that was not encoded: %v", f)
	}
	g.step()
	c.receive(t, g.stage)
}

func TestEncodeTwice(t *testing.T) {
	g := newScript(t)
	g.add(3, pawn{})
	g.step()
	c := g.watch(t, 1)
	g.step(func() { g.pawn(1).HP++; g.hit.Emit(0, hit{}) })
	g.stage.e.Encode()
	if c.receive(t, g.stage); len(c.events) != 1 {
		t.Errorf("events %v", c.events)
	}
}

func TestResetSendsKey(t *testing.T) {
	g := newScript(t)
	g.add(3, pawn{Cell: 1, Seat: 1})
	g.step()
	c := g.watch(t, 1, 1)
	g.view[1] = nil
	c.viewer.Reset()
	g.step()
	f := c.get(t, g) // in which nothing but the key tells that group 1 is gone
	if !f.GetKey() || f.GetSkipped() != 0 || len(f.GetUnsee())+len(f.GetChunk()) != 0 || len(f.GetOwn()) != 1 {
		t.Errorf("after a reset: %v", f)
	}
}

func TestOwn(t *testing.T) {
	g := newScript(t)
	g.add(4, pawn{Seat: 1})
	g.add(4, pawn{})
	g.step()
	one, two := g.watch(t, 1), g.watch(t, 2)
	if g.stage.e.own.groups.get(0) != nil {
		t.Error("private columns of rows that nobody owns are encoded")
	}
	for _, do := range []func(){
		func() { g.pawn(1).Ammo = 5 },
		func() { g.pawn(2).Seat = 2 },
		func() { g.pawn(3).Seat, g.pawn(3).Ammo = 0, 200 },
		func() { g.pawn(3).Seat = 2 },
		func() { g.pawn(5).Seat, g.pawn(6).Seat = 1, 2 },
		func() { g.pawns.Remove(1) },
	} {
		g.step(do)
		one.receive(t, g.stage)
		two.receive(t, g.stage)
	}
	g.step(func() { g.pawn(2).Ammo = 77 })
	if f := two.get(t, g); len(f.GetOwn()) != 1 || len(f.GetChunk()) != 0 || f.GetOwn()[0].GetGroup() != 0 {
		t.Errorf("seat 2: %v", f)
	}
	if f := one.get(t, g); len(f.GetOwn()) != 0 {
		t.Errorf("seat 1 was told about seat 2's: %v", f)
	}
}

// TestASnapshotFitsAConnection: who says nothing of a budget has that of a frame.
func TestASnapshotFitsAConnection(t *testing.T) {
	g := newScript(t)
	for id := range 5900 {
		g.add(1, pawn{X: sim.Int(int32(id)), VX: sim.Fixed(id * id), HP: uint8(id), Seat: sim.Seat(id % 2)})
	}
	g.step()
	if n := len(g.stage.e.AppendSnapshot(nil, &Viewer{}, 1, Header{})); n < MaxFrame/2 || n > MaxFrame {
		t.Errorf("the first frame has %d bytes, want nearly %d", n, MaxFrame)
	}
}
