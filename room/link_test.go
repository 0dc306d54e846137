package room

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

func TestInputsMove(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	for i := range 100 {
		p.input(2, 8, i%2)
		r.tick()
		p.read()
		p.inStep()
		if i > 5 && (p.frame.Slack != 2 || p.frame.InputAge != 0 || p.frame.Dropped != 0) {
			t.Fatalf("tick %d: slack %d, age %d, dropped %d", i, p.frame.Slack, p.frame.InputAge, p.frame.Dropped)
		}
	}
	if x, shots := r.row(1, colX), r.row(1, colShots); x != 98*8 || shots != 49 {
		t.Errorf("walked %d, %d shots", x, shots)
	}
}

// TestFlood has one client send 60 inputs per tick, in different ways: it moves
// exactly as far as an honest one, until it is closed with a reason. Only long
// frames can be worse for their sender: those over the budget are not read.
func TestFlood(t *testing.T) {
	for name, flood := range map[string]func(p *peer){
		"the same tick": func(p *peer) {
			for range 60 {
				p.input(0, 8, 1)
			}
		},
		"all ticks ahead": func(p *peer) {
			for lead := range 60 {
				p.input(lead, 8, 1)
			}
		},
		"long frames": func(p *peer) {
			for from := -30; from < 30; from += 30 {
				f := netproto.ClientFrame{}
				for i := range 30 {
					f.Inputs = append(f.Inputs, input(p.room.next.Add(from+i), 8, 1))
				}
				p.send(f)
			}
		},
		"late": func(p *peer) {
			p.input(0, 8, 1)
			for age := range 59 {
				p.input(-age, 8, 1)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := walking(t)
			honest, rude := r.join("honest"), r.join("rude")
			n := 0
			for ; rude.conn.ended == nil; n++ {
				if n > 10*walkHz {
					t.Fatal("the flood is never ended")
				}
				honest.input(0, 8, 1)
				flood(rude)
				r.tick()
				if rude.conn.ended != nil {
					break
				}
				for column, what := range map[int]string{colX: "X", colShots: "shots", colMoved: "steps"} {
					if a, b := r.row(1, column), r.row(2, column); b > a || b < a && name != "long frames" {
						t.Fatalf("tick %d: %s of the honest client is %d, of the other %d", n, what, a, b)
					}
				}
				honest.read()
				honest.inStep()
			}
			if s := float64(n) / walkHz; rude.conn.code() != netproto.CloseFlood || rude.conn.ended.Reason == "" || s < 2 || s > 6 {
				t.Errorf("ended after %.1f s with %v", s, rude.conn.ended)
			}
			if r.row(1, colX) < 8*n || honest.conn.ended != nil || r.seats[2].state != SeatAway {
				t.Errorf("the honest client is at %d, %v", r.row(1, colX), honest.conn.ended)
			}
		})
	}
}

// TestFloodAgain comes back after a flood: the seat is remembered.
func TestFloodAgain(t *testing.T) {
	r := walking(t)
	p := r.join("rude")
	flood := func() (ticks int) {
		for ; p.conn.ended == nil && ticks < 10*walkHz; ticks++ {
			for range 60 {
				p.input(0, 8, 0)
			}
			r.tick()
		}
		p.read()
		return ticks
	}
	first := flood()
	p = r.resume(p.token)
	if again := flood(); first < 2*walkHz || again > 5 || p.conn.code() != netproto.CloseFlood {
		t.Errorf("closed after %d and after %d ticks with %v", first, again, p.conn.ended)
	}
	p = r.resume(p.token)
	for range 3 * walkHz {
		p.input(0, 8, 0)
		r.tick()
	}
	if p.conn.ended != nil || r.seats[1].budget.flooded != 0 {
		t.Errorf("one that behaves again: %v", p.conn.ended)
	}
}

// TestStallIsForgiven stops a client's line for a second: all it sent comes at
// once, nothing is dropped unread, and it is not closed, again and again.
func TestStallIsForgiven(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	var held [][]byte
	for i := range 60 * walkHz {
		p.input(2, 8, 0)
		if stalls := i/walkHz%4 == 3; stalls {
			held, p.conn.in = append(held, p.conn.in...), nil
		} else {
			p.conn.in, held = append(held, p.conn.in...), nil
		}
		r.tick()
		p.conn.out = nil
	}
	if r.stats.InputsDropped.Load() > 0 || p.conn.ended != nil || r.seats[1].budget.flooded > 0 {
		t.Errorf("%d dropped, %v", r.stats.InputsDropped.Load(), p.conn.ended)
	}
	if late := r.stats.InputsLate.Load(); late < 15*25 {
		t.Errorf("only %d inputs were late: the stalls did not happen", late)
	}
}

// TestFastClient runs 5 % fast for an hour.
func TestFastClient(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	for i := range 3600 * walkHz {
		p.input(1, 8, 0)
		if i%20 == 0 {
			p.input(1, 8, 0)
		}
		r.tick()
		p.conn.out = nil
	}
	if p.conn.ended != nil || r.stats.InputsDropped.Load() > 0 || r.row(1, colMoved) != 3600*walkHz-1 {
		t.Errorf("%v, %d dropped, %d steps", p.conn.ended, r.stats.InputsDropped.Load(), r.row(1, colMoved))
	}
	if n := r.stats.InputsDouble.Load(); n != 180*walkHz {
		t.Errorf("%d inputs counted as double", n)
	}
}

