package room

import (
	"fmt"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

func (p *peer) say(text string) { p.send(netproto.ClientFrame{Chat: text}) }

func TestChat(t *testing.T) {
	r := walking(t)
	a, b, away := r.join("anna"), r.join("bert"), r.join("away")
	away.conn.lost = true
	r.tick()
	a.say(" hello\n\tall ")
	a.say("")
	a.say(" \x00\u202e ")
	r.tick()
	away = r.resume(away.token)
	for _, p := range []*peer{a, b, away} {
		p.read()
		if got := strings.Join(p.lines(), "|"); got != "anna: hello all" {
			t.Errorf("seat %d read %q", p.seat, got)
		}
	}
}

// TestChatLimit says a line every tick: five at once, then one in two seconds;
// who speaks too fast is told so once, and nobody else hears of it.
func TestChatLimit(t *testing.T) {
	r := walking(t)
	a, b := r.join("anna"), r.join("bert")
	var said []int
	warned := 0
	for i := range 10 * walkHz {
		a.say(fmt.Sprint(i))
		r.tick()
		a.read()
		a.ack()
		b.read()
		for _, text := range a.lines() {
			if strings.HasPrefix(text, "You are writing too fast") {
				warned++
			}
		}
		for _, text := range b.lines() {
			said = append(said, i)
			if text != fmt.Sprintf("anna: %d", i) {
				t.Errorf("tick %d: %q", i, text)
			}
		}
	}
	if got, want := fmt.Sprint(said), "[0 1 2 3 4 60 120 180 240]"; got != want {
		t.Errorf("said at ticks %v, want %v", got, want)
	}
	if dropped := r.stats.ChatDropped.Load(); dropped != 300-9 || warned != 5 {
		t.Errorf("%d dropped, warned %d times", dropped, warned)
	}
	for range 10 * walkHz {
		a.ack()
		b.ack()
		r.tick()
	}
	for range 6 {
		a.say("again")
	}
	a.conn.lost = true // the limit is the seat's
	r.tick()
	a = r.resume(a.token)
	a.say("once more")
	r.tick()
	b.read()
	if got := len(b.lines()); got != 5 {
		t.Errorf("%d lines after a pause", got)
	}
}

// TestRoomChatLimit has everybody shout: the room passes on what can be read.
func TestRoomChatLimit(t *testing.T) {
	r := walking(t)
	var peers []*peer
	for range 8 {
		peers = append(peers, r.join("p"))
	}
	heard := func(ticks int) int {
		n := 0
		for range ticks {
			r.tick()
			p := peers[0]
			p.read()
			p.ack()
			for _, text := range p.lines() {
				if strings.HasPrefix(text, "p: ") {
					n++
				}
			}
		}
		return n
	}
	for _, p := range peers {
		for range 5 {
			p.say("me")
		}
	}
	if n := heard(1); n != roomChatBurst || r.stats.ChatDropped.Load() != 20 {
		t.Errorf("%d lines at once, %d dropped", n, r.stats.ChatDropped.Load())
	}
	for _, p := range peers {
		p.say("me")
	}
	if n := heard(1); n != 0 {
		t.Errorf("%d lines in the next tick", n)
	}
	heard(walkHz)
	for _, p := range peers[4:] { // they have not spoken yet
		for range 4 {
			p.say("me")
		}
	}
	if n := heard(1); n != roomChatRate {
		t.Errorf("%d lines a second later", n)
	}
}
