package lobby

import (
	"strings"
	"testing"
)

// Whatever was done, every key runs out by itself.
func TestEveryKeyRunsOut(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *store) {
		a := s.node(t, "a")
		prefix := newKeys(s.prefix).prefix
		r := claim(t, a, "r")
		secret := claim(t, a, "secret", func(r *Room) { r.Private = true })
		gone := claim(t, a, "gone")
		must(t, a.Remove(t.Context(), "gone", gone.Epoch))
		must(t, redeem(t, a, reserve(t, a, "r", "ann").Ticket, r))
		beat(t, a, r, secret)
		reserve(t, a, "r", "bo")
		kinds := map[string]bool{}
		for _, key := range s.all(t) {
			kinds[strings.SplitAfter(strings.TrimPrefix(key, prefix), ":")[0]] = true
			ttl, err := s.raw.PTTL(t.Context(), key).Result()
			must(t, err)
			if ttl <= 0 || ttl > fence {
				t.Errorf("%s runs out in %v", key, ttl)
			}
		}
		for _, kind := range []string{"nodes", "node:", "owned:", "room:", "code:", "held:", "fence:", "rev", "changed", "gone", "floor"} {
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
