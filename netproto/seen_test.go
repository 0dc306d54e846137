package netproto

import (
	"math"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestBoundSeen(t *testing.T) {
	const now, hz = 1000, 30
	for _, row := range []struct {
		what           string
		tick           sim.Tick
		seen           int
		oldest, newest sim.Tick
		want           int
		moved          bool
	}{
		{"within", 1002, 16*5 + 3, 900, 998, 16*5 + 3, false},
		{"newer than what was sent", 1002, 16*4 - 1, 900, 998, 16 * 4, true},
		{"older than the connection", 1002, 16 * 13, 990, 998, 16 * 12, true},
		{"older than two seconds", 1000, 16 * 61, 100, 998, 16 * 60, true},
		{"says nothing", 1002, 0, 900, 998, 16 * 4, false},
		{"nothing was sent for long", 1000, 16, 100, 200, 16 * 60, true},
		{"an input of long ago", 5, 3, 900, 998, 0, true},
		{"an input of the far future", math.MaxUint32, 7, 900, 998, MaxSeen, true},
		{"before anything was sent", 1000, 16, 0, 0, 16 * 60, true},
	} {
		in := Input{Tick: row.tick, Seen: row.seen}
		if moved := in.BoundSeen(now, row.oldest, row.newest, hz); in.Seen != row.want || moved != row.moved {
			t.Errorf("%s: %d (moved %v), want %d (%v)", row.what, in.Seen, moved, row.want, row.moved)
		}
	}
}

// TestMaxLead: it is a second's worth at each rate, and never so short that an
// input that comes a tick early is of no use.
func TestMaxLead(t *testing.T) {
	for hz, want := range map[int]int{1: 3, 10: 12, 30: 32, 60: 62, 240: 242} {
		if got := MaxLead(hz); got != want {
			t.Errorf("%d Hz: %d ticks, want %d", hz, got, want)
		}
	}
}
