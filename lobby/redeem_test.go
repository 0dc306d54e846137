package lobby

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

func TestRedeemOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r")
		ticket := reserve(t, b, "r", "ann").Ticket
		for what, l := range map[string]*Lobby{"same node": a, "other node": b} {
			if err := l.Look(t.Context(), ticket, "r", r.Epoch); err != nil {
				t.Errorf("a look at the %s: %v", what, err)
			}
		}
		got, settle, err := a.Redeem(t.Context(), ticket, "r", r.Epoch)
		must(t, err)
		if got.Name != "ann" || settle == nil {
			t.Fatalf("redeemed %+v", got)
		}
		for what, l := range map[string]*Lobby{"same node": a, "other node": b} {
			if _, _, err := l.Redeem(t.Context(), ticket, "r", r.Epoch); !errors.Is(err, ErrTicketUsed) {
				t.Errorf("again at the %s: %v", what, err)
			}
			if err := l.Look(t.Context(), ticket, "r", r.Epoch); !errors.Is(err, ErrTicketUsed) {
				t.Errorf("a look at the %s, used: %v", what, err)
			}
		}
		settle()
		r.Taken = 1
		beat(t, a, r)
		if _, _, err := a.Redeem(t.Context(), ticket, "r", r.Epoch); !errors.Is(err, ErrTicketUsed) {
			t.Errorf("again after the beat: %v", err)
		}
	})
}

func TestRedeemRaceHasOneWinner(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		nodes := []*Lobby{s.node(t, "a"), s.node(t, "b")}
		r := claim(t, nodes[0], "r")
		ticket := reserve(t, nodes[0], "r", "ann").Ticket
		var won atomic.Int64
		var wait sync.WaitGroup
		for i := range 30 {
			wait.Go(func() {
				if _, _, err := nodes[i%2].Redeem(t.Context(), ticket, "r", r.Epoch); err == nil {
					won.Add(1)
				} else if !errors.Is(err, ErrTicketUsed) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d redeemed one ticket", won.Load())
		}
	})
}

func TestRedeemRefusals(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a", short)
		b := s.node(t, "b", func(c *Config) { c.Reservation = shortLease })
		r, r2 := claim(t, a, "r"), claim(t, a, "r2")
		ticket := reserve(t, b, "r", "ann").Ticket
		if _, _, err := a.Redeem(t.Context(), ticket, "r2", r2.Epoch); !errors.Is(err, ErrTicketForeign) {
			t.Errorf("at another room: %v", err)
		}
		if _, settle, err := a.Redeem(t.Context(), "forged", "r", r.Epoch); !errors.Is(err, ErrTicketForged) || settle != nil {
			t.Errorf("forged: %v", err)
		}
		s.pass(t, shortLease)
		if _, _, err := a.Redeem(t.Context(), ticket, "r", r.Epoch); !errors.Is(err, ErrTicketExpired) {
			t.Errorf("late: %v", err)
		}
		// The old owner does not know yet that the room went to b.
		claim(t, b, "r2")
		stale := a.seal(Ticket{Room: "r2", Epoch: r2.Epoch, Expires: a.now().Add(hold), reservation: newReservation()})
		if _, _, err := a.Redeem(t.Context(), stale, "r2", r2.Epoch); !errors.Is(err, ErrTicketForeign) {
			t.Errorf("of a room lost since: %v", err)
		}
	})
}

// Judged by the store's clock: a node whose own is behind cannot take it late.
func TestRedeemIsJudgedByTheStore(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a", func(c *Config) { c.Reservation = shortLease })
		r := claim(t, a, "r")
		ticket, err := a.Verify(reserve(t, a, "r", "ann").Ticket, "r", r.Epoch)
		must(t, err)
		s.pass(t, shortLease)
		_, err = a.run(t.Context(), redeemScript, "r", r.Epoch, ticket.reservation.String(), ticket.Expires.UnixMilli(), hold.Milliseconds())
		if !errors.Is(err, ErrTicketExpired) {
			t.Fatalf("err %v", err)
		}
	})
}

// The store forgot the reservation: the player must join again.
func TestRedeemAfterALoss(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r")
		ticket := reserve(t, a, "r", "ann").Ticket
		s.lose(t)
		for range 2 {
			if _, _, err := a.Redeem(t.Context(), ticket, "r", r.Epoch); !errors.Is(err, ErrTicketExpired) {
				t.Fatalf("err %v", err)
			}
			beat(t, a, r)
		}
	})
}

// From reservation to the owner's count a seat is counted exactly once.
func TestSeatIsCountedOnceAllTheWay(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r", func(r *Room) { r.Seats = 2 })
		ticket := reserve(t, a, "r", "ann").Ticket
		want := func(when string, n int) {
			t.Helper()
			got, err := a.Room(t.Context(), "r")
			must(t, err)
			if got.Taken != n {
				t.Fatalf("%s: %d taken, want %d", when, got.Taken, n)
			}
		}
		want("reserved", 1)
		_, settle, err := a.Redeem(t.Context(), ticket, "r", r.Epoch)
		must(t, err)
		want("redeemed", 1)
		beat(t, a, r) // the owner has not seated the player yet
		want("beat before it is seated", 1)
		_, err = a.Beat(t.Context(), func() NodeState {
			state := NodeState{Rooms: []Room{r}} // counted before, settled while the beat is on its way
			settle()
			return state
		})
		must(t, err)
		want("settled after the count", 1)
		r.Taken = 1
		beat(t, a, r)
		want("seated", 1)
		r.Taken = 0
		beat(t, a, r)
		want("left", 0)
	})
}

// A seat that nobody settles is free again after the hold; only where the clock
// can be moved on.
func TestSeatIsHeldForSoLong(t *testing.T) {
	s := miniStore(t)
	a := s.node(t, "a", func(c *Config) { c.Lease = 10 * hold })
	r := claim(t, a, "r", func(r *Room) { r.Seats = 1 })
	_, settle, err := a.Redeem(t.Context(), reserve(t, a, "r", "ann").Ticket, "r", r.Epoch)
	must(t, err)
	s.pass(t, hold-1)
	if _, err := a.Reserve(t.Context(), "r", "bo"); !errors.Is(err, ErrRoomFull) {
		t.Fatalf("within the hold: %v", err)
	}
	s.pass(t, 2)
	reserve(t, a, "r", "bo")
	settle()
	s.pass(t, 1)
	beat(t, a, r)
	if len(a.settled) != 0 {
		t.Fatalf("still remembered: %v", a.settled)
	}
}

// More settled seats than one beat takes are settled by the next.
func TestManySeatsSettle(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r", func(r *Room) { r.Seats = 2 * beatSettled })
		for i := range beatSettled + 1 {
			a.settle("r", fmt.Sprint("x", i), a.now().Add(hold))
		}
		beat(t, a, r)
		if n := len(a.settled["r"]); n != 1 {
			t.Fatalf("%d left after one beat", n)
		}
		beat(t, a, r)
		beat(t, a, r)
		if len(a.settled) != 0 {
			t.Fatalf("left after three: %v", a.settled)
		}
	})
}
