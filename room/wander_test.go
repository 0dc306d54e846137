package room

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// wanderer is a connection whose player flies at full speed and turns to a
// random direction every 0.8 to 1.2 s, aiming where it flies (the reference
// workload W1). Each Poll delivers one input; what is written is counted.
type wanderer struct {
	room   *Room
	rand   *rand.Rand
	frame  netproto.ClientFrame
	msg    []byte
	turnAt sim.Tick

	written, bytes int
	last           []byte
}

func newWanderer(r *Room, seed uint64) *wanderer {
	return &wanderer{room: r, rand: rand.New(rand.NewPCG(seed, 1)), frame: netproto.ClientFrame{Inputs: make([]netproto.Input, 1)}}
}

func (w *wanderer) Attach(func())                    {}
func (w *wanderer) Flush() bool                      { return true }
func (w *wanderer) Close(netproto.CloseCode, string) {}

func (w *wanderer) Poll(handle func(msg []byte) error) error {
	// The input for the tick after the one that comes: a slack of 1.
	in := &w.frame.Inputs[0]
	in.Tick = w.room.next.Add(1)
	in.Seen = 40
	if in.Tick >= w.turnAt {
		hz := w.room.mode.Hz
		w.turnAt = in.Tick.Add(hz*4/5 + w.rand.IntN(hz*2/5+1))
		a := sim.Angle(w.rand.Uint32())
		v := sim.Toward(a, 127*256)
		in.Count = 4
		in.Values = [netproto.MaxInputValues]int32{int32((v.X + 128) >> 8), int32((v.Y + 128) >> 8), int32(a)}
	}
	w.msg = netproto.AppendClientFrame(w.msg[:0], &w.frame)
	return handle(w.msg)
}

func (w *wanderer) Write(msg []byte) error {
	w.written++
	w.bytes += len(msg)
	w.last = msg
	return nil
}

// ffa is the free-for-all with a number of seats.
func ffa(seats int) sim.Mode {
	c := arena.Default()
	c.Seats = seats
	return arena.Mode("ffa", "Free for all", c)
}

// openWorld is the big world with a number of seats.
func openWorld(seats int) sim.Mode {
	c, _ := arena.ConfigOf("open")
	c.Seats = seats
	return arena.Mode("open", "Open world", c)
}

// wandering is a room full of wanderers, some seconds into the match.
func wandering(t testing.TB, mode sim.Mode, change ...func(*Options)) (*rig, []*wanderer) {
	t.Helper()
	r := newRig(t, mode, change...)
	all := make([]*wanderer, mode.Seats)
	for i := range all {
		all[i] = newWanderer(r.Room, uint64(i))
		r.knock(Guest{Name: fmt.Sprint("bot ", i), Bot: true}).Enter(all[i])
	}
	// Notices are never acked here: the roster waits, and costs nothing more.
	r.ticks(5 * mode.Hz)
	for _, w := range all {
		w.written, w.bytes = 0, 0
	}
	return r, all
}

// hole is a journal that goes nowhere.
type hole struct{ stuckJournal }

func (*hole) Fault(journal.Fault) {}
func (*hole) Lost() error         { return nil }
func (*hole) Close() error        { return nil }

// TestSteadyTickAllocatesNothing is about a room of 50 in which all fly, one
// that sends every third tick, and one that is recorded.
func TestSteadyTickAllocatesNothing(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"plain":    func(*Options) {},
		"sparse":   func(o *Options) { o.Mode.SnapshotEvery = 3 },
		"recorded": func(o *Options) { o.Journal = &hole{} },
	} {
		r, all := wandering(t, ffa(50), change)
		if n := testing.AllocsPerRun(300, r.tick); n != 0 {
			t.Errorf("%s: %v allocations per tick", name, n)
		}
		if all[0].written < 100 || all[49].written < 100 || r.closing.Load() != nil {
			t.Errorf("%s: %d snapshots, %v", name, all[0].written, r.closing.Load())
		}
	}
}

func BenchmarkTick(b *testing.B) { benchTick(b, ffa, 50, 200, 1000) }

// BenchmarkOpen ticks one big room in which everybody sees about 50 others: all
// of a tick but the system calls.
func BenchmarkOpen(b *testing.B) { benchTick(b, openWorld, 1000, 5000) }

func benchTick(b *testing.B, mode func(seats int) sim.Mode, sizes ...int) {
	for _, players := range sizes {
		b.Run(fmt.Sprint(players), func(b *testing.B) {
			r, all := wandering(b, mode(players))
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				r.tick()
			}
			report(b, r.Room, players, all)
		})
	}
}

// BenchmarkRooms ticks 20 rooms of 50 in turn, so that each finds the caches
// cold, as on a node.
func BenchmarkRooms(b *testing.B) {
	const rooms, players = 20, 50
	var all []*wanderer
	var rs []*rig
	for range rooms {
		r, ws := wandering(b, ffa(players))
		rs, all = append(rs, r), append(all, ws...)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		for _, r := range rs {
			r.tick()
		}
	}
	report(b, rs[0].Room, rooms*players, all)
}

func report(b *testing.B, r *Room, players int, all []*wanderer) {
	b.StopTimer()
	if r.closing.Load() != nil {
		b.Fatalf("the room ended: %v", r.closing.Load())
	}
	written, bytes := 0, 0
	for _, w := range all {
		written += w.written
		bytes += w.bytes
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*players), "ns/player")
	b.ReportMetric(float64(bytes)/float64(written), "B/snapshot")
	b.ReportMetric(float64(time.Second)/float64(b.Elapsed().Nanoseconds())*float64(b.N*players)/float64(r.mode.Hz), "players/core")
}
