package alarm

import (
	"testing"
	"time"
)

// alarms are both kinds.
func alarms() map[string]Alarm { return map[string]Alarm{"system": New(), "portable": NewPortable()} }

func TestWaitIsNeverShort(t *testing.T) {
	for name, a := range alarms() {
		for _, d := range []time.Duration{-time.Second, 0, time.Microsecond, 300 * time.Microsecond, 3 * time.Millisecond} {
			began := time.Now()
			a.Set(d)
			if err := a.Wait(); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < d {
				t.Errorf("%s: waited %v, set to %v", name, took, d)
			}
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestSetWhileSomebodyWaits sets an alarm to an earlier moment than the one that
// is waited for, then closes it.
func TestSetWhileSomebodyWaits(t *testing.T) {
	for name, a := range alarms() {
		a.Set(time.Hour)
		waited := make(chan error)
		go func() { waited <- a.Wait() }()
		a.Set(time.Millisecond)
		if err := <-waited; err != nil {
			t.Errorf("%s: %v", name, err)
		}
		go func() { waited <- a.Wait() }()
		if err := a.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := <-waited; err == nil {
			t.Errorf("%s: it waited for a closed alarm", name)
		}
	}
}

// BenchmarkLate prints how late a wait of 2 ms ends, of both kinds.
func BenchmarkLate(b *testing.B) {
	for name, a := range alarms() {
		b.Run(name, func(b *testing.B) {
			late := time.Duration(0)
			for b.Loop() {
				began := time.Now()
				a.Set(2 * time.Millisecond)
				_ = a.Wait()
				late += time.Since(began) - 2*time.Millisecond
			}
			b.ReportMetric(float64(late.Microseconds())/float64(b.N), "µs-late/op")
		})
		_ = a.Close()
	}
}
