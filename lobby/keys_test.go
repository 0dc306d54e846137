package lobby

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever was done, every key runs out by itself, but for the one that is
// documented to stay.
func TestEveryKeyRunsOut(t *testing.T) {
	each(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		r := claim(t, a, "r")
		secret := claim(t, a, "secret", func(r *Room) { r.Private = true })
		gone := claim(t, a, "gone")
		must(t, a.Remove(t.Context(), "gone", gone.Epoch))
		_, _, err := a.Redeem(t.Context(), reserve(t, a, "r", "ann").Ticket, "r", r.Epoch)
		must(t, err)
		beat(t, a, r, secret)
		kinds := map[string]bool{}
		for _, key := range s.all(t) {
			rest := strings.TrimPrefix(key, a.keys.prefix)
			kinds[strings.SplitAfter(rest, ":")[0]] = true
			ttl, err := s.raw.PTTL(t.Context(), key).Result()
			must(t, err)
			if key == a.keys.secret {
				if ttl > 0 {
					t.Errorf("%s runs out in %v", key, ttl)
				}
			} else if ttl <= 0 || ttl > fence {
				t.Errorf("%s runs out in %v", key, ttl)
			}
		}
		for _, kind := range []string{"secret", "nodes", "node:", "rooms", "public", "public:", "room:", "code:", "held:", "spent:"} {
			if !kinds[kind] {
				t.Errorf("no key of kind %s: has the test been kept up?", kind)
			}
			delete(kinds, kind)
		}
		if len(kinds) > 0 {
			t.Errorf("keys that keys.go does not name: %v", kinds)
		}
	})
}

// An hour without a beat empties the store; only where the clock can be moved.
func TestAbandonedStoreEmptiesItself(t *testing.T) {
	s := miniStore(t)
	a := s.node(t, "a")
	r := claim(t, a, "r", func(r *Room) { r.Private = true })
	beat(t, a, r, claim(t, a, "public"))
	s.pass(t, fence+time.Minute)
	if left := s.all(t); !slices.Equal(left, []string{a.keys.secret}) {
		t.Fatalf("left: %v", left)
	}
}
