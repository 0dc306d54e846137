package netproto

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestChunkLogKeepsTheLastTicks writes a chunk at every tick, at every third,
// and after long pauses, and looks all of them up.
func TestChunkLogKeepsTheLastTicks(t *testing.T) {
	for _, every := range []int{1, 3, history - 1, history, 3 * history} {
		var l chunkLog
		for now := sim.Tick(1); now < 8*history; now++ {
			c := l.begin(now)
			if int(now)%every == 0 {
				c.rows = append(c.rows, byte(now))
				l.keep()
			}
			for age := range history {
				at := now.Add(-age)
				want := at > 0 && int(at)%every == 0
				got := l.at(at)
				if want != !got.empty() || want && got.rows[0] != byte(at) {
					t.Fatalf("every %d, tick %d: the chunk of %d is %v", every, now, at, got.rows)
				}
			}
		}
		if most := (history-1)/every + 1; len(l.ring) > 2*most+1 {
			t.Errorf("every %d: room for %d chunks", every, len(l.ring))
		}
	}
}
