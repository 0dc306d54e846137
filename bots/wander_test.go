package bots

import (
	"math"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestWanderIsW1: everybody flies at full speed all the time and takes a new
// direction every 0.8 to 1.2 s; a wall only turns them round.
func TestWanderIsW1(t *testing.T) {
	tb := newTable(t, "ffa", 50, newWander, 7)
	const seconds = 20
	full := 300 * 256 / float64(tb.mode.Hz)
	var moved, ticks float64
	last := map[sim.Seat]sim.Vec{}
	turns := make([][]sim.Tick, len(tb.players))
	planned := make([]sim.Tick, len(tb.players))
	tb.play(seconds*tb.mode.Hz, func() {
		for i, p := range tb.players {
			w := p.Behaviour.(*wander)
			if w.turn != planned[i] {
				turns[i] = append(turns[i], p.view.Tick)
				planned[i] = w.turn
			}
			l, row, alive := w.self(&p.view)
			if !alive {
				continue
			}
			at := w.at(l, row)
			if before, ok := last[p.seat]; ok {
				moved += math.Hypot(float64(at.X-before.X), float64(at.Y-before.Y))
				ticks++
			}
			last[p.seat] = at
		}
	})
	// 9 of 10: turning round costs a ship two ticks a second, and walls some more.
	if share := moved / ticks / full; ticks < 0.9*50*seconds*30 || share < 0.9 || share > 1 {
		t.Errorf("ships flew for %.0f ticks at %.3f of full speed", ticks, share)
	}
	for i, at := range turns {
		for j := 1; j < len(at); j++ {
			if gap := at[j].Since(at[j-1]); gap < tb.mode.Hz*8/10 || gap > tb.mode.Hz*12/10 {
				t.Errorf("player %d turned after %d ticks", i, gap)
			}
		}
		if len(at) < seconds*8/10 {
			t.Errorf("player %d turned %d times in %d s", i, len(at), seconds)
		}
	}
}

func TestWanderRepeatsWithItsSeed(t *testing.T) {
	play := func(seed uint64) []int32 {
		tb := newTable(t, "ffa", 3, newWander, seed)
		var all []int32
		tb.play(100, func() {
			for _, p := range tb.players {
				all = append(all, p.in...)
			}
		})
		return all
	}
	if !slices.Equal(play(1), play(1)) {
		t.Error("the same seed played differently")
	}
	if slices.Equal(play(1), play(2)) {
		t.Error("another seed played the same")
	}
}
