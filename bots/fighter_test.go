package bots

import (
	"slices"
	"testing"
)

// TestFightersFight: a match of fighters is worth watching.
func TestFightersFight(t *testing.T) {
	for _, c := range []struct {
		mode                  string
		players, kills, taken int
	}{
		{"ffa", 12, 5, 5},
		{"teams", 12, 5, 5},
		{"duel", 2, 1, 0},
	} {
		t.Run(c.mode, func(t *testing.T) {
			tb := newTable(t, c.mode, c.players, newFighter, 3)
			tb.play(60*tb.mode.Hz, nil)
			t.Logf("%d kills, %d pickups in 60 s", tb.kills, tb.taken)
			if tb.kills < c.kills || tb.taken < c.taken {
				t.Errorf("%d kills, want %d; %d pickups, want %d", tb.kills, c.kills, tb.taken, c.taken)
			}
		})
	}
}

func TestFighterRepeatsWithItsSeed(t *testing.T) {
	play := func() []int32 {
		tb := newTable(t, "ffa", 4, newFighter, 9)
		var all []int32
		tb.play(300, func() {
			for _, p := range tb.players {
				all = append(all, p.in...)
			}
		})
		return all
	}
	if !slices.Equal(play(), play()) {
		t.Error("the same seed played differently")
	}
}