// TestBusyFirstTick has a new client send what it has on its mind at once.
func TestBusyFirstTick(t *testing.T) {
	r := walking(t)
	p := newPeer(r)
	for range walkHz {
		p.input(5, 1, 0)
	}
	r.knock(Guest{}).Enter(p.conn)
	r.ticks(2)
	if n := r.stats.InputsDropped.Load(); n != 0 {
		t.Errorf("%d dropped", n)
	}
}

func TestBadFrameFreesTheSeat(t *testing.T) {
	r := walking(t)
	p, other := r.join("anna"), r.join("bert")
	p.conn.in = append(p.conn.in, []byte{0xff, 0xff})
	r.tick()
	if p.conn.code() != netproto.CloseBadFrame || r.seats[1].state != SeatFree || r.stats.Closes(netproto.CloseBadFrame) != 1 {
		t.Errorf("%v, seat %v", p.conn.ended, r.seats[1].state)
	}
	other.read()
	other.inStep()
	if _, err := r.Knock(Guest{Resume: p.token}); err != ErrResumeStale {
		t.Errorf("the token still works: %v", err)
	}
}

func TestLeave(t *testing.T) {
	for name, end := range map[string]func(p *peer){
		"frame":            func(p *peer) { p.send(netproto.ClientFrame{Leave: true}) },
		"close frame":      func(p *peer) { p.conn.Close(netproto.CloseBye, "") },
		"frame, then lost": func(p *peer) { p.send(netproto.ClientFrame{Leave: true}); p.conn.lost = true },
	} {
		r := walking(t)
		p := r.join("anna")
		end(p)
		r.tick()
		if r.seats[1].state != SeatFree || len(r.world.Seats()) != 0 || r.Info().Taken != 0 || p.conn.ended == nil {
			t.Errorf("%s: seat %v, %d in the world, %v", name, r.seats[1].state, len(r.world.Seats()), p.conn.ended)
		}
	}
}

func TestPong(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	p.send(netproto.ClientFrame{Ping: 1})
	p.send(netproto.ClientFrame{Ping: 1 << 60})
	p.conn.stuck = true
	r.tick()
	p.conn.stuck = false
	r.tick()
	if p.read(); p.frame.Pong != 1<<60 {
		t.Errorf("pong %d", p.frame.Pong)
	}
	r.tick()
	if p.read(); p.frame.Pong != 0 {
		t.Errorf("pong again: %d", p.frame.Pong)
	}
}

// TestResync asks for keyframes all the time and gets them twice a second; one
// that asks once is never left waiting for longer than that.
func TestResync(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	keys, since := 0, 0
	for i := range 10 * walkHz {
		p.send(netproto.ClientFrame{Resync: true})
		r.tick()
		p.read()
		p.inStep()
		since++
		if p.frame.Key {
			keys++
			if since < walkHz/2 || since > walkHz/2+1 {
				t.Errorf("tick %d: keyframes after %d ticks", i, since)
			}
			since = 0
		}
	}
	if keys < 18 || keys > 20 {
		t.Errorf("%d snapshots of keyframes in 10 s", keys)
	}
	for range walkHz {
		r.tick()
		p.read()
	}
	p.mirror.Reset()
	p.send(netproto.ClientFrame{Resync: true})
	r.tick()
	p.read()
	p.inStep()
}

func TestSilentConnectionIsClosed(t *testing.T) {
	r := walking(t)
	silent, talks := r.join("silent"), r.join("talks")
	for range 10*walkHz - 1 {
		talks.ack()
		r.tick()
	}
	if silent.conn.ended != nil {
		t.Fatalf("closed early: %v", silent.conn.ended)
	}
	talks.ack()
	r.ticks(3)
	if silent.conn.code() != netproto.CloseSilent || r.seats[1].state != SeatAway || talks.conn.ended != nil {
		t.Errorf("silent: %v, talks: %v", silent.conn.ended, talks.conn.ended)
	}
}

func TestConnectAndSayNothing(t *testing.T) {
	r := walking(t)
	p := newPeer(r)
	p.conn.stuck = true // and never reads
	r.knock(Guest{}).Enter(p.conn)
	for range 50 * walkHz {
		r.tick()
	}
	if p.conn.code() != netproto.CloseSilent || r.Info().Taken != 0 || len(p.conn.out) > 0 {
		t.Errorf("%v, %d seats taken", p.conn.ended, r.Info().Taken)
	}
}

func TestHandlerFaultsAreNotTheRooms(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	p.conn.in = append(p.conn.in, []byte(strings.Repeat("\x08\x01", 600)))
	r.tick()
	if r.closing.Load() != nil {
		t.Errorf("the room closed: %v", r.closing.Load())
	}
}

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
		r.seats[p.seat].link.resync = true
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
