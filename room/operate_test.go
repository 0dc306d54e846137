package room

import (
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

func TestAnnounce(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	must(t, r.Announce("in five\nminutes"))
	must(t, r.Announce(strings.Repeat("x", maxAnnouncement+1)))
	r.tick()
	p.read()
	if got := p.lines(); len(got) != 2 || got[0] != "in five minutes" || len(got[1]) != maxAnnouncement {
		t.Errorf("read %q", got)
	}
}

func TestKick(t *testing.T) {
	r := walking(t)
	p, other := r.join("anna"), r.join("bert")
	for _, seat := range []sim.Seat{0, 3, 8, 9, 65535} { // nobody
		must(t, r.Kick(seat, "out"))
	}
	must(t, r.Kick(1, "language"))
	must(t, r.Kick(1, "language"))
	r.tick()
	if p.conn.code() != netproto.CloseKicked || p.conn.ended.Reason != "language" || other.conn.ended != nil {
		t.Errorf("%v, %v", p.conn.ended, other.conn.ended)
	}
	if info := r.Info(); info.Taken != 1 || r.works(p.token) {
		t.Errorf("%+v, token works: %v", info, r.works(p.token))
	}
	other.read()
	other.inStep()
}

func TestLock(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	waiting := r.knock(Guest{}) // before the lock: a promise
	r.Lock()
	b := newPeer(r)
	waiting.Enter(b.conn)
	p = r.resume(p.token)
	if p.conn.ended != nil || b.conn.ended != nil || r.Info().Active != 2 {
		t.Errorf("%v, %v", p.conn.ended, b.conn.ended)
	}
	r.Unlock()
	r.join("carl")
}

// TestDrain ends a room when the last person has gone, whatever bots do.
func TestDrain(t *testing.T) {
	r := walking(t, func(o *Options) { o.Keep = true })
	p := r.join("anna")
	bot := newPeer(r)
	r.knock(Guest{Bot: true}).Enter(bot.conn)
	onTheWay := r.knock(Guest{})
	r.tick()
	r.Drain()
	r.ticks(5)
	p.conn.lost = true
	r.ticks(5) // away is not gone
	p = r.resume(p.token)
	p.send(netproto.ClientFrame{Leave: true})
	r.ticks(5)
	if r.closing.Load() != nil {
		t.Fatalf("ended with somebody on the way: %v", r.closing.Load())
	}
	onTheWay.Cancel()
	r.tick()
	if why := r.closing.Load(); why == nil || why.Code != netproto.CloseRoomEnded || r.Info().State != Closed {
		t.Errorf("drained: %v, %v", why, r.Info().State)
	}
	r.end()
	if bot.conn.code() != netproto.CloseRoomEnded {
		t.Errorf("the bot: %v", bot.conn.ended)
	}
}

func TestDrainOfAnEmptyRoom(t *testing.T) {
	r := walking(t, func(o *Options) { o.Keep = true })
	r.ticks(2)
	r.Drain()
	r.tick()
	if r.closing.Load() == nil {
		t.Error("it goes on")
	}
}
