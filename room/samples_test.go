package room

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// play runs a room for a while of its clock. each is called before every tick.
func (r *rig) play(d time.Duration, each func(tick int)) {
	r.t.Helper()
	n, ends := 0, r.clock.now.Add(d)
	r.clock.delay = func() time.Duration {
		if !r.clock.now.Before(ends) {
			r.Close(netproto.CloseRoomEnded, "")
			return 0
		}
		if each != nil {
			each(n)
		}
		n++
		return 0
	}
	if err := r.Run(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

func TestHistoryCountsEachSecond(t *testing.T) {
	r := walking(t, func(o *Options) { o.Keep = true })
	p, q := r.join("anna"), r.join("bert")
	r.play(3*time.Second+time.Millisecond, func(tick int) {
		p.input(2, 1, 0)
		q.send(netproto.ClientFrame{})
		if tick < walkHz {
			q.input(-3, 1, 0) // late, in the first second only
			p.input(2, 1, 0)  // double
		}
		q.conn.stuck = tick > walkHz+10 && tick < walkHz+15
	})
	got := r.Samples(nil, 0)
	if len(got) < 2 || len(got) > 3 {
		t.Fatalf("%d samples of 3 s: %+v", len(got), got)
	}
	first, second := got[0], got[1]
	if first.Late < walkHz-1 || first.Double < walkHz-1 || second.Late > 0 || second.Double > 0 || second.OnTime < walkHz-1 || second.OnTime > walkHz+1 {
		t.Errorf("inputs: %+v", got)
	}
	if first.Backlogged != 0 || second.Backlogged != 1 || first.Seats != 2 || first.Bytes == 0 || first.Snapshots < 2*walkHz-2 {
		t.Errorf("sending: %+v", got)
	}
	if second.SlackMin != -3 || second.SlackP50 != -3 || second.SlackMax != 2 || second.At != first.At+1 {
		t.Errorf("slack: %+v", got)
	}
	if later := r.Samples(nil, first.At); !slices.Equal(later, got[1:]) || r.Last() != got[len(got)-1] {
		t.Errorf("after the first: %+v", later)
	}
}

func TestHistoryForgets(t *testing.T) {
	r := walking(t, func(o *Options) { o.Keep = true })
	if r.Last() != (Sample{}) || r.Samples(nil, 0) != nil {
		t.Error("a room that never ran remembers")
	}
	r.play((sampleSeconds+50)*time.Second, nil)
	got := r.Samples(nil, 0)
	if len(got) != sampleSeconds {
		t.Fatalf("%d samples", len(got))
	}
	for i := 1; i < len(got); i++ {
		if got[i].At != got[i-1].At+1 {
			t.Fatalf("sample %d ends %d s after the one before", i, got[i].At-got[i-1].At)
		}
	}
}

// TestHistoryOfAStall has the process stand still for ten seconds.
func TestHistoryOfAStall(t *testing.T) {
	r := walking(t, func(o *Options) { o.Keep = true })
	r.play(20*time.Second, func(tick int) {
		if tick == 2*walkHz {
			r.clock.now = r.clock.now.Add(10 * time.Second)
		}
	})
	lost, late := uint32(0), uint32(0)
	got := r.Samples(nil, 0)
	for i, s := range got {
		lost, late = lost+s.TicksLost, max(late, s.LateMax)
		if i > 0 && s.At <= got[i-1].At {
			t.Errorf("seconds %d and %d", got[i-1].At, s.At)
		}
	}
	if uint64(lost) != r.stats.TicksLost.Load() || lost == 0 || late < 9_000_000 || len(got) > 11 {
		t.Errorf("%d ticks lost of %d, at most %d µs late, %d samples", lost, r.stats.TicksLost.Load(), late, len(got))
	}
}

func TestSpread(t *testing.T) {
	for _, row := range []struct {
		all            []uint32
		p50, p99, most uint32
	}{
		{nil, 0, 0, 0},
		{[]uint32{7}, 7, 7, 7},
		{[]uint32{9, 1, 5}, 5, 8, 9},
		{append(slices.Repeat([]uint32{10}, 99), 1010), 10, 20, 1010},
	} {
		if p50, p99, most := spread(row.all); p50 != row.p50 || p99 != row.p99 || most != row.most {
			t.Errorf("%v: %d, %d, %d", row.all, p50, p99, most)
		}
	}
}

func TestSlacks(t *testing.T) {
	r := walking(t)
	r.ticks(300)
	if least, p50, most := slacks(r.taken); least|p50|most != 0 {
		t.Errorf("of nobody: %d, %d, %d", least, p50, most)
	}
	for i, lead := range []int{-200, 1, 3, 200} {
		p := r.join(string(rune('a' + i)))
		p.input(lead, 1, 0)
		r.tick()
	}
	r.join("silent")
	least, p50, most := slacks(r.taken)
	if least != math.MinInt8 || p50 != 1 || most != int8(netproto.MaxLead(walkHz)+1) {
		t.Errorf("%d, %d, %d", least, p50, most)
	}
}

// BenchmarkHistory is what remembering costs a room of 50 per tick.
func BenchmarkHistory(b *testing.B) {
	r := walking(b, func(o *Options) { o.Mode.Seats = 50 })
	for range 50 {
		r.join("x").input(1, 1, 0)
	}
	now, dt := time.Now(), time.Second/walkHz
	counted := tally{snapshots: 50, bytes: 2000}
	b.ReportAllocs()
	for b.Loop() {
		r.samples.count(&counted)
		r.samples.addTickTimes(r.taken, now, dt/100, dt/50, 0)
		now = now.Add(dt)
	}
}
