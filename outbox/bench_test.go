package outbox

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/metronome-server/metronome/sim"
)

// takesAll takes entries and forgets them.
type takesAll struct{}

func (takesAll) Deliver(context.Context, *Entry) error { return nil }

// BenchmarkPut is what a room's tick pays for an entry that is made already: alone,
// and with the goroutine that it wakes, on another core.
func BenchmarkPut(b *testing.B) {
	b.Run("alone", func(b *testing.B) {
		o := newOutbox(Config{Targets: to(takesAll{})}.withDefaults())
		e := effect("a", 0)
		b.ReportAllocs()
		for b.Loop() {
			if o.Put(e); len(o.in.waiting) == keptIntake {
				o.in.waiting = o.in.waiting[:0]
				o.held.Store(0)
				o.heldBytes.Store(0)
			}
		}
		if o.in.full > 0 {
			b.Fatal("it is full")
		}
		o.cancel()
	})
	b.Run("waking", func(b *testing.B) {
		o := open(b, Config{})
		e := effect("a", 0)
		b.ReportAllocs()
		for b.Loop() {
			o.Put(e)
		}
		b.StopTimer()
		shut(b, o)
	})
}

// BenchmarkPutFull is what it pays when the outbox is full.
func BenchmarkPutFull(b *testing.B) {
	o := open(b, Config{Targets: to(&receiver{fail: down}), MaxEntries: 1})
	e := effect("a", 0)
	b.ReportAllocs()
	for b.Loop() {
		o.Put(e)
	}
	b.StopTimer()
	shut(b, o)
}

// BenchmarkMake is what a room's tick pays for making an entry.
func BenchmarkMake(b *testing.B) {
	columns := []sim.Column{{Name: "kills", Kind: sim.KindUint16}, {Name: "deaths", Kind: sim.KindUint16}, {Name: "score", Kind: sim.KindInt32}}
	values := []int64{12, 3, 900}
	b.Run("effect", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			NewEffect(origin, 0, "give-item", 3, "u12", columns, values)
		}
	})
	for _, seats := range []int{8, 1000} {
		lines := make([]Line, seats)
		for i := range lines {
			lines[i] = Line{sim.OutcomeLine{Seat: sim.Seat(i + 1), User: uint64(i) << 40, Place: uint16(i), Values: values}, "user", "player"}
		}
		b.Run(fmt.Sprint("outcome-", seats), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewOutcome(origin, 0, "time is up", true, columns, lines)
			}
		})
	}
}

// BenchmarkRecover is what a start pays for entries that wait.
func BenchmarkRecover(b *testing.B) {
	files := newMemFolder()
	o := openIn(b, files, Config{Targets: to(&receiver{fail: down})})
	for n := range 50_000 {
		o.Put(effect(fmt.Sprint("room", n%100), n))
	}
	_ = o.Close(context.Background())
	b.ReportAllocs()
	for b.Loop() {
		again := newOutbox(Config{Targets: to(takesAll{}), Log: (&recorder{}).logger()}.withDefaults())
		must(b, again.readFolder(files))
		if again.held.Load() != 50_000 {
			b.Fatal(again.held.Load())
		}
		again.cancel()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/50_000, "ns/entry")
}

// BenchmarkThroughput is how long an entry takes from Put to a receiver that
// answers at once, many at a time.
func BenchmarkThroughput(b *testing.B) {
	for name, dir := range map[string]string{"memory": "", "disk": b.TempDir()} {
		b.Run(name, func(b *testing.B) {
			r := &counter{want: b.N, done: make(chan struct{})}
			o := open(b, Config{Dir: dir, Targets: to(r), MaxEntries: 1 << 30, MaxBytes: 1 << 40})
			entries := make([]Entry, 100)
			for i := range entries {
				entries[i] = effect(fmt.Sprint("room", i), 0)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for n := range b.N {
				o.Put(entries[n%len(entries)])
			}
			<-r.done
			b.StopTimer()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			_ = o.Close(ctx)
		})
	}
}

// counter counts entries up to a number.
type counter struct {
	receiver
	n, want int
	done    chan struct{}
}

func (c *counter) Deliver(context.Context, *Entry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n++; c.n == c.want {
		close(c.done)
	}
	return nil
}
