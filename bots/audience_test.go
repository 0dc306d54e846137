package bots

import (
	"testing"
)

// TestWatchersAreCountedApart has spectators watch the rooms of a load test.
func TestWatchersAreCountedApart(t *testing.T) {
	n := startNode(t)
	c := short(n)
	c.Watchers = 8
	c.Measured = func(*Report) {
		if got := n.stats.Spectators.Load(); got != 8 {
			t.Errorf("the node counts %d spectators", got)
		}
		for _, info := range n.rooms.List() {
			if info.Active != 6 || info.Spectators != 4 {
				t.Errorf("room %s has %+v", info.ID, info)
			}
		}
	}
	r, err := Run(t.Context(), c, nil)
	check(t, err)
	if r.Players != 12 || r.Connected != 12 || r.Failed != 0 {
		t.Errorf("players: %+v", r)
	}
	w := r.Watchers
	if w == nil || w.Watchers != 8 || w.Connected != 8 || w.Failed != 0 || w.Snapshots == 0 || w.BytesPerSnap == 0 || w.Gap == nil || len(w.Closes)+len(w.Refusals) > 0 {
		t.Errorf("watchers: %+v", w)
	}
}
