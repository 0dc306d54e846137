package lobby

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/metronome-server/metronome/internal/id"
)

// fresh is a room of so many seats that a player may make.
func fresh(seats int, metadata map[string]string) *Room {
	return &Room{ID: id.Unique(), Mode: "ffa", Seats: seats, Metadata: metadata, TickHz: 30}
}

// Many press Play at once, at two nodes: as many rooms are made as are needed, and
// nobody is refused.
func TestParallelPlaysMakeTheRoomsThatAreNeeded(t *testing.T) {
	const players = 500
	for _, seats := range []int{2, 50} {
		t.Run(fmt.Sprint(seats), func(t *testing.T) {
			each(t, func(t *testing.T, s *store) {
				nodes := []*Lobby{s.node(t, "a"), s.node(t, "b")}
				var made atomic.Int64
				var mu sync.Mutex
				inRoom := map[string]int{}
				var wait sync.WaitGroup
				for i := range players {
					wait.Go(func() {
						j, err := nodes[i%2].Play(t.Context(), Wanted{Mode: "ffa"}, fresh(seats, nil), Player{Name: "p"})
						if err != nil {
							t.Error(err)
							return
						}
						if j.Made {
							made.Add(1)
						}
						mu.Lock()
						defer mu.Unlock()
						inRoom[j.Room.ID]++
					})
				}
				wait.Wait()
				if n := made.Load(); n != int64(players/seats) || len(inRoom) != int(n) {
					t.Errorf("%d rooms made, %d used, want %d", n, len(inRoom), players/seats)
				}
				for id, n := range inRoom {
					if n != seats {
						t.Errorf("%s has %d players", id, n)
					}
				}
			})
		})
	}
}

// Two who press Play together meet, also when each asks another node.
func TestPairsMeet(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		nodes := []*Lobby{s.node(t, "a"), s.node(t, "b")}
		for round := range 30 {
			want := map[string]string{"round": fmt.Sprint(round)}
			var rooms [2]string
			var wait sync.WaitGroup
			for i, l := range nodes {
				wait.Go(func() {
					j, err := l.Play(t.Context(), Wanted{Mode: "ffa", Metadata: want}, fresh(2, want), Player{Name: "p"})
					if err != nil {
						t.Error(err)
					}
					rooms[i] = j.Room.ID
				})
			}
			wait.Wait()
			if rooms[0] != rooms[1] {
				t.Errorf("round %d: rooms %v", round, rooms)
			}
		}
	})
}

// Who makes a room has a seat in it, however many others look for one.
func TestMakersKeepTheirSeats(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		var wait sync.WaitGroup
		for range 6 {
			wait.Go(func() {
				for range 30 {
					if _, err := b.Play(t.Context(), Wanted{Mode: "ffa"}, fresh(2, nil), Player{Name: "other"}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 40 {
			j, err := a.Create(t.Context(), *fresh(2, nil), Player{Name: "maker"})
			must(t, err)
			if _, err := a.Verify(t.Context(), j.Ticket, j.Room.ID, j.Room.Epoch); err != nil || j.Room.Taken < 1 || !j.Made {
				t.Fatalf("made %+v, %v", j.Room, err)
			}
		}
		wait.Wait()
	})
}

// No room that fits is overlooked, be it the emptiest of very many, or one that the
// index does not know yet.
func TestPlayOverlooksNoRoom(t *testing.T) {
	s := memoryStore()
	a, b := s.node(t, "a"), s.node(t, "b")
	for i := range 620 {
		claim(t, a, fmt.Sprint("other", i), func(r *Room) { r.Metadata, r.Taken = map[string]string{"map": "plain"}, 1 })
	}
	maze := map[string]string{"map": "maze", "pace": "slow"}
	claim(t, a, "known", func(r *Room) { r.Seats, r.Metadata = 1, maze })
	must(t, b.catchUp(t.Context(), time.Now()))
	claim(t, a, "new", func(r *Room) { r.Seats, r.Metadata = 1, maze })
	for _, want := range []string{"known", "new"} {
		j, err := b.Play(t.Context(), Wanted{Mode: "ffa", Metadata: map[string]string{"map": "maze"}}, fresh(2, maze), Player{Name: "p"})
		must(t, err)
		if j.Room.ID != want || j.Made {
			t.Fatalf("got %s, made %v, want %s", j.Room.ID, j.Made, want)
		}
	}
	for i := range 620 { // all of these have changed since
		reserve(t, a, fmt.Sprint("other", i), "p")
	}
	if j, err := b.Play(t.Context(), Wanted{Mode: "ffa", Metadata: maze}, fresh(2, maze), Player{Name: "p"}); err != nil || !j.Made {
		t.Fatalf("got %s, made %v, %v", j.Room.ID, j.Made, err)
	}
}

func TestPlayAvoids(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		claim(t, a, "kicked", func(r *Room) { r.Taken = 3 })
		claim(t, a, "other")
		for _, l := range []*Lobby{a, b} { // with and without it in the index
			j, err := l.Play(t.Context(), Wanted{Mode: "ffa", Avoid: []string{"kicked"}}, nil, Player{Name: "p"})
			must(t, err)
			if j.Room.ID != "other" {
				t.Fatalf("sent to %s", j.Room.ID)
			}
		}
		j, err := a.Play(t.Context(), Wanted{Mode: "ffa", Avoid: []string{"kicked", "other"}}, fresh(4, nil), Player{Name: "p"})
		must(t, err)
		if !j.Made {
			t.Fatalf("sent to %s", j.Room.ID)
		}
		for _, bad := range [][]string{make([]string, MaxAvoid+1), {"a b"}} {
			if _, err := a.Play(t.Context(), Wanted{Mode: "ffa", Avoid: bad}, nil, Player{Name: "p"}); !errors.Is(err, ErrInvalid) {
				t.Errorf("%v: %v", bad, err)
			}
		}
	})
}

func TestPlaySentTwiceIsOneSeat(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		c, err := a.newClaim(*fresh(4, nil), false)
		must(t, err)
		p := playArgs{mode: "ffa", seat: a.seat(newReservation()), all: true, make: &c}
		for range 2 {
			got, err := a.dir.play(t.Context(), p)
			must(t, err)
			if got.row.ID != c.room.ID || len(got.row.ends) != 1 {
				t.Fatalf("got %s with %d promises", got.row.ID, len(got.row.ends))
			}
		}
	})
}

