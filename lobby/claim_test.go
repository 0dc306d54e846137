package lobby

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestClaimListsTheRoomAsGiven(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		made, err := a.Claim(t.Context(), Room{
			ID: "r-1", Mode: "duel", Seats: 2, Taken: 1, Bots: 1, Fillers: 1, TickHz: 60, State: RoomLocked,
			Metadata: map[string]string{"map": `a "b" ü`}, Created: time.UnixMilli(1_700_000_000_123),
		})
		must(t, err)
		if made.Epoch == 0 || made.Code != "" || made.Node != "a" || made.URL != "ws://a.test:8080" {
			t.Fatalf("claimed %+v", made)
		}
		got := room(t, b, "r-1")
		if !got.Created.Equal(made.Created) || got.Metadata["map"] != `a "b" ü` || len(got.Metadata) != 1 {
			t.Fatalf("read %+v, claimed %+v", got, made)
		}
		got.Metadata, made.Metadata, got.Created, made.Created = nil, nil, time.Time{}, time.Time{}
		if !equalRooms(got, made) {
			t.Fatalf("read %+v, claimed %+v", got, made)
		}
	})
}

func equalRooms(a, b Room) bool {
	return a.ID == b.ID && a.Mode == b.Mode && a.Epoch == b.Epoch && a.Code == b.Code && a.Seats == b.Seats &&
		a.Taken == b.Taken && a.Bots == b.Bots && a.Fillers == b.Fillers && a.Private == b.Private && a.State == b.State &&
		a.TickHz == b.TickHz && a.Node == b.Node && a.URL == b.URL
}

func TestClaimOfALivingRoomIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		claim(t, a, "r")
		for _, l := range []*Lobby{a, b} {
			if _, err := l.Claim(t.Context(), Room{ID: "r", Mode: "ffa", Seats: 4}); !errors.Is(err, ErrRoomTaken) {
				t.Fatalf("second claim: %v", err)
			}
		}
	})
}

func TestClaimRaceHasOneWinner(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		nodes := []*Lobby{s.node(t, "a"), s.node(t, "b"), s.node(t, "c")}
		var won atomic.Int64
		var wait sync.WaitGroup
		for i := range 30 {
			wait.Go(func() {
				_, err := nodes[i%3].Claim(t.Context(), Room{ID: "r", Mode: "ffa", Seats: 4})
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, ErrRoomTaken) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d claims won", won.Load())
		}
	})
}

// A claim that was sent twice is one.
func TestClaimSentTwiceIsOne(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		l := s.node(t, "a")
		c, err := l.newClaim(Room{ID: "r", Mode: "ffa", Seats: 4, Private: true}, true)
		must(t, err)
		who := l.seat(newReservation())
		first, err := l.dir.claim(t.Context(), c, who)
		must(t, err)
		second, err := l.dir.claim(t.Context(), c, who)
		must(t, err)
		if first.row.Epoch != second.row.Epoch || first.row.Code != second.row.Code || !second.made || len(second.row.ends) != 1 {
			t.Fatalf("first %+v, second %+v", first, second)
		}
	})
}

func TestEpochsRise(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		l := s.node(t, "a")
		last := uint64(0)
		for range 3 {
			r := claim(t, l, "r")
			if r.Epoch <= last {
				t.Fatalf("epoch %d after %d", r.Epoch, last)
			}
			last = r.Epoch
			must(t, l.Remove(t.Context(), "r", r.Epoch))
		}
		s.lose(t)
		s.pass(t, 10*time.Millisecond)
		if r := claim(t, l, "r"); r.Epoch <= last {
			t.Fatalf("epoch %d after %d and a loss of data", r.Epoch, last)
		}
	})
}

func TestRemoveIsTheOwnersOnly(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", short), s.node(t, "b")
		old := claim(t, a, "r")
		s.pass(t, shortLease)
		taken := claim(t, b, "r")
		if err := a.Remove(t.Context(), "r", old.Epoch); !errors.Is(err, ErrRoomLost) {
			t.Fatalf("the old owner's remove: %v", err)
		}
		if got := listed(t, a); !slices.Equal(got, []string{"r"}) {
			t.Fatalf("listed %v", got)
		}
		must(t, b.Remove(t.Context(), "r", taken.Epoch))
		if got := listed(t, a); len(got) != 0 {
			t.Fatalf("listed %v after its removal", got)
		}
		must(t, b.Remove(t.Context(), "r", taken.Epoch)) // twice is fine
		if _, err := a.Reserve(t.Context(), "r", Player{Name: "ann"}); !errors.Is(err, ErrRoomNotFound) {
			t.Fatalf("removed room: %v", err)
		}
	})
}

func TestClosedRoomMayBeClaimed(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r")
		r.State = RoomClosed
		beat(t, a, r)
		if got := listed(t, b); len(got) != 0 {
			t.Fatalf("a closed room is listed: %v", got)
		}
		if again := claim(t, b, "r"); again.Epoch <= r.Epoch {
			t.Fatalf("epoch %d after %d", again.Epoch, r.Epoch)
		}
	})
}

func TestClaimRefusesBadRooms(t *testing.T) {
	l := memoryStore().node(t, "a")
	for what, change := range badRooms {
		r := Room{ID: "r", Mode: "ffa", Seats: 4}
		if change(&r); r.ID == "" {
			continue // gets a fresh one
		}
		if _, err := l.Claim(t.Context(), r); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
