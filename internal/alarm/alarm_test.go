package alarm

import (
	"testing"
	"time"
)

func TestSleepIsNeverShort(t *testing.T) {
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, d := range []time.Duration{-time.Second, 0, time.Microsecond, 300 * time.Microsecond, 3 * time.Millisecond} {
		began := time.Now()
		if err := a.Sleep(d); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < d {
			t.Errorf("slept %v, asked for %v", took, d)
		}
	}
}

// BenchmarkLate prints how late a sleep of 2 ms ends, next to time.Sleep.
func BenchmarkLate(b *testing.B) {
	a, err := New()
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	for name, sleep := range map[string]func(time.Duration){
		"alarm":      func(d time.Duration) { _ = a.Sleep(d) },
		"time.Sleep": time.Sleep,
	} {
		b.Run(name, func(b *testing.B) {
			late := time.Duration(0)
			for b.Loop() {
				began := time.Now()
				sleep(2 * time.Millisecond)
				late += time.Since(began) - 2*time.Millisecond
			}
			b.ReportMetric(float64(late.Microseconds())/float64(b.N), "µs-late/op")
		})
	}
}
