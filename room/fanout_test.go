package room

import (
	"fmt"
	"hash/fnv"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// chequered is a wanderer that also chats, stalls and leaves, by its number
// and the tick alone, and remembers all that it was sent but the Welcome.
type chequered struct {
	*wanderer
	number int
	sum    []uint64 // a hash of each frame
	ended  bool
}

func (c *chequered) Poll(handle func(msg []byte) error) error {
	now := int(c.room.next)
	if c.ended || c.number%50 == 7 && now == 20+c.number%50 {
		c.ended = true
		return &netproto.CloseError{Code: netproto.CloseLost}
	}
	if c.number%9 == 0 && now%(40+c.number) == 0 {
		if err := handle(netproto.AppendClientFrame(nil, &netproto.ClientFrame{Chat: fmt.Sprint("line of ", c.number)})); err != nil {
			return err
		}
	}
	return c.wanderer.Poll(handle)
}

func (c *chequered) Flush() bool { return c.number%11 != 3 || int(c.room.next)/20%3 != 1 }

func (c *chequered) Write(msg []byte) error {
	if c.written++; c.written > 1 {
		h := fnv.New64a()
		_, _ = h.Write(msg)
		c.sum = append(c.sum, h.Sum64())
	}
	return nil
}

func (c *chequered) Close(netproto.CloseCode, string) { c.ended = true }

// TestWorkersChangeNothing plays the same match with one worker and with
// several: every seat gets the same frames, bit for bit.
func TestWorkersChangeNothing(t *testing.T) {
	play := func(workers int) (*rig, []*chequered) {
		r := newRig(t, ffa(4*seatsPerWorker), func(o *Options) {
			o.Config.Workers, o.Config.SlowAfter, o.Seed = workers, 1e9, 5
			o.Mode.SnapshotEvery = 2
		})
		all := make([]*chequered, 4*seatsPerWorker)
		for i := range all {
			all[i] = &chequered{wanderer: newWanderer(r.Room, uint64(i)), number: i}
			r.knock(Guest{Name: fmt.Sprint("bot ", i)}).Enter(all[i])
		}
		r.ticks(120)
		r.finish()
		return r, all
	}
	one, alone := play(1)
	for _, workers := range []int{2, 4} {
		many, crew := play(workers)
		if one.world.Hash() != many.world.Hash() {
			t.Errorf("%d workers: another world", workers)
		}
		if a, b := one.stats.SnapshotBytes.Load(), many.stats.SnapshotBytes.Load(); a != b || a == 0 {
			t.Errorf("%d workers: %d bytes instead of %d", workers, b, a)
		}
		for i := range alone {
			if a, b := fmt.Sprint(alone[i].sum), fmt.Sprint(crew[i].sum); a != b {
				t.Fatalf("%d workers: seat %d was sent something else (%d and %d frames)", workers, i+1, len(alone[i].sum), len(crew[i].sum))
			}
		}
	}
}

// TestWorkersPanicEndsTheRoom has a game fail in a View that a worker asked for.
func TestWorkersPanicEndsTheRoom(t *testing.T) {
	mode := ffa(4 * seatsPerWorker)
	made := mode.New
	mode.New = func(w *sim.World) sim.Rules { return blind{made(w)} }
	r := newRig(t, mode, func(o *Options) { o.Config.Workers = 4 })
	for i := range 4 * seatsPerWorker {
		r.knock(Guest{}).Enter(newWanderer(r.Room, uint64(i)))
	}
	r.ticks(1)
	why := r.closing.Load()
	if why == nil || why.Code != netproto.CloseGameFault || r.fault == nil || !strings.Contains(r.fault.Error(), "too dark") {
		t.Errorf("closed with %v, fault %v", why, r.fault)
	}
	r.end()
}

// blind is a game that fails when a far seat looks.
type blind struct{ sim.Rules }

func (blind) View(seat sim.Seat, _ *sim.View) {
	if seat == 4*seatsPerWorker {
		panic("too dark")
	}
}
