package lobby

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestListOrderAndFilters(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		maze := map[string]string{"map": "maze", "pace": "fast"}
		claim(t, a, "quarter", func(r *Room) { r.Taken = 1 })
		claim(t, a, "full", func(r *Room) { r.Taken = 4 })
		claim(t, a, "big", func(r *Room) { r.Seats, r.Taken = 40, 20 })
		claim(t, a, "duel", func(r *Room) { r.Mode, r.Metadata = "duel", maze })
		claim(t, a, "locked", func(r *Room) { r.Taken, r.State = 3, RoomLocked })
		claim(t, a, "private", func(r *Room) { r.Private = true })
		claim(t, a, "closed", func(r *Room) { r.State = RoomClosed })
		cases := []struct {
			what string
			q    Query
			want []string
		}{
			{"all", Query{}, []string{"full", "locked", "big", "quarter", "duel"}},
			{"mode", Query{Mode: "ffa"}, []string{"full", "locked", "big", "quarter"}},
			{"other mode", Query{Mode: "duel"}, []string{"duel"}},
			{"no such mode", Query{Mode: "teams"}, []string{}},
			{"free", Query{WithFreeSeat: true}, []string{"locked", "big", "quarter", "duel"}},
			{"metadata", Query{Metadata: map[string]string{"map": "maze"}}, []string{"duel"}},
			{"both pairs", Query{Metadata: maze}, []string{"duel"}},
			{"one pair wrong", Query{Metadata: map[string]string{"map": "maze", "pace": "slow"}}, []string{}},
			{"all filters", Query{Mode: "duel", Metadata: maze, WithFreeSeat: true}, []string{"duel"}},
		}
		for _, c := range cases {
			must(t, a.catchUp(t.Context(), time.Now()))
			rooms, next, err := a.List(c.q)
			must(t, err)
			if got := ids(rooms); !slices.Equal(got, c.want) || next != "" {
				t.Errorf("%s: %v, next %q, want %v", c.what, got, next, c.want)
			}
		}
	})
}

func TestListFollowsReservations(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		claim(t, a, "one", func(r *Room) { r.Seats = 2 })
		claim(t, a, "two", func(r *Room) { r.Seats, r.Taken = 4, 1 })
		if got := listed(t, a); !slices.Equal(got, []string{"two", "one"}) {
			t.Fatalf("before: %v", got)
		}
		reserve(t, a, "one", "ann")
		if got := listed(t, a); !slices.Equal(got, []string{"one", "two"}) {
			t.Fatalf("one seat reserved: %v", got)
		}
		reserve(t, a, "one", "bo")
		rooms := query(t, a, Query{WithFreeSeat: true})
		if got := ids(rooms); !slices.Equal(got, []string{"two"}) {
			t.Fatalf("all reserved: %v", got)
		}
	})
}

func TestListPageSizes(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a")
	manyRooms(t, a, 250, "r")
	for size, want := range map[int]int{-1: 50, 0: 50, 1: 1, 199: 199, 200: 200, 201: 200, 1 << 40: 200} {
		rooms, next, err := a.List(Query{PageSize: size})
		must(t, err)
		if len(rooms) != want || next == "" {
			t.Errorf("page size %d gave %d rooms, next %q; want %d", size, len(rooms), next, want)
		}
		if once := slices.Compact(slices.Sorted(slices.Values(ids(rooms)))); len(once) != len(rooms) {
			t.Errorf("page size %d gave %d rooms, %d of them different", size, len(rooms), len(once))
		}
	}
}

// manyRooms lists rooms r000..., of every fullness from 0 to 4.
func manyRooms(t *testing.T, l *Lobby, n int, name string) []Room {
	t.Helper()
	list := make([]Room, n)
	for i := range list {
		list[i] = claim(t, l, fmt.Sprintf("%s%03d", name, i), func(r *Room) { r.Taken = i % 5 })
	}
	beat(t, l, list...)
	return list
}

// While somebody turns pages, other rooms come, go and fill; the rooms that
// stand still come exactly once.
func TestPagingIsStable(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		rng := rand.New(rand.NewPCG(seed, 0))
		a := s.node(t, "a")
		still, moving := manyRooms(t, a, 60, "r"), manyRooms(t, a, 20, "m")
		seen := map[string]int{}
		q := Query{PageSize: 7}
		for pages := 0; ; pages++ {
			rooms, next, err := a.List(q)
			must(t, err)
			for _, r := range rooms {
				seen[r.ID]++
			}
			if next == "" {
				break
			}
			if pages > 80 {
				t.Fatal("pages without end")
			}
			q.Page = next
			for i := range moving {
				moving[i].Taken = rng.IntN(5)
			}
			claim(t, a, fmt.Sprint("new", pages), func(r *Room) { r.Taken = rng.IntN(5) })
			beat(t, a, moving...)
		}
		for _, r := range still {
			if seen[r.ID] != 1 {
				t.Errorf("%s came %d times", r.ID, seen[r.ID])
			}
		}
	})
}

// A filter over all modes that fits only the last of many rooms: one call looks at
// so many and returns a short page with a next one.
func TestListLooksBeyondOneBudget(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a")
	many := manyRooms(t, a, 2*listBudget+50, "r")
	many[5].Metadata = map[string]string{"map": "maze"} // empty, so near the end
	beat(t, a, many...)
	q, found, pages := Query{Metadata: map[string]string{"map": "maze"}}, 0, 0
	for {
		got, next, err := a.List(q)
		must(t, err)
		found, pages = found+len(got), pages+1
		if next == "" {
			break
		}
		q.Page = next
	}
	if found != 1 || pages != 3 {
		t.Fatalf("%d rooms on %d pages", found, pages)
	}
	q = Query{Mode: "ffa", Metadata: map[string]string{"map": "maze"}}
	if got, next, err := a.List(q); err != nil || len(got) != 1 || next != "" {
		t.Fatalf("with a mode %d rooms, next %q, %v", len(got), next, err)
	}
}

func TestListRefusesBadQueries(t *testing.T) {
	a := memoryStore().node(t, "a")
	page := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for what, q := range map[string]Query{
		"mode":            {Mode: "a b"},
		"metadata":        {Metadata: pairs(MaxMetadata + 1)},
		"page no base64":  {Page: "!"},
		"page no rank":    {Page: page("id")},
		"page short rank": {Page: page("123:id")},
		"page odd rank":   {Page: page("12a4:id")},
		"page no id":      {Page: page("1234:")},
		"page bad id":     {Page: page("1234:a b")},
		"page endless":    {Page: page("1234:" + string(make([]byte, 1<<16)))},
	} {
		if _, _, err := a.List(q); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
