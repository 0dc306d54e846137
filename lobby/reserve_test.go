package lobby

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestReserve(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r")
		j := reserve(t, b, "r", "  Ann\u202e \n Bo ")
		if j.Room.ID != "r" || j.Room.Taken != 1 || j.Room.URL != "ws://a.test:8080" {
			t.Fatalf("join %+v", j)
		}
		ticket, err := a.Verify(t.Context(), j.Ticket, "r", r.Epoch)
		must(t, err)
		if ticket.Player.Name != "Ann Bo" || ticket.URL != "ws://a.test:8080" || !ticket.Expires.Equal(j.Expires) {
			t.Fatalf("ticket %+v", ticket)
		}
		if got := room(t, b, "r"); got.Taken != 1 {
			t.Fatalf("%d taken after one reservation", got.Taken)
		}
	})
}

func TestReserveRefusals(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		claim(t, a, "full", func(r *Room) { r.Taken = 4 })
		claim(t, a, "locked", func(r *Room) { r.State = RoomLocked })
		claim(t, a, "draining", func(r *Room) { r.State = RoomDraining })
		claim(t, a, "private", func(r *Room) { r.Private = true })
		for room, want := range map[string]error{
			"full": ErrRoomFull, "locked": ErrRoomLocked, "draining": ErrRoomLocked,
			"private": ErrRoomNotFound, "nowhere": ErrRoomNotFound, "b:ad": ErrRoomNotFound, "": ErrRoomNotFound,
		} {
			if _, err := a.Reserve(t.Context(), room, Player{Name: "ann"}); !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", room, err, want)
			}
		}
	})
}

func TestReserveByCode(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r", func(r *Room) { r.Private = true })
		sloppy := " " + strings.ToLower(r.Code[:3]) + "-" + r.Code[3:]
		j, err := b.ReserveByCode(t.Context(), sloppy, Player{Name: "ann"})
		must(t, err)
		if j.Room.ID != "r" {
			t.Fatalf("join %+v", j)
		}
		for _, code := range []string{"", "AAAAAA", r.Code + "A", "0O1IL!", strings.Repeat("A", 1000)} {
			if _, err := b.ReserveByCode(t.Context(), code, Player{Name: "ann"}); !errors.Is(err, ErrRoomNotFound) {
				t.Errorf("code %.20q: %v", code, err)
			}
		}
		must(t, a.Remove(t.Context(), "r", r.Epoch))
		if _, err := b.ReserveByCode(t.Context(), r.Code, Player{Name: "ann"}); !errors.Is(err, ErrRoomNotFound) {
			t.Fatalf("code of a removed room: %v", err)
		}
	})
}

func TestReservationsRunOut(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a", func(c *Config) { c.Reservation = shortLease })
		claim(t, a, "r", func(r *Room) { r.Seats = 1 })
		reserve(t, a, "r", "ann")
		if _, err := a.Reserve(t.Context(), "r", Player{Name: "bo"}); !errors.Is(err, ErrRoomFull) {
			t.Fatalf("second of one seat: %v", err)
		}
		s.pass(t, shortLease+a.grace())
		reserve(t, a, "r", "bo")
	})
}

func TestReservationSentTwiceIsOneSeat(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		claim(t, a, "r", func(r *Room) { r.Seats = 1 })
		for range 2 {
			_, err := a.dir.reserve(t.Context(), reserveArgs{by: "id", value: "r", seat: a.seat(reservationID{1})})
			must(t, err)
		}
		if r := room(t, a, "r"); r.Taken != 1 {
			t.Fatalf("%d taken", r.Taken)
		}
	})
}

func TestDeadNodesRoomsTakeNobody(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a", short), s.node(t, "b")
		claim(t, a, "r")
		secret := claim(t, a, "secret", func(r *Room) { r.Private = true })
		s.pass(t, shortLease)
		_, byID := b.Reserve(t.Context(), "r", Player{Name: "ann"})
		_, byCode := b.ReserveByCode(t.Context(), secret.Code, Player{Name: "ann"})
		if !errors.Is(byID, ErrRoomNotFound) || !errors.Is(byCode, ErrRoomNotFound) {
			t.Fatalf("by id: %v, by code: %v", byID, byCode)
		}
		if _, err := b.Play(t.Context(), Wanted{Mode: "ffa"}, nil, Player{Name: "ann"}); !errors.Is(err, ErrNoRoom) {
			t.Fatalf("quick play: %v", err)
		}
	})
}

