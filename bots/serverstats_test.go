package bots

import (
	"math"
	"testing"
)

// said is what a process says that has run for seconds, each of which took 0.1 s
// of CPU and 30 ticks.
func said(started int64, seconds float64) *serverStats {
	return &serverStats{
		Started: started, CPUSeconds: seconds / 10, RSSKB: 1000, Ticks: uint64(30 * seconds), TicksLost: uint64(seconds),
		Late: countsOf(make([]float64, int(30*seconds))...), Tick: countsOf(make([]float64, int(30*seconds))...),
	}
}

// TestRestartsAreAddedUp: a restarted server's counters begin at nothing, and
// what it did before counts.
func TestRestartsAreAddedUp(t *testing.T) {
	for _, row := range []struct {
		name     string
		said     []*serverStats
		seconds  float64 // that the sums are of
		restarts int
	}{
		{"none", []*serverStats{said(1, 50), said(1, 60), said(1, 62), said(1, 70)}, 10, 0},
		{"one", []*serverStats{said(1, 50), said(1, 60), said(1, 64), said(2, 3), said(2, 5)}, 9, 1},
		{"two", []*serverStats{said(1, 50), said(1, 60), said(2, 3), said(3, 2)}, 5, 2},
		{"while joining", []*serverStats{said(1, 50), said(2, 10), said(2, 20)}, 10, 1},
		{"of one that does not say when it began", []*serverStats{said(0, 50), said(0, 60), said(0, 7)}, 7, 1},
	} {
		l := windowOf(row.said...)
		r := l.report(2, false)
		duration := l.to.Sub(l.from).Seconds()
		if r.Restarts != row.restarts || r.Ticks != uint64(30*row.seconds) || r.TicksLost != uint64(row.seconds) || l.tick.Total() != r.Ticks {
			t.Errorf("%s: %+v, %d ticks took a time", row.name, r, l.tick.Total())
		}
		if want := 100 * row.seconds / duration / 2; math.Abs(r.CPUPerPlayer-want) > 0.001 {
			t.Errorf("%s: CPU %v, want %v", row.name, r.CPUPerPlayer, want)
		}
		if (r.RSSPerPlayer == nil) != (row.restarts > 0) {
			t.Errorf("%s: memory %v", row.name, r.RSSPerPlayer)
		}
	}
}

// TestSeveralServersAtOneURL: what processes say in turn cannot be added up.
func TestSeveralServersAtOneURL(t *testing.T) {
	if r := windowOf(said(2, 50), said(1, 60), said(2, 51)).report(2, false); r != nil {
		t.Errorf("%+v", r)
	}
}