// A room that could not be built is gone at once, and with it what was promised.
func TestRoomThatCouldNotBeBuilt(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		j, err := a.Create(t.Context(), *fresh(4, nil), Player{Name: "maker"})
		must(t, err)
		other := reserve(t, b, j.Room.ID, "bo")
		must(t, a.Remove(t.Context(), j.Room.ID, j.Room.Epoch))
		if _, err := b.Reserve(t.Context(), j.Room.ID, Player{Name: "cy"}); !errors.Is(err, ErrRoomNotFound) {
			t.Errorf("reserved in it: %v", err)
		}
		if _, err := a.Verify(t.Context(), other.Ticket, j.Room.ID, j.Room.Epoch); !errors.Is(err, ErrTicketForeign) {
			t.Errorf("a ticket for it: %v", err)
		}
	})
}

// A room that its owner never asserted, because it died or never learned of it, is
// found for so long and no longer.
func TestUnassertedRoomsEnd(t *testing.T) {
	s := memoryStore()
	a, b := s.node(t, "a"), s.node(t, "b")
	claim(t, a, "r")
	s.pass(t, makingTime-time.Millisecond)
	reserve(t, b, "r", "ann")
	s.pass(t, time.Millisecond)
	if _, err := b.Reserve(t.Context(), "r", Player{Name: "bo"}); !errors.Is(err, ErrRoomNotFound) {
		t.Fatal(err)
	}
	if got := listed(t, b); len(got) != 0 {
		t.Fatalf("listed %v", got)
	}
}

// The answer to a claim was lost: the node does not know its room, and takes it out
// of the directory.
func TestStraysAreRemoved(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		known := claim(t, a, "known")
		c, err := a.newClaim(*fresh(4, nil), false)
		must(t, err)
		lost := errors.New("the answer is lost")
		if _, err := a.claimed(&c, func() (seated, error) {
			_, err := a.dir.claim(t.Context(), c, seat{})
			must(t, err)
			return seated{}, lost
		}); err != lost {
			t.Fatal(err)
		}
		beat(t, a, known)
		if got := listed(t, b); len(got) != 1 || got[0] != "known" {
			t.Fatalf("listed %v", got)
		}
	})
}

func TestRetire(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b", func(c *Config) { c.Reservation = shortLease })
		r := claim(t, a, "r")
		beat(t, a, r)
		ticket := reserve(t, b, "r", "ann").Ticket
		promised, err := a.Retire(t.Context(), "r", r.Epoch)
		must(t, err)
		if promised.Before(b.dir.now()) || promised.After(b.dir.now().Add(2*shortLease)) {
			t.Fatalf("promised until %v, it is %v", promised, b.dir.now())
		}
		must(t, redeem(t, a, ticket, r)) // the room counts it now
		promised, err = a.Retire(t.Context(), "r", r.Epoch)
		must(t, err)
		if !promised.IsZero() {
			t.Fatalf("promised until %v", promised)
		}
		if _, err := b.Reserve(t.Context(), "r", Player{Name: "bo"}); !errors.Is(err, ErrRoomNotFound) {
			t.Fatalf("a seat in a room that ends: %v", err)
		}
		beat(t, a, r) // on its way out it is not listed again
		if got := listed(t, b); len(got) != 0 {
			t.Fatalf("listed %v", got)
		}
		a.mine["r"].unlisted = time.Time{} // it did not end
		beat(t, a, r)
		if got := listed(t, b); len(got) != 1 {
			t.Fatalf("listed %v", got)
		}
		if _, err := a.Retire(t.Context(), "nowhere", 1); !errors.Is(err, ErrRoomLost) {
			t.Fatal(err)
		}
	})
}