// Many players at many nodes at once: never one more than there are seats.
func TestReservationRaceNeverOverbooks(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		nodes := []*Lobby{s.node(t, "a"), s.node(t, "b")}
		claim(t, nodes[0], "r", func(r *Room) { r.Seats, r.Taken = 25, 5 })
		var got, full atomic.Int64
		var wait sync.WaitGroup
		for i := range 60 {
			wait.Go(func() {
				switch _, err := nodes[i%2].Reserve(t.Context(), "r", Player{Name: fmt.Sprint("p", i)}); {
				case err == nil:
					got.Add(1)
				case errors.Is(err, ErrRoomFull):
					full.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if got.Load() != 20 || full.Load() != 40 {
			t.Fatalf("%d got one of 20 seats, %d were refused", got.Load(), full.Load())
		}
	})
}

func TestQuickPlayFillsTheFullestFirst(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		claim(t, a, "empty")
		claim(t, a, "half", func(r *Room) { r.Taken = 2 })
		claim(t, a, "full", func(r *Room) { r.Taken = 4 })
		claim(t, a, "locked", func(r *Room) { r.Taken, r.State = 3, RoomLocked })
		claim(t, a, "private", func(r *Room) { r.Taken, r.Private = 3, true })
		claim(t, a, "other", func(r *Room) { r.Taken, r.Mode = 3, "duel" })
		got := ""
		for range 6 {
			j, err := a.Play(t.Context(), Wanted{Mode: "ffa"}, nil, Player{Name: "ann"})
			must(t, err)
			got += j.Room.ID + " "
		}
		if want := "half half empty empty empty empty "; got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		if _, err := a.Play(t.Context(), Wanted{Mode: "ffa"}, nil, Player{Name: "ann"}); !errors.Is(err, ErrNoRoom) {
			t.Fatalf("seventh: %v", err)
		}
	})
}

func TestQuickPlayMatchesMetadata(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		claim(t, a, "maze", func(r *Room) { r.Metadata = map[string]string{"map": "maze", "pace": "fast"} })
		claim(t, a, "plain", func(r *Room) { r.Taken = 3 })
		j, err := a.Play(t.Context(), Wanted{Mode: "ffa", Metadata: map[string]string{"map": "maze"}}, nil, Player{Name: "ann"})
		must(t, err)
		if j.Room.ID != "maze" {
			t.Fatalf("got %s", j.Room.ID)
		}
		_, err = a.Play(t.Context(), Wanted{Mode: "ffa", Metadata: map[string]string{"map": "maze", "pace": "slow"}}, nil, Player{Name: "ann"})
		if !errors.Is(err, ErrNoRoom) {
			t.Fatalf("no such room: %v", err)
		}
		for _, bad := range []map[string]string{pairs(MaxMetadata + 1), {"a b": ""}} {
			if _, err := a.Play(t.Context(), Wanted{Mode: "ffa", Metadata: bad}, nil, Player{Name: ""}); !errors.Is(err, ErrInvalid) {
				t.Errorf("%v: %v", bad, err)
			}
		}
		if _, err := a.Play(t.Context(), Wanted{Mode: ""}, nil, Player{Name: ""}); !errors.Is(err, ErrInvalid) {
			t.Errorf("no mode: %v", err)
		}
	})
}

func TestQuickPlayRaceFillsEveryRoom(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		nodes := []*Lobby{s.node(t, "a"), s.node(t, "b")}
		for i := range 5 {
			claim(t, nodes[i%2], fmt.Sprint("r", i), func(r *Room) { r.Seats = 6 })
		}
		var none atomic.Int64
		var wait sync.WaitGroup
		for i := range 40 {
			wait.Go(func() {
				_, err := nodes[i%2].Play(t.Context(), Wanted{Mode: "ffa"}, nil, Player{Name: "p"})
				if errors.Is(err, ErrNoRoom) {
					none.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if none.Load() != 10 {
			t.Fatalf("%d of 40 found none of 30 seats", none.Load())
		}
		for _, r := range query(t, nodes[0], Query{}) {
			if r.Taken != 6 {
				t.Errorf("%s has %d of 6 taken", r.ID, r.Taken)
			}
		}
	})
}

func TestReserveWithADeadStore(t *testing.T) {
	s := ownStore(t)
	a := s.node(t, "a")
	claim(t, a, "r")
	s.stop(t)
	_, err := a.Reserve(t.Context(), "r", Player{Name: "ann"})
	if !errors.Is(err, ErrUnavailable) {
		t.Fatalf("err %v", err)
	}
	s.start(t)
}

func TestReserveGivenUp(t *testing.T) {
	a := memoryStore().node(t, "a")
	claim(t, a, "r")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Reserve(ctx, "r", Player{Name: "ann"}); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) {
		t.Fatalf("err %v", err)
	}
}
