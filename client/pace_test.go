package client

import (
	"testing"
	"time"
)

// TestPaceNeverJumps corrects in both directions and checks every period.
func TestPaceNeverJumps(t *testing.T) {
	const period = 20 * time.Millisecond
	for _, c := range []struct{ pending, shortest, longest time.Duration }{
		{0, period, period},
		{period / 4, period * 95 / 100, period},
		{2 * period, period * 95 / 100, period},
		{-period / 4, period, period * 102 / 100},
		{-2 * period, period, period * 102 / 100},
	} {
		var p pace
		start := time.Unix(0, 0)
		p.start(start, period)
		p.pending = c.pending
		settled := c.pending == 0
		const beats = 150
		for range beats {
			before := p.due
			skipped, done := p.next(before)
			if gap := p.due.Sub(before); skipped != 0 || gap < c.shortest || gap > c.longest {
				t.Fatalf("pending %v: a period of %v, %d skipped", c.pending, gap, skipped)
			}
			if done && settled {
				t.Errorf("pending %v: settled twice", c.pending)
			}
			settled = settled || done
		}
		if got := start.Add(beats * period).Sub(p.due); !settled || got != c.pending {
			t.Errorf("pending %v: earlier by %v, settled %v", c.pending, got, settled)
		}
	}
}

func TestPaceSkipsWhatWasMissed(t *testing.T) {
	const period = 20 * time.Millisecond
	for _, c := range []struct {
		late    time.Duration
		skipped int
	}{{0, 0}, {period, 0}, {2 * period, 0}, {2*period + 1, 1}, {10*period + 1, 9}} {
		var p pace
		start := time.Unix(0, 0)
		p.start(start, period)
		skipped, _ := p.next(start.Add(c.late))
		if want := start.Add(time.Duration(1+c.skipped) * period); skipped != c.skipped || !p.due.Equal(want) {
			t.Errorf("%v late: %d skipped, next at %v", c.late, skipped, p.due.Sub(start))
		}
	}
}
