package room

import (
	"bytes"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// play runs a room of three for n seconds, all walking; third is whether the
// third one's connection is clear at a tick. It returns what the first two
// were sent after their Welcome.
func play(t *testing.T, seconds int, clear func(tick int) bool, each func(tick int, third *peer)) (*rig, [][]byte) {
	r := walking(t)
	peers := []*peer{r.join("a"), r.join("b"), r.join("c")}
	r.ticks(3)
	var frames [][]byte
	for _, p := range peers {
		p.read()
	}
	for i := range seconds * walkHz {
		for n, p := range peers {
			p.input(1, (i*(n+3))%17-8, i%2)
		}
		peers[2].conn.stuck = !clear(i)
		r.tick()
		for _, p := range peers[:2] {
			frames = append(frames, p.conn.out...)
			p.read()
			p.inStep()
		}
		each(i, peers[2])
	}
	return r, frames
}

// TestBacklog has a client not read for 10 s: the others' frames are the same,
// byte by byte, as if it had; it is written nothing meanwhile, and is in step
// with one frame when it reads again.
func TestBacklog(t *testing.T) {
	always := func(int) bool { return true }
	_, want := play(t, 20, always, func(_ int, p *peer) { p.read(); p.inStep() })
	from, to := 2*walkHz, 12*walkHz
	r, got := play(t, 20, func(tick int) bool { return tick < from || tick >= to }, func(tick int, p *peer) {
		switch {
		case tick >= from && tick < to:
			if len(p.conn.out) > 0 {
				t.Fatalf("tick %d: %d frames were written", tick, len(p.conn.out))
			}
			return
		case tick == to:
			if len(p.conn.out) != 1 {
				t.Fatalf("%d frames to catch up", len(p.conn.out))
			}
		}
		p.read()
		p.inStep()
		if tick == to && p.frame.Skipped != uint32(to-from) && !p.frame.Key {
			t.Errorf("%d skipped, keyframes: %v", p.frame.Skipped, p.frame.Key)
		}
	})
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i := range got {
		if !bytes.Equal(got[i], want[i]) {
			t.Fatalf("frame %d differs", i)
		}
	}
	if n := r.stats.SnapshotsSkipped.Load(); n != uint64(to-from) {
		t.Errorf("%d skipped", n)
	}
	if r.Info().Backlogged != 0 {
		t.Errorf("%d backlogged", r.Info().Backlogged)
	}
}

// TestShortBacklog misses some ticks, of every number up to a few seconds.
func TestShortBacklog(t *testing.T) {
	for missed := range 80 {
		play(t, 4, func(tick int) bool { return tick < 10 || tick >= 10+missed }, func(tick int, p *peer) {
			if tick < 10 || tick >= 10+missed {
				p.read()
				p.inStep()
			}
		})
	}
}

func TestSlowConnectionIsClosed(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	p.conn.stuck = true
	for range 15 * walkHz {
		p.ack()
		r.tick()
	}
	if p.conn.ended != nil || r.Info().Backlogged != 1 {
		t.Fatalf("closed early: %v; %+v", p.conn.ended, r.Info())
	}
	p.ack()
	r.ticks(2)
	if p.conn.code() != netproto.CloseSlow || r.seats[1].state != SeatAway || r.Info().Backlogged != 0 {
		t.Errorf("%v, %v, %+v", p.conn.ended, r.seats[1].state, r.Info())
	}
	again := r.resume(p.token)
	again.inStep()
}

// TestRefusedSnapshot has the first frames not fit: nothing of them counts as
// sent, and what follows is complete.
func TestRefusedSnapshot(t *testing.T) {
	r := walking(t)
	p := newPeer(r)
	p.conn.most = 10
	r.knock(Guest{Name: "anna"}).Enter(p.conn)
	p.send(netproto.ClientFrame{Ping: 9})
	must(t, r.Announce("before"))
	r.tick()
	must(t, r.Announce("hello"))
	r.ticks(3)
	p.conn.most = 0
	r.tick()
	p.read()
	p.inStep()
	if got := p.lines(); len(got) != 1 || got[0] != "hello" || p.frame.Pong != 9 || p.token == "" {
		t.Errorf("lines %q, pong %d", got, p.frame.Pong)
	}
	for range 3 { // and in the middle
		r.tick()
		p.read()
		p.conn.most = 1
		r.ticks(2)
		p.conn.most = 0
		r.tick()
		p.read()
		p.inStep()
	}
	if n := r.logs.count("snapshot refused"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

func TestSnapshotThatNeverFits(t *testing.T) {
	r := walking(t)
	p := newPeer(r)
	p.conn.most = 1
	r.knock(Guest{}).Enter(p.conn)
	for range 15*walkHz + 3 {
		p.ack()
		r.tick()
	}
	if p.conn.code() != netproto.CloseSlow {
		t.Errorf("%v", p.conn.ended)
	}
	if len(r.door.tokens) > 1 {
		t.Errorf("%d tokens", len(r.door.tokens))
	}
}

// TestSnapshotEvery sends every third tick, seats spread, and the first at once.
func TestSnapshotEvery(t *testing.T) {
	r := walking(t, func(o *Options) { o.Mode.SnapshotEvery = 3 })
	var peers []*peer
	for range 6 {
		peers = append(peers, r.join("p"))
	}
	for _, p := range peers {
		p.conn.out = nil
		r.seats[p.seat].resync = true
	}
	r.ticks(16) // all have had keyframes
	for _, p := range peers {
		p.conn.out = nil
	}
	for range 30 {
		r.tick()
		n := 0
		for _, p := range peers {
			if len(p.conn.out) > 0 {
				n++
				if err := netproto.ReadServerFrame(p.conn.out[0], &p.frame); err != nil || p.frame.Skipped != 2 || p.frame.Key {
					t.Errorf("skipped %d, %v", p.frame.Skipped, err)
				}
				p.conn.out = nil
			}
		}
		if n != 2 {
			t.Errorf("tick %d: %d snapshots", r.world.Tick(), n)
		}
	}
}

// TestNobodyIsAlwaysLast counts who is written first.
func TestNobodyIsAlwaysLast(t *testing.T) {
	r := walking(t)
	var order []int
	for i := range 4 {
		r.join("p").conn.flushed = func() { order = append(order, i) }
	}
	firsts := map[int]int{}
	for range 100 {
		order = order[:0]
		r.tick()
		firsts[order[0]]++
	}
	for i := range 4 {
		if firsts[i] != 25 {
			t.Errorf("player %d was first %d times of 100", i, firsts[i])
		}
	}
}