// An index that follows the stream of changes is like one that begins anew.
func TestIndexFollowsTheStream(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		rng := rand.New(rand.NewPCG(seed, 0))
		nodes := []*Lobby{s.node(t, "a"), s.node(t, "b")}
		watcher := s.node(t, "c")
		mine := [2]map[string]Room{{}, {}}
		for step := range 400 {
			at := rng.IntN(2)
			l, id := nodes[at], fmt.Sprint("r", at, "-", rng.IntN(12))
			r, there := mine[at][id]
			switch rng.IntN(6) {
			case 0, 1:
				if !there {
					mine[at][id] = claim(t, l, id, func(r *Room) { r.Private = rng.IntN(4) == 0 })
				}
			case 2:
				if there && rng.IntN(2) == 0 {
					must(t, l.Remove(t.Context(), id, r.Epoch))
					delete(mine[at], id)
				}
			case 3:
				_, err := nodes[rng.IntN(2)].Reserve(t.Context(), id, Player{Name: "p"})
				if err != nil && !errors.Is(err, ErrRoomNotFound) && !errors.Is(err, ErrRoomFull) {
					t.Fatal(err)
				}
			case 4:
				if there {
					r.Taken = rng.IntN(5)
					mine[at][id] = r
				}
			case 5:
				var list []Room
				for _, r := range mine[at] {
					list = append(list, r)
				}
				beat(t, l, list...)
			}
			if step%20 != 0 {
				continue
			}
			got, anew := listed(t, watcher), s.node(t, "d")
			if want := listed(t, anew); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("step %d: followed %v\nread anew %v", step, got, want)
			}
		}
	})
}

// More rooms end than the stream keeps while a node does not read it.
func TestIndexBeginsAnewWhenTheStreamIsCut(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", long), s.node(t, "b", long)
		gone := claim(t, a, "gone")
		stays := claim(t, a, "stays")
		beat(t, a, gone, stays) // or they last for makingTime, and the test for longer
		if got := listed(t, b); len(got) != 2 {
			t.Fatalf("listed %v", got)
		}
		must(t, a.Remove(t.Context(), "gone", gone.Epoch))
		endRooms(t, a, changesKept+1)
		since, whole, _ := b.index.Load().position()
		if _, err := b.dir.changes(t.Context(), since, whole); !errors.Is(err, errReset) {
			t.Fatalf("the stream still reaches back: %v", err)
		}
		if got := listed(t, b); len(got) != 1 || got[0] != stays.ID {
			t.Fatalf("listed %v", got)
		}
	})
}

// endRooms makes rooms and ends them.
func endRooms(t *testing.T, l *Lobby, n int) {
	t.Helper()
	next := make(chan int)
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			for range next {
				j, err := l.Create(t.Context(), *fresh(2, nil), Player{Name: "p"})
				if err == nil {
					err = l.Remove(t.Context(), j.Room.ID, j.Room.Epoch)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
}

// Rooms that ended leave nothing but their place in the stream, which is bounded.
func TestEndedRoomsLeaveNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a", long)
		endRooms(t, a, 2*changesKept)
		if n := len(a.index.Load().rooms) + len(a.mine) + len(a.claiming) + len(a.removals); n != 0 {
			t.Errorf("the node remembers %d", n)
		}
		if d := s.memory; d != nil {
			if len(d.rooms)+len(d.codes)+len(d.fences) != 0 || d.changed.Len() > changesKept || d.gone.Len() > changesKept {
				t.Errorf("%d rooms, %d codes, %d fences, %d changes", len(d.rooms), len(d.codes), len(d.fences), d.changed.Len())
			}
			return
		}
		if keys := s.all(t); len(keys) > 8 {
			t.Errorf("keys %v", keys)
		}
		for _, key := range []string{"changed", "gone"} {
			if n := s.raw.ZCard(t.Context(), newKeys(s.prefix).prefix+key).Val(); n > changesKept {
				t.Errorf("%s has %d members", key, n)
			}
		}
	})
}

// What has not changed is not said again.
func TestUnchangedRoomsCostNothing(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a")
	list := manyRooms(t, a, 100, "r")
	before := s.memory.rev
	for range 10 {
		beat(t, a, list...)
	}
	if said := s.memory.rev - before; said != 0 {
		t.Fatalf("%d rooms were asserted again", said)
	}
	list[7].Taken++
	beat(t, a, list...)
	if said := s.memory.rev - before; said != 1 {
		t.Fatalf("%d rooms were asserted, one has changed", said)
	}
	s.pass(t, refreshEvery+1)
	beat(t, a, list...)
	beat(t, a, list...)
	if said := s.memory.rev - before - 1; said < 100 || said > 200 {
		t.Fatalf("%d rooms were asserted to be kept", said)
	}
}
