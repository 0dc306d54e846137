package room

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
)

// wakingConn is a fakeConn of a room that rests, which may be given something at
// any time.
type wakingConn struct {
	fakeConn
	arrived func()
}

func (c *wakingConn) Attach(arrived func()) { c.arrived = arrived }

// TestARoomAtRestStepsWhenSomethingHappens runs an hour of a room of 0 Hz, with a
// client that pings, gives two commands and asks to be woken once.
func TestARoomAtRestStepsWhenSomethingHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var recording deskFile
		r := newRig(t, deskMode(0), func(o *Options) {
			o.Config.Quiet = Default().Quiet
			o.Clock, o.Journal, o.Params = bubbleClock(), file.NewSink(&recording), []sim.Param{{Name: "goal", Value: "77"}}
		})
		go r.Run(t.Context())
		p := newPeer(r)
		conn := &wakingConn{}
		p.conn = &conn.fakeConn
		pass, err := r.Knock(Guest{Name: "ann", Team: 2, Rating: -5, User: 99})
		if err != nil {
			t.Fatal(err)
		}
		pass.Enter(conn)
		synctest.Wait()
		p.read()
		// What the test has read is read before what the room writes next.
		touch := func() {
			conn.arrived()
			<-time.After(time.Second / sim.RestHz) // the tick that it may have to wait for
			synctest.Wait()
		}
		say := func(f netproto.ClientFrame) {
			p.send(f)
			touch()
			p.read()
		}
		steps := func() int { return int(r.world.Tables()[1].Value(0, 0)) }
		if p.welcome == nil || !p.welcome.GetRests() || p.welcome.GetTickHz() != sim.RestHz || steps() != 1 {
			t.Fatalf("welcome %v, %d steps", p.welcome, steps())
		}
		say(netproto.ClientFrame{}) // as every client does
		for range 5 {               // it is woken and has nothing to say
			<-time.After(100 * time.Millisecond)
			touch()
		}
		say(netproto.ClientFrame{Ping: 3})
		for range 120 {
			<-time.After(30 * time.Second)
			say(netproto.ClientFrame{Ping: 7})
			if p.frame.Pong != 7 || p.conn.ended != nil {
				t.Fatalf("pong %d, %v", p.frame.Pong, p.conn.ended)
			}
		}
		if steps() != 1 || r.world.Tick() < 3599*sim.RestHz {
			t.Errorf("%d steps after an hour, tick %d", steps(), r.world.Tick())
		}
		say(netproto.ClientFrame{Commands: []netproto.Command{order(1, 5), order(2, deskWake)}})
		p.inStep()
		if steps() != 2 || p.frame.Commanded != 2 {
			t.Errorf("%d steps after a command, acked %d", steps(), p.frame.Commanded)
		}
		touch()
		<-time.After(1300 * time.Millisecond)
		synctest.Wait()
		if steps() != 2 {
			t.Error("it stepped before it was to be woken")
		}
		touch()
		<-time.After(150 * time.Millisecond)
		synctest.Wait()
		if p.read(); steps() != 3 {
			t.Errorf("%d steps after its clock ran out", steps())
		}
		p.inStep()
		touch()
		<-time.After(2 * time.Minute)
		synctest.Wait()
		if p.conn.code() != netproto.CloseSilent {
			t.Errorf("silent for two minutes: %v", p.conn.ended)
		}
		final := r.world.Hash()
		r.Close(netproto.CloseRoomEnded, "enough")
		<-r.Ended()
		out, err := replay.Play(bytes.NewReader(recording.Bytes()), modeNamed(deskMode(0)), nil)
		if err != nil || out.Header.Params[0].Value != "77" || out.Ticks < 3 {
			t.Errorf("replay: %+v, %v (the room had %x)", out, err, final)
		}
	})
}

// dated is the desk game, whose rules remember when somebody joined or left.
type dated struct{ *desk }

