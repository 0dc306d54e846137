package lobby

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBeatTellsAStalledOwner(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", short), s.node(t, "b")
		mine, stolen := claim(t, a, "mine"), claim(t, a, "stolen")
		s.pass(t, shortLease)
		if got := listed(t, b); len(got) != 0 {
			t.Fatalf("listed %v though the lease is over", got)
		}
		successor := claim(t, b, "stolen", func(r *Room) { r.Seats = 8 })

		if lost := beat(t, a, mine, stolen); !slices.Equal(lost, []string{"stolen"}) {
			t.Fatalf("the stalled owner lost %v", lost)
		}
		r, err := a.Room(t.Context(), "stolen")
		must(t, err)
		if r.Node != "b" || r.Epoch != successor.Epoch || r.Seats != 8 {
			t.Fatalf("the twin wrote over its successor: %+v", r)
		}
		if lost := beat(t, b, successor); len(lost) != 0 {
			t.Fatalf("the successor lost %v", lost)
		}
	})
}

// The successor's match ended before the old owner woke: it must not come back.
func TestBeatOfAnOldOwnerAfterTheEnd(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", short), s.node(t, "b")
		old := claim(t, a, "r")
		s.pass(t, shortLease)
		must(t, b.Remove(t.Context(), "r", claim(t, b, "r").Epoch))
		if lost := beat(t, a, old); len(lost) != 1 {
			t.Fatalf("lost %v", lost)
		}
		if got := listed(t, b); len(got) != 0 {
			t.Fatalf("listed %v", got)
		}
	})
}

func TestBeatOnItsWayDoesNotUndoARemoval(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r")
		must(t, a.Remove(t.Context(), "r", r.Epoch))
		beat(t, a, r)
		if got := listed(t, a); len(got) != 0 {
			t.Fatalf("listed %v", got)
		}
	})
}

func TestBeatHealsLostListings(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		open := claim(t, a, "open")
		secret := claim(t, a, "secret", func(r *Room) { r.Private = true })
		s.lose(t)
		if got := listed(t, b); len(got) != 0 {
			t.Fatalf("listed %v in an empty store", got)
		}
		beat(t, a, open, secret)
		if got := listed(t, b); !slices.Equal(got, []string{"open"}) {
			t.Fatalf("healed to %v", got)
		}
		r, err := b.RoomByCode(t.Context(), secret.Code)
		must(t, err)
		if r.ID != "secret" || r.Epoch != secret.Epoch {
			t.Fatalf("the code leads to %+v", r)
		}
		if _, err := b.Claim(t.Context(), Room{ID: "open", Mode: "ffa", Seats: 4}); !errors.Is(err, ErrRoomTaken) {
			t.Fatalf("claim of a healed room: %v", err)
		}
	})
}

func TestBeatReassertsWhatChanged(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r")
		r.Taken, r.Bots, r.State, r.Mode = 3, 2, RoomLocked, "duel"
		r.Metadata = map[string]string{"map": "maze"}
		beat(t, a, r)
		got, err := a.Room(t.Context(), "r")
		must(t, err)
		if !equalRooms(got, r) || got.Metadata["map"] != "maze" {
			t.Fatalf("read %+v, asserted %+v", got, r)
		}
		for mode, want := range map[string]int{"ffa": 0, "duel": 1} {
			rooms, _, err := a.List(t.Context(), Query{Mode: mode})
			must(t, err)
			if len(rooms) != want {
				t.Errorf("%d rooms of mode %s", len(rooms), mode)
			}
		}
	})
}

// Two filters that only differ in the mode; the index must not show it twice.
func TestBeatMovesARoomToAnotherMode(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r")
		r.Mode = "duel"
		beat(t, a, r)
		if n := s.raw.ZCard(t.Context(), a.keys.prefix+"public:ffa").Val(); n != 0 {
			t.Fatal("still in the index of its old mode")
		}
	})
}

// The store lost a room's code and gave it to another before the next beat.
func TestBeatDoesNotStealACode(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		other := claim(t, a, "other", func(r *Room) { r.Private = true })
		r := claim(t, a, "r", func(r *Room) { r.Private = true })
		r.Code = other.Code
		if lost := beat(t, a, r); len(lost) != 0 {
			t.Fatalf("lost %v", lost)
		}
		if got, err := a.RoomByCode(t.Context(), other.Code); err != nil || got.ID != "other" {
			t.Fatalf("the code leads to %+v, %v", got, err)
		}
		if got, err := a.Room(t.Context(), "r"); err != nil || got.Code != "" {
			t.Fatalf("the room says code %q, %v", got.Code, err)
		}
	})
}

