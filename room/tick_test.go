package room

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
)

// TestRoomEndsBeforeItsTicksDo plays up to the last tick that a room counts: it
// ends there with a code and a sentence, and everything before went on as ever.
func TestRoomEndsBeforeItsTicksDo(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	state := r.world.Append(nil)
	at := slices.Index(state, byte(r.world.Tick())) // of the tick in the state
	for ; at >= 0; at++ {
		late := binary.AppendUvarint(slices.Clone(state[:at]), uint64(lastTick-100))
		late = append(late, state[at+1:]...)
		if r.world.Restore(late) == nil && r.world.Tick() == lastTick-100 {
			break
		}
	}
	p.conn.lost = true
	r.tick()
	r.next = r.world.Tick().Add(1)
	r.encoder = netproto.NewEncoder(r.world)
	q := newPeer(r)
	r.knock(Guest{Name: "bert"}).Enter(q.conn)
	n := 0
	for ; r.closing.Load() == nil; n++ {
		if n > 1000 {
			t.Fatalf("tick %d of %d", r.next, uint32(lastTick))
		}
		q.input(1, 1, 0)
		r.tick()
		q.read()
		q.inStep()
	}
	r.end()
	if r.world.Tick() != lastTick || q.conn.code() != netproto.CloseRoomEnded || q.conn.ended.Reason == "" || r.fault != nil {
		t.Errorf("ended at tick %d after %d, %v, %v", r.world.Tick(), n, q.conn.ended, r.fault)
	}
}

// TestEveryRateIsFair has players who keep to the rules at every rate a room may
// have, from one tick a second: they are never closed and all their inputs count;
// and one who floods, who is closed after as many seconds everywhere.
func TestEveryRateIsFair(t *testing.T) {
	for _, hz := range []int{1, 2, 4, 10, 30, 60, 128, 240} {
		mode := walkMode(nil)
		mode.Hz = hz
		r := newRig(t, mode)
		p, flood := r.join("anna"), r.join("flood")
		closed := 0
		for n := range 60 * hz {
			p.input(1, 1, 0)
			if n%hz == 0 {
				p.send(netproto.ClientFrame{Ping: 7})
				p.ack()
			}
			if n%(3*hz) == 0 {
				p.say("hello")
			}
			for range 400/hz + 10 {
				flood.input(0, 1, 0)
			}
			r.tick()
			p.read()
			if flood.conn.ended != nil && closed == 0 {
				closed = n
			}
		}
		if x := r.row(p.seat, colX); p.conn.ended != nil || x < 60*hz-2 {
			t.Errorf("%d Hz: who keeps to the rules was closed with %v, and moved %d of %d", hz, p.conn.ended, x, 60*hz)
		}
		if seconds := float64(closed) / float64(hz); flood.conn.code() != netproto.CloseFlood || seconds < 1.9 || seconds > 7 {
			t.Errorf("%d Hz: who floods was closed with %v after %.1f s", hz, flood.conn.ended, seconds)
		}
	}
}

// TestPanicInReadIsNotATick has a connection panic: the journal gets no tick that
// never was, and says where it failed.
func TestPanicInReadIsNotATick(t *testing.T) {
	dir := t.TempDir()
	j, err := file.Create(dir, "fault")
	must(t, err)
	r := walking(t, func(o *Options) { o.Journal = j })
	p := r.join("anna")
	r.ticks(5)
	fault := r.next
	r.seats[p.seat].link.conn = panicConn{p.conn}
	r.tick()
	r.end()
	b, err := os.ReadFile(filepath.Join(dir, "fault.journal"))
	must(t, err)
	got, err := replay.Play(bytes.NewReader(b), modeNamed(walkMode(nil)), nil)
	var failed *replay.GameFault
	if !errors.As(err, &failed) || failed.Tick != fault || failed.Phase != "read" || got.Last != fault-1 {
		t.Errorf("%+v, %v", got, err)
	}
}

type panicConn struct{ *fakeConn }

func (panicConn) Poll(func([]byte) error) error { panic("a bug in a connection") }