func (g dated) Join(seat sim.Seat, _ sim.Entrant) { g.rows.Of(seat).Sum = uint32(g.w.Tick()) }
func (g dated) Leave(sim.Seat)                    { g.clock.Get().EndsAt = g.w.Tick() }

// TestAReplayJoinsARoomAtRestAtTheSameTick: whoever joins or leaves a room that
// rested and was woken meanwhile does so at the tick before their step, which is
// all that a replay knows.
func TestAReplayJoinsARoomAtRestAtTheSameTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var recording deskFile
		mode := deskMode(0)
		start := mode.New
		mode.New = func(w *sim.World) sim.Rules { return dated{start(w).(*desk)} }
		r := newRig(t, mode, func(o *Options) { o.Clock, o.Journal = bubbleClock(), file.NewSink(&recording) })
		go r.Run(t.Context())
		for range 3 {
			p := newPeer(r)
			conn := &wakingConn{}
			p.conn = &conn.fakeConn
			r.knock(Guest{}).Enter(conn)
			synctest.Wait()
			for range 3 { // it wakes the room and says nothing
				<-time.After(time.Second)
				conn.arrived()
				synctest.Wait()
			}
			<-time.After(4 * time.Second)
		}
		<-time.After(20 * time.Second) // nobody spoke: all are gone by now
		synctest.Wait()
		r.Close(netproto.CloseRoomEnded, "enough")
		<-r.Ended()
		if out, err := replay.Play(bytes.NewReader(recording.Bytes()), modeNamed(mode), nil); err != nil || out.Ticks < 4 {
			t.Errorf("replay: %+v, %v", out, err)
		}
	})
}

// TestWhoWakesARoomAtRestDoesNotMoveItsClock: a client that writes a hundred times
// as often as the room counts ticks gets no more of them, nor of its limits.
func TestWhoWakesARoomAtRestDoesNotMoveItsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, deskMode(0), func(o *Options) { o.Clock = bubbleClock() })
		go r.Run(t.Context())
		p := newPeer(r)
		conn := &wakingConn{}
		p.conn = &conn.fakeConn
		r.knock(Guest{}).Enter(conn)
		synctest.Wait()
		for range 1000 {
			conn.arrived()
			<-time.After(time.Millisecond)
			synctest.Wait()
		}
		if tick := r.Info().Tick; tick < sim.RestHz-1 || tick > sim.RestHz+2 {
			t.Errorf("tick %d after a second", tick)
		}
		r.Close(netproto.CloseRoomEnded, "")
		<-r.Ended()
	})
}

// TestARoomAtRestWakesForWhatOthersWant: kicks of the rules, orders of an operator
// and a drain are carried out although nobody writes any more.
func TestARoomAtRestWakesForWhatOthersWant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, deskMode(0), func(o *Options) { o.Clock = bubbleClock() })
		go r.Run(t.Context())
		var peers []*peer
		for range 3 {
			p := newPeer(r)
			conn := &wakingConn{}
			p.conn = &conn.fakeConn
			p.send(netproto.ClientFrame{Ping: 1})
			r.knock(Guest{}).Enter(conn)
			<-time.After(100 * time.Millisecond)
			synctest.Wait()
			conn.arrived()
			<-time.After(100 * time.Millisecond)
			peers = append(peers, p)
		}
		synctest.Wait()
		peers[0].send(netproto.ClientFrame{Commands: []netproto.Command{order(1, deskKick, 2)}})
		r.door.poke()
		<-time.After(time.Second)
		synctest.Wait()
		if peers[1].conn.code() != netproto.CloseKicked {
			t.Errorf("kicked by the rules: %v", peers[1].conn.ended)
		}
		must(t, r.Kick(3, "out"))
		must(t, r.Kick(1, "out"))
		<-time.After(time.Second)
		synctest.Wait()
		if peers[2].conn.code() != netproto.CloseKicked || peers[0].conn.code() != netproto.CloseKicked {
			t.Errorf("kicked by an operator: %v, %v", peers[2].conn.ended, peers[0].conn.ended)
		}
		r.Drain()
		<-r.Ended()
	})
}
