package lobby

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// redeem uses a ticket up, if admit has a seat; nil: it has.
func redeem(t *testing.T, l *Lobby, ticket string, r Room, admit ...func() error) error {
	t.Helper()
	verified, err := l.Verify(t.Context(), ticket, r.ID, r.Epoch)
	if err != nil {
		return err
	}
	for _, f := range admit {
		return l.Redeem(verified, f)
	}
	return l.Redeem(verified, func() error { return nil })
}

func TestRedeemOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a, b := s.node(t, "a"), s.node(t, "b")
		r := claim(t, a, "r")
		ticket := reserve(t, b, "r", "ann").Ticket
		if _, err := a.Verify(t.Context(), ticket, "r", r.Epoch); err != nil {
			t.Errorf("a look: %v", err)
		}
		if err := redeem(t, b, ticket, r); !errors.Is(err, ErrTicketForeign) {
			t.Errorf("at a node that does not own the room: %v", err)
		}
		full := errors.New("full")
		if err := redeem(t, a, ticket, r, func() error { return full }); err != full {
			t.Errorf("no seat: %v", err)
		}
		must(t, redeem(t, a, ticket, r))
		for range 2 {
			if err := redeem(t, a, ticket, r); !errors.Is(err, ErrTicketUsed) {
				t.Errorf("again: %v", err)
			}
			if _, err := a.Verify(t.Context(), ticket, "r", r.Epoch); !errors.Is(err, ErrTicketUsed) {
				t.Errorf("a look, used: %v", err)
			}
			r.Taken = 1
			beat(t, a, r)
		}
	})
}

func TestRedeemRaceHasOneWinner(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r")
		ticket := reserve(t, a, "r", "ann").Ticket
		var won atomic.Int64
		var wait sync.WaitGroup
		for range 30 {
			wait.Go(func() {
				if err := redeem(t, a, ticket, r); err == nil {
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
		if err := redeem(t, a, ticket, r2); !errors.Is(err, ErrTicketForeign) {
			t.Errorf("at another room: %v", err)
		}
		if err := redeem(t, a, "forged", r); !errors.Is(err, ErrTicketForged) {
			t.Errorf("forged: %v", err)
		}
		s.pass(t, shortLease)
		if err := redeem(t, a, ticket, r); !errors.Is(err, ErrTicketExpired) {
			t.Errorf("late: %v", err)
		}
		// The room goes to b: the old owner's tickets are worthless there, and the
		// old owner's beat tells it.
		stale := a.seal(Ticket{Room: "r2", Epoch: r2.Epoch, Expires: a.dir.now().Add(time.Minute), reservation: newReservation()})
		won := claim(t, b, "r2")
		if err := redeem(t, b, stale, won); !errors.Is(err, ErrTicketForeign) {
			t.Errorf("of an earlier owner: %v", err)
		}
		beat(t, a, r2)
		if err := redeem(t, a, stale, r2); !errors.Is(err, ErrTicketForeign) {
			t.Errorf("of a room lost since: %v", err)
		}
	})
}

// With the store gone or emptied, who has a ticket gets the seat.
func TestRedeemAfterALoss(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r")
		ticket := reserve(t, a, "r", "ann").Ticket
		s.lose(t)
		must(t, redeem(t, a, ticket, r))
		beat(t, a, r)
		if err := redeem(t, a, ticket, r); !errors.Is(err, ErrTicketUsed) {
			t.Fatalf("again: %v", err)
		}
	})
}

func TestRedeemWithADeadStore(t *testing.T) {
	s := ownStore(t)
	a, b := s.node(t, "a"), s.node(t, "b")
	r := claim(t, a, "r")
	beat(t, a, r)
	tickets := []string{reserve(t, a, "r", "ann").Ticket, reserve(t, b, "r", "bo").Ticket}
	must(t, a.catchUp(t.Context(), time.Now()))
	s.stop(t)
	for i, ticket := range tickets {
		must(t, redeem(t, a, ticket, r))
		if err := redeem(t, a, ticket, r); !errors.Is(err, ErrTicketUsed) {
			t.Fatalf("ticket %d again: %v", i, err)
		}
	}
	s.start(t)
	r.Taken = 2
	eventually(t, "the store answers", func() bool { _, err := a.Beat(t.Context(), rooms{list: []Room{r}}); return err == nil })
	if got := room(t, a, "r"); got.Taken != 2 {
		t.Fatalf("%d taken once it is settled", got.Taken)
	}
}

// From reservation to the owner's count a seat is counted exactly once.
func TestSeatIsCountedOnceAllTheWay(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r", func(r *Room) { r.Seats = 2 })
		ticket := reserve(t, a, "r", "ann").Ticket
		want := func(when string, n int) {
			t.Helper()
			if got := room(t, a, "r"); got.Taken != n {
				t.Fatalf("%s: %d taken, want %d", when, got.Taken, n)
			}
		}
		want("reserved", 1)
		beat(t, a, r)
		want("beat before it is seated", 1)
		must(t, redeem(t, a, ticket, r, func() error { r.Taken = 1; return nil }))
		want("redeemed", 1)
		beat(t, a, r)
		want("seated", 1)
		r.Taken = 0
		beat(t, a, r)
		want("left", 0)
	})
}

// A promise that nobody redeems is counted for a grace longer than its ticket is
// good, so that one that was redeemed in the last moment is not given away before
// its owner has said so.
func TestSeatIsCountedForAGrace(t *testing.T) {
	s := memoryStore()
	a := s.node(t, "a", func(c *Config) { c.Lease = time.Hour / 2 })
	r := claim(t, a, "r", func(r *Room) { r.Seats = 1 })
	beat(t, a, r)
	ticket := reserve(t, a, "r", "ann").Ticket
	s.pass(t, a.cfg.Reservation-1)
	must(t, redeem(t, a, ticket, r))
	s.pass(t, a.grace())
	if _, err := a.Reserve(t.Context(), "r", Player{Name: "bo"}); !errors.Is(err, ErrRoomFull) {
		t.Fatalf("within the grace: %v", err)
	}
	s.pass(t, 2*time.Millisecond)
	reserve(t, a, "r", "bo")
	beat(t, a, r)
	if o := a.mine["r"]; len(o.settled)+len(o.spent) != 0 {
		t.Fatalf("still remembered: %v, %v", o.settled, o.spent)
	}
}

// More settled seats than one step takes are settled by the next.
func TestManySeatsSettle(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r", func(r *Room) { r.Seats = 2 * settledMost })
		for i := range settledMost + 1 {
			a.mine["r"].settle(fmt.Sprint("x", i), a.dir.now().Add(time.Minute))
		}
		beat(t, a, r)
		if n := len(a.mine["r"].settled); n != 1 {
			t.Fatalf("%d left after one beat", n)
		}
		beat(t, a, r)
		if n := len(a.mine["r"].settled); n != 0 {
			t.Fatalf("%d left after two", n)
		}
	})
}
