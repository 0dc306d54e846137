package lobby

import (
	"errors"
	"sync"
	"testing"
	"time"
)

// Thirty press Play at once, at two nodes, and the one room is full of fillers: all
// come together in it.
func TestRoomFullOfFillersTakesEverybody(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r", func(r *Room) { r.Seats, r.Bots, r.Fillers = 50, 50, 50 })
		beat(t, a, r)
		must(t, b.catchUp(t.Context(), time.Now()))
		var wait sync.WaitGroup
		for i := range 30 {
			wait.Go(func() {
				j, err := []*Lobby{a, b}[i%2].Play(t.Context(), Wanted{Mode: "ffa"}, fresh(50, nil), Player{Name: "p"})
				if err != nil || j.Made || j.Room.ID != "r" {
					t.Errorf("sent to %s, made %v: %v", j.Room.ID, j.Made, err)
				}
			})
		}
		wait.Wait()
		if r := room(t, b, "r"); r.Taken != 30 || r.Fillers != 50 || r.Bots != 50 {
			t.Errorf("%d seats taken, %d fillers, %d bots", r.Taken, r.Fillers, r.Bots)
		}
	})
}

// As many get a seat as the room has, whoever fills it; then it is full.
func TestFillersGiveUpNoMoreThanTheirSeats(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r", func(r *Room) { r.Seats, r.Taken, r.Fillers = 4, 1, 3 })
		beat(t, a, r)
		for range 3 {
			reserve(t, b, "r", "p")
		}
		if _, err := b.Reserve(t.Context(), "r", Player{Name: "p"}); !errors.Is(err, ErrRoomFull) {
			t.Errorf("a fifth seat: %v", err)
		}
		if free := query(t, b, Query{WithFreeSeat: true}); len(free) != 0 {
			t.Errorf("listed with a free seat: %v", ids(free))
		}
		if j, err := b.Play(t.Context(), Wanted{Mode: "ffa"}, fresh(4, nil), Player{Name: "p"}); err != nil || !j.Made {
			t.Errorf("quick play leads to %s: %v", j.Room.ID, err)
		}
	})
}

// A room with people comes before one that only fillers play in.
func TestPlayPrefersPeopleToFillers(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		filled := claim(t, a, "filled", func(r *Room) { r.Fillers, r.Bots = r.Seats, r.Seats })
		lively := claim(t, a, "lively", func(r *Room) { r.Taken = 1 })
		beat(t, a, filled, lively)
		if got := listed(t, a); len(got) != 2 || got[0] != "lively" {
			t.Errorf("listed %v", got)
		}
		j, err := a.Play(t.Context(), Wanted{Mode: "ffa"}, nil, Player{Name: "p"})
		must(t, err)
		if j.Room.ID != "lively" {
			t.Errorf("sent to %s", j.Room.ID)
		}
	})
}

// What clients see of a room whose fillers will have to go for those who are on the
// way: never more seats taken than there are.
func TestOccupiedSeats(t *testing.T) {
	for _, row := range []struct{ seats, taken, fillers, wantTaken, wantFillers int }{
		{50, 0, 0, 0, 0},
		{50, 3, 0, 3, 0},
		{50, 3, 20, 23, 20},
		{50, 3, 50, 50, 47},
		{50, 50, 2, 50, 0},
		{50, 51, 2, 51, 0}, // a promise that is still counted beside its player
	} {
		r := Room{Seats: row.seats, Taken: row.taken, Fillers: row.fillers}
		if taken, fillers := r.Occupied(); taken != row.wantTaken || fillers != row.wantFillers {
			t.Errorf("%d taken and %d fillers of %d seats: %d, %d of them fillers", row.taken, row.fillers, row.seats, taken, fillers)
		}
	}
}

// A row that a node wrote which knows no fillers can be read.
func TestRowWithoutFillers(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r", func(r *Room) { r.Fillers = 3 })
		beat(t, a, r)
		must(t, s.raw.HDel(t.Context(), a.dir.(*redisDirectory).keys.prefix+"room:r", "fillers").Err())
		reserve(t, b, "r", "p") // moves the row to the end of the stream
		must(t, b.catchUp(t.Context(), time.Now()))
		if r := room(t, b, "r"); r.Fillers != 0 || r.Taken != 1 {
			t.Errorf("%+v", r)
		}
	})
}