// TestGameFaults has a game panic in each of its methods: its room closes with
// a code that says so, everybody is told, those at the door too, and the
// journal plays up to the fault.
func TestGameFaults(t *testing.T) {
	for _, where := range []string{"join", "leave", "step", "view"} {
		t.Run(where, func(t *testing.T) {
			armed := false
			quirk := func(at string, _ sim.Tick) {
				if armed && at == where {
					panic("a bug in " + where)
				}
			}
			dir := t.TempDir()
			j, err := file.Create(dir, "fault")
			must(t, err)
			r := newRig(t, walkMode(quirk), func(o *Options) { o.Journal = j })
			a, b := r.join("anna"), r.join("bert")
			for range 20 {
				a.input(0, 5, 1)
				r.tick()
			}
			waiting, second := newPeer(r), newPeer(r)
			armed = true
			r.knock(Guest{}).Enter(waiting.conn)
			r.knock(Guest{}).Enter(second.conn)
			b.send(netproto.ClientFrame{Leave: true})
			b.conn.lost = true
			a.input(0, 7, 0)
			fault := r.next
			r.tick()
			r.end()
			for name, c := range map[string]*fakeConn{"anna": a.conn, "waiting": waiting.conn, "second": second.conn} {
				if c.code() != netproto.CloseGameFault {
					t.Errorf("%s: %v", name, c.ended)
				}
			}
			if n := r.stats.Closes(netproto.CloseGameFault); n != 3 {
				t.Errorf("%d closes counted", n)
			}
			if r.fault == nil || !strings.Contains(r.fault.Error(), "a bug in "+where) || r.stats.Faults.Load() != 1 || r.logs.count("level=ERROR") != 1 {
				t.Errorf("fault %v, %d counted, log: %s", r.fault, r.stats.Faults.Load(), r.logs.text.String())
			}
			replayFault(t, filepath.Join(dir, "fault.journal"), where, fault)
		})
	}
}

func replayFault(t *testing.T, file, where string, fault sim.Tick) {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	only := func(m sim.Mode) func(string) (sim.Mode, bool) {
		return func(string) (sim.Mode, bool) { return m, true }
	}
	// The game fails at its first call of this kind now; where it was not called
	// before, that is the tick that failed.
	failsAt := func(at sim.Tick) sim.Mode {
		return walkMode(func(at2 string, tick sim.Tick) {
			if at2 == where && (tick == at || where != "step" && tick == at-1) {
				panic("a bug in " + where)
			}
		})
	}
	got, err := replay.Play(bytes.NewReader(b), only(failsAt(fault)), nil)
	var gf *replay.GameFault
	switch {
	case where == "view": // the fault came after the step, and the journal says so
		if !errors.As(err, &gf) || gf.Tick != fault || gf.Phase != "send" || got.Last != fault {
			t.Errorf("%+v, %v", got, err)
		}
	case !errors.As(err, &gf) || gf.Tick != fault || got.Last != fault-1:
		t.Errorf("replay: %+v, %v; the fault was at tick %d", got, err, fault)
	}
}

// TestOtherRoomsGoOn runs a room that fails on a node with others.
func TestOtherRoomsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := walkMode(func(at string, tick sim.Tick) {
			if at == "step" && tick == 100 {
				var rows []int
				_ = rows[tick]
			}
		})
		bad.Name = "bad"
		g := registry(t, nil, walkMode(nil), bad)
		good := g.create(t, Wish{Keep: true})
		<-g.create(t, Wish{Mode: "bad", Keep: true}).Ended()
		synctest.Wait()
		before := good.Info().Tick
		<-time.After(10 * time.Second)
		synctest.Wait()
		if got := good.Info().Tick.Since(before); got != 10*walkHz || len(g.List()) != 1 {
			t.Errorf("%d ticks in 10 s, %d rooms", got, len(g.List()))
		}
		if s := g.config.Stats; s.Faults.Load() != 1 || s.TicksLost.Load() != 0 {
			t.Errorf("%d faults, %d ticks lost", s.Faults.Load(), s.TicksLost.Load())
		}
		g.shut(t)
	})
}

