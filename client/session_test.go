package client

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// joined is a session that has had its first frame, at time 0.
func joined(t testing.TB, r *fakeRoom) *Session {
	t.Helper()
	s := &Session{}
	join(t, r, s)
	return s
}

func join(t testing.TB, r *fakeRoom, s *Session) {
	t.Helper()
	s.Connected(5 * time.Millisecond)
	r.step()
	check(t, s.Receive(r.welcome(false), epoch))
}

// next steps the room and has the session receive.
func next(t testing.TB, r *fakeRoom, s *Session, now time.Time, h netproto.Header, notices ...*pb.Notice) {
	t.Helper()
	r.step()
	check(t, s.Receive(r.frame(nil, h, notices...), now))
}

// read takes apart what a session sends.
func read(t testing.TB, b []byte) netproto.ClientFrame {
	t.Helper()
	var f netproto.ClientFrame
	check(t, netproto.ReadClientFrame(b, &f))
	return f
}

func TestSessionAfterTheWelcome(t *testing.T) {
	r := newFakeRoom(t, 3)
	s := joined(t, r)
	if s.Seat() != 1 || s.Period() != time.Second/30 || s.Resume() != "token-1" || !s.Synced() || s.RTT() != 5*time.Millisecond {
		t.Errorf("seat %d, period %v, token %q, synced %v, rtt %v", s.Seat(), s.Period(), s.Resume(), s.Synced(), s.RTT())
	}
	if s.Roster(1).GetName() != "Ada" || s.Roster(2) != nil {
		t.Errorf("roster: %v, %v", s.Roster(1), s.Roster(2))
	}
	next(t, r, s, epoch, netproto.Header{Slack: 2, Dropped: 3})
	ships := 0
	place, _ := netproto.Find(s.Welcome().GetSchema(), "ship", "seat")
	for l := range s.Mirror().Lists(place.Table) {
		ships += len(l.IDs())
	}
	if ships != 3 || s.Slack() != 2 || s.Dropped() != 3 || s.Tick() != 2 || s.Counts.Snapshots != 2 {
		t.Errorf("%d ships, slack %d, dropped %d, tick %d, %+v", ships, s.Slack(), s.Dropped(), s.Tick(), s.Counts)
	}
}

