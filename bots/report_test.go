package bots

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/internal/hist"
)

var update = flag.Bool("update", false, "write the golden files")

// countsOf is a histogram of durations in milliseconds.
func countsOf(ms ...float64) hist.Counts {
	var h hist.Hist
	for _, d := range ms {
		h.Add(time.Duration(d * float64(time.Millisecond)))
	}
	return h.Counts()
}

// measured is a swarm at the end of a window of 10 s: three players of whom two
// came in, one of them late.
func measured() *swarm {
	s := &swarm{
		config: Default(), behaviour: "wander", from: epoch, playing: 2, failed: 1, closes: map[string]int{"lost": 1}, reconnects: 1,
		refusals: map[string]int{"429 too many": 3},
	}
	s.config.Players, s.config.RoomSize, s.config.Mode = 3, 2, "ffa"
	was := client.Counts{Snapshots: 1000, Bytes: 70_000, Inputs: 900, Commands: 40, Resyncs: 5}
	steady := client.Counts{Snapshots: 1300, Bytes: 85_000, Inputs: 1200, Commands: 47, Resyncs: 5}
	s.bots = []*bot{
		{window: tally{from: was, visible: 200, sampled: 100, playedSince: true}},
		{window: tally{visible: 50, sampled: 25}},
		{},
	}
	s.bots[0].Counts = steady
	s.bots[1].Counts = client.Counts{Snapshots: 100, Bytes: 5000, Inputs: 80, Commands: 2, Resyncs: 1}
	for ms := range 100 {
		s.ack.Add(time.Duration(ms+1) * time.Millisecond)
		s.gap.Add(33 * time.Millisecond)
	}
	return s
}

// windowOf is a window of 10 s that began with the second of what a server said.
func windowOf(said ...*serverStats) *ledger {
	var l ledger
	for i, stats := range said {
		l.add(stats, epoch.Add(time.Duration(i-1)*10*time.Second))
		if i == 1 {
			l.open()
		}
	}
	return &l
}

func TestReportArithmetic(t *testing.T) {
	before := &serverStats{RSSKB: 1000}
	first := &serverStats{CPUSeconds: 5, RSSKB: 4000, Ticks: 100, TicksLost: 3, Late: countsOf(9, 9, 9), Tick: countsOf(9)}
	last := &serverStats{CPUSeconds: 5.5, RSSKB: 5000, Ticks: 400, TicksLost: 5, Late: countsOf(9, 9, 9, 1, 1), Tick: countsOf(9, 2)}
	s := measured()
	s.moved(time.Second) // before the window
	s.measuring = true
	s.moved(12 * time.Millisecond)
	s.moved(38 * time.Millisecond)
	r := s.report(epoch.Add(10*time.Second), windowOf(before, first, last).report(s.players(), false))
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"snapshots", float64(r.Snapshots), 300 + 100},
		{"inputs", float64(r.Inputs), 300 + 80},
		{"commands", float64(r.Commands), 7 + 2},
		{"resyncs", float64(r.Resyncs), 1},
		{"seconds", r.Seconds, 10},
		{"end", r.EndUnix, 1010},
		{"Hz", r.SnapshotHzMean, 400.0 / 10 / 2},
		{"least Hz", r.SnapshotHzMin, 30},
		{"bytes a snapshot", r.BytesPerSnap, 50},
		{"bytes a player and second", r.BytesPerPlayerS, 20_000.0 / 10 / 2},
		{"visible", r.VisibleEntities, 2},
		{"bits an entity", r.BitsPerEntity, 8 * 50.0 / 2},
		{"CPU", r.Server.CPUPerPlayer, 500.0 / 10 / 2},
		{"memory", *r.Server.RSSPerPlayer, 4000.0 / 2},
		{"ticks", float64(r.Server.Ticks), 300},
		{"ticks lost", float64(r.Server.TicksLost), 2},
		{"moves", float64(r.Moves.Count), 2},
	} {
		if math.Abs(c.got-c.want) > 0.001 {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	for _, c := range []struct{ got, want float64 }{
		{r.Ack.P50, 50}, {r.Ack.P99, 99}, {r.Ack.Max, 100}, {r.Gap.P50, 33}, {r.Server.TickLate.P99, 1}, {r.Server.Tick.Max, 2}, {r.Moves.Max, 38},
	} {
		if math.Abs(c.got-c.want) > c.want/16 {
			t.Errorf("a quantile is %v, want about %v", c.got, c.want)
		}
	}
}

// TestReportJSON: the names are what scripts read.
func TestReportJSON(t *testing.T) {
	stats := &serverStats{CPUSeconds: 1, RSSKB: 4096, Ticks: 10, Late: countsOf(1), Tick: countsOf(1)}
	r := measured().report(epoch.Add(10*time.Second), windowOf(&serverStats{}, &serverStats{}, stats).report(2, false))
	none := &swarm{config: Config{Players: 1}, from: epoch, failed: 1, closes: map[string]int{}, refusals: map[string]int{}}
	silent := none.report(epoch.Add(time.Second), nil)
	text, err := json.MarshalIndent([]*Report{r, silent}, "", "  ")
	check(t, err)
	const golden = "testdata/report.golden"
	if *update {
		check(t, os.WriteFile(golden, text, 0o644))
	}
	want, err := os.ReadFile(golden)
	check(t, err)
	if string(text) != string(want) {
		t.Errorf("the report is now (go test ./bots -update writes it):\n%s", text)
	}
}