// TestEmptyRoomAsksBeforeItEnds has a promise keep an empty room, and somebody who
// sits down take the question back.
func TestEmptyRoomAsksBeforeItEnds(t *testing.T) {
	asked, may := 0, false
	r := walking(t, func(o *Options) {
		o.Config.EmptyAfter = time.Second
		o.MayEnd = func() bool { asked++; return may }
	})
	r.ticks(walkHz)
	if asked != 0 {
		t.Fatalf("asked %d times before its time", asked)
	}
	r.ticks(10)
	if asked != 10 || r.closing.Load() != nil {
		t.Fatalf("asked %d times in ten ticks, closing: %v", asked, r.closing.Load())
	}
	p := r.join("anna")
	r.ticks(10)
	if asked > 11 {
		t.Fatalf("asked %d times with somebody in it", asked)
	}
	p.conn.lost = true
	r.ticks(walkHz + 3)
	may = true
	for range 60 * walkHz {
		if r.tick(); r.closing.Load() != nil {
			return
		}
	}
	t.Fatal("it did not end when it might")
}

func TestEmptyRoomEnds(t *testing.T) {
	for name, row := range map[string]struct {
		change func(o *Options)
		after  int // ticks; 0: never
	}{
		"default": {func(*Options) {}, 60*walkHz + 1},
		"soon":    {func(o *Options) { o.Config.EmptyAfter = time.Second }, walkHz + 1},
		"never":   {func(o *Options) { o.Config.EmptyAfter = 0 }, 0},
		"kept":    {func(o *Options) { o.Keep = true }, 0},
	} {
		r := walking(t, row.change)
		p := r.join("anna")
		p.conn.lost = true
		r.ticks(30*walkHz + 3) // away is not empty
		if r.closing.Load() != nil || r.Info().Taken != 0 {
			t.Fatalf("%s: %v, %d taken", name, r.closing.Load(), r.Info().Taken)
		}
		ended := 0
		for i := range 200 * walkHz {
			if r.tick(); r.closing.Load() != nil {
				ended = i + 2 // the tick that freed the seat was the first
				break
			}
		}
		if ended != row.after {
			t.Errorf("%s: ended after %d ticks, want %d", name, ended, row.after)
		}
		if ended > 0 && r.closing.Load().Code != netproto.CloseRoomEnded {
			t.Errorf("%s: %v", name, r.closing.Load())
		}
	}
}

// TestEmptyRoomWaitsForGuests has somebody knock at the last moment.
func TestEmptyRoomWaitsForGuests(t *testing.T) {
	r := walking(t)
	r.ticks(60 * walkHz)
	pass := r.knock(Guest{})
	r.ticks(100)
	p := newPeer(r)
	pass.Enter(p.conn)
	r.ticks(100)
	p.read()
	if p.inStep(); r.closing.Load() != nil {
		t.Error("the room ended")
	}
}

func TestInfoCounts(t *testing.T) {
	r := walking(t, func(o *Options) { o.Code, o.Private, o.Metadata = "abcd", true, map[string]string{"map": "x"} })
	r.join("anna")
	away := r.join("away")
	stuck := r.join("stuck")
	r.knock(Guest{Bot: true}).Enter(newPeer(r).conn)
	r.knock(Guest{})
	away.conn.lost, stuck.conn.stuck = true, true
	r.tick()
	r.tick()
	i := r.Info()
	if i.Taken != 5 || i.Active != 3 || i.Away != 1 || i.Bots != 1 || i.Backlogged != 1 || i.Seats != 8 || i.Tick != r.world.Tick() ||
		i.Code != "abcd" || !i.Private || i.Metadata["map"] != "x" || i.State != Open || i.Hz != walkHz || i.ID != "test" || i.Mode != "walk" {
		t.Errorf("%+v", i)
	}
	i.Metadata["map"] = "y"
	if r.Info().Metadata["map"] != "x" {
		t.Error("metadata can be changed from outside")
	}
}