func TestBeatSweepsTheDead(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", short), s.node(t, "b")
		beat(t, a, claim(t, a, "r"))
		reserve(t, b, "r", "ann")
		s.pass(t, shortLease)
		beat(t, b)
		if n := s.raw.ZCard(t.Context(), b.keys.nodes).Val(); n != 1 {
			t.Errorf("%d nodes are kept", n)
		}
		for _, key := range []string{b.keys.rooms, b.keys.public, b.keys.prefix + "public:ffa", b.keys.prefix + "held:r"} {
			if n := s.raw.ZCard(t.Context(), key).Val(); n != 0 {
				t.Errorf("%s still has %d members", key, n)
			}
		}
		nodes, err := b.Nodes(t.Context())
		must(t, err)
		if len(nodes) != 1 || nodes[0].ID != "b" {
			t.Fatalf("nodes %+v", nodes)
		}
	})
}

func TestBeatOfManyRooms(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		rooms := make([]Room, 2*beatRooms+1)
		for i := range rooms {
			rooms[i] = Room{ID: fmt.Sprint("r", i), Mode: "ffa", Seats: 4, Taken: 1, Epoch: 7, Created: time.UnixMilli(1)}
		}
		beat(t, a, rooms...)
		nodes, err := a.Nodes(t.Context())
		must(t, err)
		if n := nodes[0]; n.Rooms != len(rooms) || n.Seats != 4*len(rooms) || n.Players != len(rooms) {
			t.Fatalf("load %+v", n)
		}
		if n := s.raw.ZCard(t.Context(), a.keys.rooms).Val(); n != int64(len(rooms)) {
			t.Fatalf("%d rooms asserted", n)
		}
	})
}

func TestBeatLeavesFaultyRoomsOut(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		good, bad := claim(t, a, "good"), claim(t, a, "bad")
		bad.Seats = 0
		s.lose(t)
		_, err := a.Beat(t.Context(), func() NodeState {
			return NodeState{Rooms: []Room{bad, good, {ID: "never", Mode: "ffa", Seats: 1}}}
		})
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), `"bad"`) || !strings.Contains(err.Error(), `"never"`) {
			t.Fatalf("err %v", err)
		}
		if got := listed(t, a); !slices.Equal(got, []string{"good"}) {
			t.Fatalf("listed %v", got)
		}
	})
}

func TestDrainingNodeGetsNobody(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r")
		_, err := a.Beat(t.Context(), func() NodeState { return NodeState{Draining: true, Rooms: []Room{r}} })
		must(t, err)
		if _, err := b.Reserve(t.Context(), "r", "ann"); !errors.Is(err, ErrRoomLocked) {
			t.Fatalf("reserve: %v", err)
		}
		if _, err := b.QuickPlay(t.Context(), "ffa", nil, "ann"); !errors.Is(err, ErrNoRoom) {
			t.Fatalf("quick play: %v", err)
		}
		nodes, err := b.Nodes(t.Context())
		must(t, err)
		if len(nodes) != 1 || !nodes[0].Draining {
			t.Fatalf("nodes %+v", nodes)
		}
	})
}

func TestCloseFreesTheRooms(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		beat(t, a, claim(t, a, "r"))
		claim(t, a, "young") // no beat yet
		must(t, a.Close(context.Background()))
		if got := listed(t, b); len(got) != 0 {
			t.Fatalf("listed %v after its node closed", got)
		}
		if n := s.raw.ZCard(t.Context(), b.keys.public).Val(); n != 0 {
			t.Fatalf("%d rooms are still in the index", n)
		}
		claim(t, b, "r")
		claim(t, b, "young")
		nodes, err := b.Nodes(t.Context())
		must(t, err)
		if len(nodes) != 0 {
			t.Fatalf("nodes %+v", nodes)
		}
	})
}

func TestCloseLeavesLostRoomsAlone(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", short), s.node(t, "b")
		claim(t, a, "r")
		s.pass(t, shortLease)
		claim(t, b, "r")
		must(t, a.Close(context.Background()))
		if got := listed(t, b); !slices.Equal(got, []string{"r"}) {
			t.Fatalf("listed %v", got)
		}
	})
}
