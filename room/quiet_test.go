package room

import (
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// TestQuietSeatIsLeftAlone has two players stand still: they hear from the
// room twice a second, at once when something happens, and are in step.
func TestQuietSeatIsLeftAlone(t *testing.T) {
	r := walking(t, func(o *Options) { o.Config.Quiet = time.Second / 2 })
	a, b := r.join("a"), r.join("b")
	read := func(p *peer, ticks int) (snapshots int) {
		for range ticks {
			before := r.stats.Snapshots.Load()
			r.tick()
			p.read()
			snapshots += int(r.stats.Snapshots.Load() - before)
		}
		return snapshots
	}
	read(a, 5)
	b.read()
	if n := read(a, 4*r.mode.Hz); n < 2*4*2-2 || n > 2*4*2+2 {
		t.Errorf("%d snapshots to two idle seats in 4 s, want about 16", n)
	}
	a.input(1, 1, 0)
	if n := read(a, 2); n < 2 || a.mirror.Tick() != r.world.Tick() {
		t.Errorf("after an input: %d snapshots, mirror at %d of %d", n, a.mirror.Tick(), r.world.Tick())
	}
	b.read()
	if b.mirror.Tick() != a.mirror.Tick() {
		t.Errorf("who watches is at tick %d, who moves at %d", b.mirror.Tick(), a.mirror.Tick())
	}
	read(a, r.mode.Hz)
	a.send(netproto.ClientFrame{Ping: 9})
	if read(a, 1); a.frame.Pong != 9 {
		t.Error("a ping waited")
	}
	a.send(netproto.ClientFrame{Chat: "hello"})
	r.ticks(2)
	if b.read(); b.mirror.Tick().Add(2) < r.world.Tick() {
		t.Errorf("chat waited: b is at %d of %d", b.mirror.Tick(), r.world.Tick())
	}
}
