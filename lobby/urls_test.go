package lobby

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestKnownURLs has a node go: its URL stays known for a day, so that its pages may
// play on elsewhere.
func TestKnownURLs(t *testing.T) {
	s := memoryStore()
	a, b := s.node(t, "a"), s.node(t, "b")
	known := func(want string) {
		t.Helper()
		must(t, a.renew(t.Context(), nil))
		must(t, a.refreshPeers(t.Context()))
		urls := a.KnownURLs()
		slices.Sort(urls)
		if got := strings.Join(urls, " "); got != want {
			t.Errorf("known: %q, want %q", got, want)
		}
	}
	must(t, b.renew(t.Context(), nil))
	known("ws://a.test:8080 ws://b.test:8080")
	b.Close(context.Background())
	s.pass(t, 24*time.Hour)
	known("ws://a.test:8080 ws://b.test:8080")
	if len(a.Peers()) != 1 {
		t.Errorf("nodes: %v", a.Peers())
	}
	s.pass(t, time.Second)
	known("ws://a.test:8080")
}
