package lobby

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"
)

// BenchmarkBite is what a beat of 1,000 rooms costs the process it shares with
// ticks: each bite, page of the stream and lease for itself. In every eighth beat
// all rooms have changed, so that p95 is a bite of nothing but changes.
func BenchmarkBite(b *testing.B) {
	l, err := openOn(b.Context(), Config{Log: slog.New(slog.DiscardHandler)}.withDefaults(), newMemory(time.Now), &latency{})
	if err != nil {
		b.Fatal(err)
	}
	source := mapped{}
	for i := range 1000 {
		r, err := l.Claim(b.Context(), Room{ID: fmt.Sprint("r", i), Mode: "duel", Seats: 2, TickHz: 60})
		if err != nil {
			b.Fatal(err)
		}
		source[r.ID] = r
	}
	var took []time.Duration
	measure := func(what func()) {
		began := time.Now()
		what()
		took = append(took, time.Since(began))
	}
	b.ResetTimer()
	for n := range b.N {
		for id, r := range source {
			if r.Taken = (r.Taken + n) % 3; n%8 == 0 {
				source[id] = r
			}
		}
		for range 1000/biteRooms + 1 {
			measure(func() { _, _, err = l.bite(b.Context(), source, biteRooms) })
			if err != nil {
				b.Fatal(err)
			}
			measure(func() { _, err = l.pull(b.Context()) })
			if err != nil {
				b.Fatal(err)
			}
		}
		measure(func() { err = l.renew(b.Context(), nil) })
		if err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-us")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-us")
	b.ReportMetric(float64(took[len(took)*95/100].Nanoseconds())/1000, "p95-us")
}

type mapped map[string]Room

func (m mapped) Draining() bool     { return false }
func (m mapped) Capacity() Capacity { return Capacity{} }
func (m mapped) EndBanned()         {}

func (m mapped) Room(id string) (Room, bool) { r, ok := m[id]; return r, ok }
