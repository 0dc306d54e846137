package lobby

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
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
		r := room(t, a, "stolen")
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
		beat(t, a, open, secret)
		s.lose(t)
		if got := listed(t, b); len(got) != 0 {
			t.Fatalf("listed %v in an empty store", got)
		}
		beat(t, a, open, secret)
		if got := listed(t, b); !slices.Equal(got, []string{"open"}) {
			t.Fatalf("healed to %v", got)
		}
		j, err := b.ReserveByCode(t.Context(), secret.Code, Player{Name: "ann"})
		must(t, err)
		if j.Room.ID != "secret" || j.Room.Epoch != secret.Epoch {
			t.Fatalf("the code leads to %+v", j.Room)
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
		got := room(t, a, "r")
		if !equalRooms(got, r) || got.Metadata["map"] != "maze" {
			t.Fatalf("read %+v, asserted %+v", got, r)
		}
		for mode, want := range map[string]int{"ffa": 0, "duel": 1} {
			rooms := query(t, a, Query{Mode: mode})
			if len(rooms) != want {
				t.Errorf("%d rooms of mode %s", len(rooms), mode)
			}
		}
	})
}

// The store lost a room's code and gave it to another before the next beat.
func TestBeatDoesNotStealACode(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		other := claim(t, a, "other", func(r *Room) { r.Private = true })
		r := claim(t, a, "r", func(r *Room) { r.Private = true })
		a.mine["r"].seen.Code = other.Code
		if lost := beat(t, a, r); len(lost) != 0 {
			t.Fatalf("lost %v", lost)
		}
		if j, err := a.ReserveByCode(t.Context(), other.Code, Player{Name: "ann"}); err != nil || j.Room.ID != "other" {
			t.Fatalf("the code leads to %+v, %v", j.Room, err)
		}
	})
}

func TestLeasesClearTheDeadAway(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", short), s.node(t, "b")
		beat(t, a, claim(t, a, "r"))
		claim(t, a, "secret", func(r *Room) { r.Private = true })
		reserve(t, b, "r", "ann")
		s.pass(t, shortLease)
		beat(t, b)
		beat(t, b)
		for _, key := range s.all(t) {
			if strings.Contains(key, a.self) || strings.HasSuffix(key, ":r") || strings.Contains(key, ":code:") {
				t.Errorf("%s is kept", key)
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
		list := make([]Room, 2*biteRooms+1)
		for i := range list {
			list[i] = claim(t, a, fmt.Sprint("r", i))
			list[i].Taken = 1
		}
		beat(t, a, list...)
		beat(t, a, list...)
		nodes, err := a.Nodes(t.Context())
		must(t, err)
		if n := nodes[0]; n.Rooms != len(list) || n.Seats != 4*len(list) || n.Players != len(list) {
			t.Fatalf("load %+v", n)
		}
		if got := listed(t, a); len(got) != len(list) {
			t.Fatalf("%d rooms asserted", len(got))
		}
	})
}

func TestBeatLeavesFaultyRoomsOut(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		var log lockedBuffer
		a := s.node(t, "a", func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		good, bad := claim(t, a, "good"), claim(t, a, "bad")
		beat(t, a, good, bad)
		bad.Seats = 0
		s.lose(t)
		for range 3 {
			beat(t, a, good, bad, Room{ID: "never", Mode: "ffa", Seats: 1})
		}
		if n := strings.Count(log.String(), "cannot list"); n != 1 || !strings.Contains(log.String(), "room=bad") {
			t.Fatalf("said %d times:\n%s", n, log.String())
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
		_, err := a.Beat(t.Context(), rooms{draining: true, list: []Room{r}})
		must(t, err)
		if _, err := b.Reserve(t.Context(), "r", Player{Name: "ann"}); !errors.Is(err, ErrRoomLocked) {
			t.Fatalf("reserve: %v", err)
		}
		if _, err := b.Play(t.Context(), Wanted{Mode: "ffa"}, nil, Player{Name: "ann"}); !errors.Is(err, ErrNoRoom) {
			t.Fatalf("quick play: %v", err)
		}
		nodes, err := b.Nodes(t.Context())
		must(t, err)
		if !slices.ContainsFunc(nodes, func(n Node) bool { return n.ID == "a" && n.Draining }) {
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
		claim(t, b, "r")
		claim(t, b, "young")
		nodes, err := b.Nodes(t.Context())
		must(t, err)
		if len(nodes) != 1 || nodes[0].ID != "b" {
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
