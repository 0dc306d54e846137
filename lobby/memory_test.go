package lobby

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// openMemory opens a lobby without Redis, inside a bubble of fake time.
func openMemory(t *testing.T, cfg Config) *Lobby {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	l, err := Open(t.Context(), cfg)
	must(t, err)
	return l
}

// wait lets fake time pass.
func wait(d time.Duration) { <-time.After(d) }

func TestMemoryKeepsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := openMemory(t, Config{})
		defer l.Close(context.Background())
		r := claim(t, l, "r", func(r *Room) { r.Seats = 1 })
		ticket := reserve(t, l, "r", "ann").Ticket
		wait(l.cfg.Lease - time.Second)
		beat(t, l, r)
		if _, err := l.Reserve(t.Context(), "r", Player{Name: "bo"}); !errors.Is(err, ErrRoomFull) {
			t.Fatalf("before the reservation ends: %v", err)
		}
		wait(5 * time.Second)
		beat(t, l, r)
		wait(5 * time.Second)
		beat(t, l, r)
		if _, err := l.Verify(t.Context(), ticket, "r", r.Epoch); !errors.Is(err, ErrTicketExpired) {
			t.Fatalf("ticket: %v", err)
		}
		wait(l.grace())
		reserve(t, l, "r", "bo")
		wait(l.cfg.Lease)
		if _, err := l.Reserve(t.Context(), "r", Player{Name: "cy"}); !errors.Is(err, ErrRoomNotFound) {
			t.Fatalf("after its lease: %v", err)
		}
	})
}

// A machine whose wall clock is set back does not stretch leases.
func TestMemoryIgnoresTheWallClock(t *testing.T) {
	began := time.Now()
	d := newMemory(func() time.Time { return began })
	before := d.now()
	d.clock = func() time.Time { return began.Add(time.Second) }
	if passed := d.now().Sub(before); passed != time.Second {
		t.Fatalf("%v passed", passed)
	}
	if d.now() != d.now().Round(0) {
		t.Fatal("its time has a monotonic part, which leaves no process")
	}
}

func TestMemoriesAreApart(t *testing.T) {
	a, b := openMemory(t, Config{}), openMemory(t, Config{})
	defer a.Close(context.Background())
	defer b.Close(context.Background())
	claim(t, a, "r")
	if got := listed(t, b); len(got) != 0 {
		t.Fatalf("listed %v", got)
	}
}
