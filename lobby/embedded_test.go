package lobby

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// openEmbedded opens a lobby without Redis, inside a bubble of fake time.
func openEmbedded(t *testing.T, cfg Config) *Lobby {
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

func TestEmbeddedStoreKeepsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := openEmbedded(t, Config{})
		defer l.Close(context.Background())
		r := claim(t, l, "r", func(r *Room) { r.Seats = 1 })
		ticket := reserve(t, l, "r", "ann").Ticket
		wait(l.cfg.Lease - time.Second)
		beat(t, l, r)
		if _, err := l.Reserve(t.Context(), "r", "bo"); !errors.Is(err, ErrRoomFull) {
			t.Fatalf("before the reservation ends: %v", err)
		}
		wait(5 * time.Second)
		beat(t, l, r)
		wait(5*time.Second + clockStep)
		if _, err := l.Verify(ticket, "r", r.Epoch); !errors.Is(err, ErrTicketExpired) {
			t.Fatalf("ticket: %v", err)
		}
		reserve(t, l, "r", "bo")
		wait(l.cfg.Lease)
		if got := listed(t, l); len(got) != 0 {
			t.Fatalf("listed %v after its lease", got)
		}
		wait(2 * fence)
		if n := l.client.DBSize(t.Context()).Val(); n != 1 {
			t.Fatalf("%d keys left, want the signing key", n)
		}
	})
}

// A machine whose wall clock is set back does not stretch leases.
func TestEmbeddedStoreIgnoresTheWallClock(t *testing.T) {
	clock := &fakeClock{t: time.Unix(1_800_000_000, 0)}
	e := newEmbedded(clock.now)
	c := e.client(time.Second)
	defer e.close()
	defer c.Close()
	must(t, c.Set(t.Context(), "k", "v", time.Second).Err())
	clock.add(-time.Hour)
	if n := c.Exists(t.Context(), "k").Val(); n != 1 {
		t.Fatal("ended early")
	}
	clock.add(time.Hour + time.Second + clockStep)
	if n := c.Exists(t.Context(), "k").Val(); n != 0 {
		t.Fatal("never ended")
	}
}

func TestEmbeddedStoresAreApart(t *testing.T) {
	a, b := openEmbedded(t, Config{}), openEmbedded(t, Config{})
	defer a.Close(context.Background())
	defer b.Close(context.Background())
	claim(t, a, "r")
	if got := listed(t, b); len(got) != 0 {
		t.Fatalf("listed %v", got)
	}
}
