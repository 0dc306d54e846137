package netproto

import (
	"fmt"
	"math"
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// TestGoldenSession plays one connection on which every form of a frame comes.
// Its frames build on one another: whoever decodes them starts with the first.
func TestGoldenSession(t *testing.T) {
	g := newScript(t)
	s := &session{script: g, prefix: "session", stage: g.stage, t: t, c: newWatcher(g.stage, 1), seen: map[string]bool{}}
	for id := range int32(12) {
		g.add(1, pawn{X: sim.Int(100 * id), Y: sim.Int(50), VX: sim.Fixed(256 * (id%3 - 1)), HP: 100, Seat: sim.Seat(id/6) * 3})
	}
	g.pawn(1).Seat, g.pawn(1).Ammo = 1, 5
	g.step()
	welcome, err := AppendWelcome(nil, welcomeOf(g.w))
	if err != nil {
		t.Fatal(err)
	}
	s.frame("welcome", "The first frame of a connection: the welcome, and keyframes of all that is in view.", Header{}, welcome, nil)
	s.next("as-predicted", "Everything moved as predicted: there are no chunks.")
	s.rowSets()
	s.comeAndGo()
	s.groups()
	s.own()
	s.late()
	s.rest()
	s.narrow()
	for what, ok := range s.seen {
		if !ok {
			t.Errorf("no frame shows %q", what)
		}
	}
}

func (s *session) rowSets() {
	s.next("gaps", "One row of twelve changed.", func() { s.pawn(9).HP = 90 })
	s.next("bitmap", "Six rows of twelve changed.", func() {
		for _, id := range []int{1, 2, 4, 7, 9, 12} {
			s.pawn(id).HP -= 10
		}
	})
	s.next("all", "All rows changed their course.", func() {
		for ref, p := range s.pawns.All {
			p.VX += sim.Fixed(ref.ID())
			p.X += sim.Fixed(ref.ID())
		}
	})
	s.next("as-before", "Two rows turned: the second column changed in the rows of the first.", func() {
		for _, id := range []int{2, 5} {
			s.pawn(id).X -= 1000
			s.pawn(id).VX -= 1000
			s.pawn(id).Y += 70000
		}
	})
	s.next("settling", "After a jump that was no turn the prediction overshoots once: column y comes back.")
}

func (s *session) comeAndGo() {
	s.next("leave", "Two rows left, and one that stays changed.", func() {
		s.pawns.Remove(4)
		s.pawns.Remove(6)
		s.pawn(7).HP = 1
	})
	s.next("enter", "A row entered, with a free id, moving at once.", func() {
		s.add(1, pawn{X: -300, Y: -200, VX: -100, HP: 255, Seat: 7})
	})
	s.next("same-id", "A row left and another entered with its id, in one tick.", func() {
		s.pawns.Remove(2)
		s.add(1, pawn{X: 1 << 30, Y: math.MinInt32, HP: 50})
	})
	s.next("wrap", "Arithmetic wraps at the column's width.", func() {
		p := s.pawns.Get(sim.Ref(2) | 1<<20)
		p.X, p.Y, p.HP = math.MinInt32, math.MaxInt32, 49
		s.pawn(1).HP += 250
	})
}

func (s *session) groups() {
	s.view[1] = []sim.Group{1, 2}
	s.next("group-appears", "Rows moved to groups 1 and 2, which have come into view at the same time.", func() {
		for _, id := range []int{7, 8, 9} {
			s.pawn(id).Cell = 1
		}
		for _, id := range []int{10, 11} {
			s.pawn(id).Cell = 2
		}
	})
	s.next("moved", "A row moved between groups in view. It keeps its values.", func() { s.pawn(8).Cell = 2 })
	s.next("moved-and-changed", "Rows changed places between three groups, and one of them changed.", func() {
		s.pawn(8).Cell, s.pawn(10).Cell, s.pawn(1).Cell = 1, 0, 2
		s.pawn(10).HP = 5
	})
	s.next("moved-away", "A row moved to group 3, which is not in view.", func() { s.pawn(9).Cell = 3 })
	s.next("moved-in", "A row came from a group that is not in view, and changed: it enters as predicted, then changes.", func() {
		s.pawn(9).Cell, s.pawn(9).HP = 1, 77
	})
}

func (s *session) own() {
	s.next("own", "A private column of the seat's own row changed.", func() { s.pawn(1).Ammo = 4 })
	s.next("own-enters", "The seat got a second row of its own.", func() { s.pawn(12).Seat = 1; s.pawn(12).Ammo = 200 })
	s.next("own-leaves", "And lost the first.", func() { s.pawn(1).Seat = 3 })
	s.next("event", "Three events in two groups.", func() {
		s.hit.Emit(1, hit{-500, 7})
		s.hit.Emit(0, hit{500, 65535})
		s.hit.Emit(1, hit{0, 0})
	})
}

func (s *session) late() {
	s.step(func() { s.pawn(3).HP = 3; s.hit.Emit(2, hit{1, 1}) })
	s.step()
	s.next("catch-up", "Two ticks were skipped: this frame has their chunks, by age. The second needed none.", func() { s.pawn(3).HP = 4; s.pawn(5).HP = 5 })
	for range 6 {
		s.step(func() {
			s.hit.Emit(2, hit{2, 2})
			for _, id := range []int{1, 11} {
				s.pawn(id).X += s.pawn(id).X/3 + 99999
			}
		})
	}
	s.next("catch-up-keyframe", "Six ticks were skipped in which group 2 changed a lot: the events come by age, then a keyframe.")
	s.step(func() { s.pawns.Remove(7); s.pawns.Remove(8) })
	s.next("empty-keyframe", "One tick was skipped in which all rows of group 1 left: an empty keyframe is the shortest way to say so.", func() { s.pawns.Remove(9) })
	s.view[1] = []sim.Group{1}
	s.next("unsee", "Group 2 left the view.")
}

func (s *session) rest() {
	var notices []byte
	for i, n := range []*pb.Notice{
		{Body: &pb.Notice_Chat{Chat: &pb.Chat{Seat: 2, Name: "bob", Text: "gg 🚀"}}},
		{Body: &pb.Notice_Roster{Roster: &pb.Roster{Seat: 2, Presence: pb.Presence_PRESENCE_FREE}}},
		{Body: &pb.Notice_Announcement{Announcement: "the node stops in a minute"}},
	} {
		n.Number = uint32(i + 1)
		var err error
		if notices, err = AppendNotice(notices, n); err != nil {
			s.t.Fatal(err)
		}
	}
	s.step()
	s.frame("notices", "Notices come behind the chunks.", Header{Slack: -1, InputAge: 1}, nil, notices)
	s.step()
	s.frame("extremes", "All that a header can hold.", Header{
		InputAge: math.MaxUint32, Slack: math.MinInt32, Dropped: math.MaxUint32, Pong: math.MaxUint64,
	}, nil, nil)
	s.c.viewer.Reset()
	s.next("resync", "After a resync: a frame that needs none before it.")
	s.steps(40)
	s.next("long-gap", "After more than 32 ticks, too.")
}

// narrow has a view come over several frames.
func (s *session) narrow() {
	s.view[1] = []sim.Group{1, 2}
	s.step(func() {
		for i := range 24 {
			s.add(1, pawn{X: sim.Int(int32(i)), Y: 77, HP: uint8(i), Cell: uint32(i % 3), Seat: sim.Seat(i % 2), Ammo: uint8(i)})
		}
	})
	s.c.viewer.Reset()
	s.c.most = 150
	s.next("narrow-first", "Frames of at most 150 bytes: the own rows, and the first rows of group 0.")
	s.next("narrow-next", "The rows that the client has changed, and the others enter; group 1 begins. Rows that moved from it to group 2 were in neither.", func() {
		for ref, p := range s.pawns.All {
			switch p.Cell {
			case 0:
				p.HP++
			case 1:
				p.X += 300
				if ref.ID()%4 == 1 {
					p.Cell = 2
				}
			}
		}
	})
	s.next("narrow-third", "The rest of group 1, and group 2 begins.")
	s.next("narrow-left-out", "So much changed that a group does not fit: it is out of view, and waits.", func() {
		for _, p := range s.pawns.All {
			p.X, p.Y = p.X+1<<28, p.Y-1<<28
		}
	})
	for n := 0; s.c.viewer.late != nil; n++ {
		s.next(fmt.Sprintf("narrow-again-%d", n+1), "What waits comes in turn.")
	}
	s.c.most = 0
	s.next("wide", "All is in view.")
}
