package client

import (
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// TestRetryPauses: the range of the pause before each attempt.
func TestRetryPauses(t *testing.T) {
	const ms = time.Millisecond
	type span struct{ low, high time.Duration }
	for _, c := range []struct {
		comeback netproto.Comeback
		spans    []span
	}{
		{netproto.Resume, []span{{0, 250 * ms}, {250 * ms, 500 * ms}, {500 * ms, 1000 * ms}, {1000 * ms, 2000 * ms}, {2000 * ms, 4000 * ms}, {2000 * ms, 4000 * ms}}},
		{netproto.Rejoin, []span{{0, 1000 * ms}, {500 * ms, 1000 * ms}, {1000 * ms, 2000 * ms}, {2000 * ms, 4000 * ms}}},
		{netproto.RejoinLater, []span{{2000 * ms, 4000 * ms}, {2000 * ms, 4000 * ms}, {4000 * ms, 8000 * ms}}},
	} {
		var early, late Retry
		for i, s := range c.spans {
			low, ok1 := early.After(c.comeback, 0)
			high, ok2 := late.After(c.comeback, 1)
			if !ok1 || !ok2 || low != s.low || high != s.high {
				t.Errorf("%v, attempt %d: %v to %v, want %v to %v", c.comeback, i+1, low, high, s.low, s.high)
			}
		}
		early.Succeeded()
		if again, _ := early.After(c.comeback, 0); again != c.spans[0].low {
			t.Errorf("%v: after a success the pause is %v", c.comeback, again)
		}
	}
	var r Retry
	for range 100 {
		if pause, _ := r.After(netproto.RejoinLater, 0.999); pause > time.Minute {
			t.Fatalf("a pause of %v", pause)
		}
	}
	if _, ok := new(Retry).After(netproto.Never, 0.5); ok {
		t.Error("never is tried again")
	}
}