func TestSessionRefuses(t *testing.T) {
	r := newFakeRoom(t, 1)
	r.step()
	noHz, err := netproto.AppendWelcome(nil, &pb.Welcome{Schema: &pb.Schema{}})
	check(t, err)
	noSchema, err := netproto.AppendWelcome(nil, &pb.Welcome{TickHz: 30})
	check(t, err)
	for name, msg := range map[string][]byte{
		"no protobuf":             {0xff},
		"a frame before welcome":  r.frame(nil, netproto.Header{}),
		"a welcome without Hz":    noHz,
		"a welcome without table": noSchema,
	} {
		var s Session
		s.Connected(0)
		var end *netproto.CloseError
		if err := s.Receive(msg, epoch); !errors.As(err, &end) || end.Code != netproto.CloseProtocol {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := joined(t, r)
	s.Connected(0)
	if err := s.Receive(r.frame(nil, netproto.Header{}), epoch); err == nil {
		t.Error("a second connection without a welcome was accepted")
	}
}

// TestSessionAsksForKeyframesOnce loses a snapshot and lets the answer take long.
func TestSessionAsksForKeyframesOnce(t *testing.T) {
	for _, blind := range []bool{false, true} {
		askForKeyframes(t, &Session{Blind: blind})
	}
}

func askForKeyframes(t *testing.T, s *Session) {
	r := newFakeRoom(t, 2)
	join(t, r, s)
	if (s.Mirror() == nil) != s.Blind || !s.Synced() {
		t.Errorf("blind %v: mirror %v, synced %v", s.Blind, s.Mirror(), s.Synced())
	}
	now := epoch
	asked := 0
	rest := func() {
		if b := s.AppendRest(nil, now); len(b) > 0 && read(t, b).Resync {
			asked++
		}
	}
	rest()
	r.step()
	r.frame(nil, netproto.Header{}) // lost
	for range 20 {
		now = now.Add(33 * time.Millisecond)
		next(t, r, s, now, netproto.Header{})
		rest()
	}
	if asked != 1 || s.Counts.Resyncs != 1 || s.Synced() {
		t.Errorf("asked %d times for %d gaps, synced %v", asked, s.Counts.Resyncs, s.Synced())
	}
	now = now.Add(resyncEvery)
	rest()
	if asked != 2 {
		t.Errorf("without an answer asked %d times", asked)
	}
	r.viewer.Reset()
	next(t, r, s, now, netproto.Header{})
	now = now.Add(time.Minute)
	rest()
	if asked != 2 || !s.Synced() {
		t.Errorf("after the keyframes: asked %d times, synced %v", asked, s.Synced())
	}
}

// TestSessionNotices: each once, in order, acknowledged, also over a resume.
func TestSessionNotices(t *testing.T) {
	r := newFakeRoom(t, 1)
	s := joined(t, r)
	var heard []string
	s.Hooks.Notice = func(n *pb.Notice) { heard = append(heard, n.GetChat().GetText()) }
	s.AppendRest(nil, epoch) // the first ping
	next(t, r, s, epoch, netproto.Header{}, chat(1, "one"), chat(2, "two"))
	if f := read(t, s.AppendRest(nil, epoch)); f.NoticeAck != 2 {
		t.Errorf("acknowledged %d", f.NoticeAck)
	}
	if b := s.AppendRest(nil, epoch); len(b) != 0 {
		t.Errorf("acknowledged twice: % x", b)
	}
	s.Connected(0)
	check(t, s.Receive(r.welcome(true), epoch))
	next(t, r, s, epoch, netproto.Header{}, chat(2, "two"), chat(5, "five"))
	if want := []string{"one", "two", "five"}; !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
	s.Connected(0)
	check(t, s.Receive(r.welcome(false), epoch))
	next(t, r, s, epoch, netproto.Header{}, chat(1, "new seat"))
	if heard[len(heard)-1] != "new seat" {
		t.Error("on a new seat the numbers did not begin again")
	}
}

func TestSessionRoster(t *testing.T) {
	r := newFakeRoom(t, 1)
	s := joined(t, r)
	next(t, r, s, epoch, netproto.Header{}, roster(1, 2, "Bob", pb.Presence_PRESENCE_ACTIVE))
	if s.Roster(2).GetName() != "Bob" {
		t.Error("Bob is not there")
	}
	next(t, r, s, epoch, netproto.Header{}, roster(2, 2, "Bob", pb.Presence_PRESENCE_AWAY))
	if s.Roster(2).GetPresence() != pb.Presence_PRESENCE_AWAY {
		t.Error("Bob is not away")
	}
	next(t, r, s, epoch, netproto.Header{}, roster(3, 2, "", pb.Presence_PRESENCE_FREE))
	if s.Roster(2) != nil {
		t.Error("Bob is still there")
	}
}

func TestSessionPings(t *testing.T) {
	r := newFakeRoom(t, 1)
	s := &Session{}
	s.Connected(0)
	r.step()
	check(t, s.Receive(r.welcome(false), epoch))
	first := read(t, s.AppendRest(nil, epoch)).Ping
	if first == 0 || len(s.AppendRest(nil, epoch.Add(pingEvery-1))) != 0 {
		t.Fatalf("first ping is %d, and another came too early", first)
	}
	next(t, r, s, epoch.Add(40*time.Millisecond), netproto.Header{Pong: first})
	if s.RTT() != 40*time.Millisecond {
		t.Errorf("round trip %v", s.RTT())
	}
	second := read(t, s.AppendRest(nil, epoch.Add(pingEvery))).Ping
	next(t, r, s, epoch.Add(pingEvery+time.Millisecond), netproto.Header{Pong: first})
	next(t, r, s, epoch.Add(pingEvery+90*time.Millisecond), netproto.Header{Pong: second})
	if second == first || s.RTT() != 40*time.Millisecond {
		t.Errorf("after a slower second round trip: %v", s.RTT())
	}
	next(t, r, s, epoch.Add(pingEvery+91*time.Millisecond), netproto.Header{Pong: 77})
	if s.RTT() != 40*time.Millisecond {
		t.Errorf("a pong of nobody's ping made the round trip %v", s.RTT())
	}
}

// TestSessionAcks: an input counts when a snapshot's last used input is it or a
// later one.
func TestSessionAcks(t *testing.T) {
	r := newFakeRoom(t, 1)
	s := joined(t, r)
	var acked []time.Duration
	s.Hooks.Ack = func(d time.Duration) { acked = append(acked, d/time.Millisecond) }
	at := func(ms int) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }
	s.acks.base = epoch
	for tick, ms := range map[sim.Tick]int{2: 0, 3: 33, 4: 66, 6: 132} { // none for 5
		s.AppendInput(nil, tick, []int32{1}, at(ms))
	}
	next(t, r, s, at(70), netproto.Header{InputAge: 2})  // tick 2, none used yet
	next(t, r, s, at(80), netproto.Header{InputAge: 1})  // tick 3, used 2
	next(t, r, s, at(90), netproto.Header{InputAge: 0})  // tick 4, used 4: 3 was late
	next(t, r, s, at(99), netproto.Header{InputAge: 1})  // tick 5, used 4
	next(t, r, s, at(150), netproto.Header{InputAge: 0}) // tick 6, used 6
	next(t, r, s, at(160), netproto.Header{InputAge: 4}) // tick 7, used 3? That was counted.
	next(t, r, s, at(170), netproto.Header{InputAge: 2}) // tick 8, used 6
	if want := []time.Duration{80, 57, 24, 18}; !slices.Equal(acked, want) {
		t.Errorf("acks after %v ms, want %v", acked, want)
	}
}

func TestSessionSends(t *testing.T) {
	r := newFakeRoom(t, 1)
	s := joined(t, r)
	next(t, r, s, epoch, netproto.Header{})
	f := read(t, s.AppendInput(nil, 5, []int32{7, -7, 3}, epoch))
	in := f.Inputs[0]
	if in.Tick != 5 || in.Count != 3 || in.Values[1] != -7 || in.Seen != 3*16 {
		t.Errorf("sent %+v", in)
	}
	for _, c := range []struct {
		text string
		ok   bool
	}{{"", false}, {"\xff", false}, {string(make([]byte, netproto.MaxChat+1)), false}, {"hello", true}, {"again", false}} {
		if got := s.Say(c.text); got != c.ok {
			t.Errorf("saying %.10q: %v", c.text, got)
		}
	}
	if f := read(t, s.AppendRest(nil, epoch)); f.Chat != "hello" || f.Leave {
		t.Errorf("sent %+v", f)
	}
	s.Leave()
	if f := read(t, s.AppendRest(nil, epoch)); f.Chat != "" || !f.Leave {
		t.Errorf("sent %+v", f)
	}
	if tick, ok := (&Session{}).Due(epoch, 0); ok {
		t.Errorf("before the welcome an input was due for tick %d", tick)
	}
}

// TestSessionAllocatesNothing in steady state: receiving, and sending inputs.
func TestSessionAllocatesNothing(t *testing.T) {
	r := newFakeRoom(t, 20)
	s := joined(t, r)
	s.Hooks.Ack = func(time.Duration) {}
	var frames [][]byte
	for range 600 {
		r.step()
		frames = append(frames, r.frame(nil, netproto.Header{}))
	}
	now, b, values := epoch, make([]byte, 0, 256), []int32{1, 2, 3, 4}
	i := 0
	one := func() {
		now = now.Add(33 * time.Millisecond)
		check(t, s.Receive(frames[i], now))
		if tick, ok := s.Due(now, 0); ok {
			b = s.AppendInput(b[:0], tick, values, now)
		}
		i++
	}
	for range 100 {
		one()
	}
	if n := testing.AllocsPerRun(400, one); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// TestSessionCountsMoves: with the time without a frame, however many attempts it took;
// neither a lost connection nor a new seat elsewhere is one, and where the room went is
// of no use once it is there.
func TestSessionCountsMoves(t *testing.T) {
	r := newFakeRoom(t, 3)
	s := joined(t, r)
	var took []time.Duration
	s.Hooks.Moved = func(d time.Duration) { took = append(took, d) }
	at := func(ms int) time.Time { return epoch.Add(time.Duration(ms) * time.Millisecond) }
	comeBack := func(ms int, resumed bool) {
		t.Helper()
		s.Connected(time.Millisecond)
		s.Connected(time.Millisecond) // the first attempt gave no frame
		r.step()
		check(t, s.Receive(r.welcome(resumed), at(ms)))
	}
	comeBack(100, true)
	if s.Counts.Moves != 0 {
		t.Error("a lost connection is no move")
	}
	for i, ms := range []int{200, 300} {
		next(t, r, s, at(ms), netproto.Header{}, &pb.Notice{Number: uint32(i + 1), Body: &pb.Notice_Moved{Moved: &pb.Moved{Url: "ws://there/rooms/r"}}})
		if s.Moved() != "ws://there/rooms/r" {
			t.Errorf("moved to %q", s.Moved())
		}
		comeBack(ms+38+i, i == 0)
		if s.Moved() != "" {
			t.Error("it is there by now")
		}
	}
	if len(took) != 1 || took[0] != 38*time.Millisecond || s.Counts.Moves != 1 || s.Counts.LongestMove != took[0] {
		t.Errorf("%v, %+v", took, s.Counts)
	}
}
