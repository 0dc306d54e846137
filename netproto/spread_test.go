package netproto

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestNarrowMirrorEqualsWorld: with frames that are too short for the view, a
// mirror is the world restricted to what it was sent, and no frame is longer
// than it may be.
func TestNarrowMirrorEqualsWorld(t *testing.T) {
	t.Logf("-seed=%d", *seedFlag)
	whole := 0
	for run := range uint64(12) {
		r := rand.New(rand.NewPCG(*seedFlag, run))
		crowd := int32(5) << (run % 6)
		s := newStage(startZoo(t, r.Uint64(), crowd, 24+2*crowd))
		var watchers []*watcher
		for range 300 {
			if r.IntN(25) == 0 && len(watchers) < 6 {
				seat := sim.Seat(len(watchers) + 1)
				if err := s.w.Join(seat, sim.Entrant{}); err != nil {
					t.Fatal(err)
				}
				watchers = append(watchers, newWatcher(s, seat))
				watchers[len(watchers)-1].most = 60 + 1<<r.IntN(11)
			}
			s.step()
			for _, c := range watchers {
				if c.skips(r, s.w.Tick()) {
					continue
				}
				if r.IntN(80) == 0 {
					c.viewer.Reset()
				}
				c.receive(t, s)
				if c.viewer.late == nil {
					whole++
				}
			}
		}
	}
	if whole == 0 {
		t.Error("nobody ever had all of the view")
	}
}

// TestViewOverOneFrame: a view many times as long as a frame comes to a viewer
// over some frames, in one group or in many, and to the own rows, whatever
// moves meanwhile; then the steady state is as if it had come at once.
func TestViewOverOneFrame(t *testing.T) {
	for name, cells := range map[string]uint32{"one group": 1, "many groups": 300} {
		t.Run(name, func(t *testing.T) {
			g := newScript(t)
			for id := range 6000 {
				g.add(1, pawn{X: sim.Int(int32(id)), VX: sim.Fixed(id % 7), HP: 100, Cell: uint32(id) % cells, Seat: sim.Seat(id % 2), Ammo: uint8(id)})
			}
			g.step()
			var groups []sim.Group
			for id := range cells {
				groups = append(groups, sim.Group(id))
			}
			c := newWatcher(g.stage, 1)
			g.view[1], c.most = groups, 8000
			frames := 0
			for c.viewer.late != nil || frames == 0 {
				if frames++; frames > 30 {
					t.Fatal("after 30 frames it is not whole")
				}
				c.receive(t, g.stage)
				g.step(func() {
					for ref, p := range g.pawns.All {
						switch int(ref.ID()+uint32(g.w.Tick())) % 97 {
						case 0:
							p.HP++
						case 1:
							p.Ammo++
							p.VX = -p.VX
						case 2:
							p.Cell = (p.Cell + 1) % cells
						case 3:
							if ref.ID()%5 == 0 {
								g.pawns.Remove(ref)
								g.add(1, pawn{Seat: 1})
							}
						}
					}
				})
			}
			t.Logf("%d frames", frames)
			if frames < 5 {
				t.Errorf("%d frames: the view was not long enough", frames)
			}
			if len(c.viewer.Seen()) != int(max(cells, 1)) {
				t.Errorf("%d groups in view, want %d", len(c.viewer.Seen()), cells)
			}
			other := newWatcher(g.stage, 1)
			other.most = 1 << 20
			other.receive(t, g.stage)
			c.receive(t, g.stage)
			for range 5 {
				g.step()
				other.receive(t, g.stage)
				if c.receive(t, g.stage); !slices.Equal(c.bytes, other.bytes) {
					t.Fatalf("%d bytes, and %d to one whose frames are not bounded", len(c.bytes), len(other.bytes))
				}
			}
		})
	}
}

// TestMoreThanFramesCarry: when what changes at each tick is more than a frame,
// each group has its turn, and group 0 is always there.
func TestMoreThanFramesCarry(t *testing.T) {
	g := newScript(t)
	for id := range 400 {
		g.add(1, pawn{Cell: uint32(id % 20)})
	}
	c := newWatcher(g.stage, 1)
	c.most = 1200
	for group := range sim.Group(20) {
		g.view[1] = append(g.view[1], group)
	}
	r := rand.New(rand.NewPCG(1, 1))
	shown := map[sim.Group]int{}
	const ticks = 200
	for tick := range ticks {
		g.step(func() {
			for _, p := range g.pawns.All {
				p.X, p.Y, p.HP = sim.Fixed(r.Uint32()), sim.Fixed(r.Uint32()), uint8(r.Uint32())
			}
		})
		c.receive(t, g.stage)
		for _, group := range c.viewer.Seen() {
			shown[group]++
		}
		if c.viewer.Seen()[0] != 0 && tick > 0 {
			t.Fatalf("tick %d: group 0 is not in view", tick)
		}
	}
	t.Log(shown)
	for group := range sim.Group(20) {
		if shown[group] < ticks/20 {
			t.Errorf("group %d was shown at %d of %d ticks", group, shown[group], ticks)
		}
	}
}

// TestRowsOverOneFrameEachTick: one group whose changes of one tick are longer
// than a frame is shown as far as it fits.
func TestRowsOverOneFrameEachTick(t *testing.T) {
	g := newScript(t)
	g.add(2000, pawn{Seat: 1})
	c := newWatcher(g.stage, 1)
	c.most = 5000
	r := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		g.step(func() {
			for _, p := range g.pawns.All {
				p.X, p.Y, p.Ammo = sim.Fixed(r.Uint32()), sim.Fixed(r.Uint32()), uint8(r.Uint32())
			}
		})
		c.receive(t, g.stage)
	}
	if rows := len(mirrorTable(c.mirror)); rows < 100 {
		t.Errorf("%d rows", rows)
	}
}

// TestManyEvents: events that do not fit a frame are left out, rows are not.
func TestManyEvents(t *testing.T) {
	g := newScript(t)
	g.add(10, pawn{HP: 1})
	c := newWatcher(g.stage, 1)
	c.most = 3000
	for range 40 {
		g.step(func() {
			for range 2000 {
				g.hit.Emit(0, hit{1 << 20, 500})
			}
			g.pawn(3).HP++
		})
		if c.receive(t, g.stage); c.viewer.late != nil {
			t.Fatal("rows wait for events")
		}
	}
}

// TestNarrowSideBySide: snapshots that are bounded may be put together at the
// same time, and are the same then.
func TestNarrowSideBySide(t *testing.T) {
	s := newStage(startZoo(t, 5, 200, 400))
	const viewers = 8
	var alone, beside [viewers]Viewer
	for range 60 {
		s.step()
		var want, got [viewers][]byte
		var busy sync.WaitGroup
		for i := range viewers {
			h := Header{Most: 100 + 60*i}
			want[i] = s.e.AppendSnapshot(nil, &alone[i], sim.Seat(i+1), h)
			busy.Go(func() { got[i] = s.e.AppendSnapshot(nil, &beside[i], sim.Seat(i+1), h) })
		}
		busy.Wait()
		for i := range viewers {
			if !slices.Equal(got[i], want[i]) {
				t.Fatalf("tick %d, viewer %d: %d bytes beside others, %d alone", s.w.Tick(), i, len(got[i]), len(want[i]))
			}
		}
	}
}
