package room

import (
	"errors"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// works reports whether a token is let in at the door.
func (r *rig) works(token string) bool {
	if token == "" {
		return false
	}
	_, err := r.Knock(Guest{Resume: token})
	if err != nil && !errors.Is(err, ErrResumeStale) {
		r.t.Fatal(err)
	}
	return err == nil
}

// TestTokens follows one seat through its tokens: which work after what.
func TestTokens(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	t1 := p.token
	cut := func(p *peer) {
		p.conn.lost = true
		r.tick()
	}
	expect := func(when string, tokens map[string]bool) {
		t.Helper()
		for token, want := range tokens {
			if got := r.works(token); got != want {
				t.Errorf("%s: token works %v, want %v", when, got, want)
			}
		}
	}
	expect("joined", map[string]bool{t1: true, "nonsense": false})

	// The second Welcome never arrives: the first token must still work, twice.
	for range 2 {
		cut(p)
		p = r.resume(t1)
		expect("resumed", map[string]bool{t1: true, p.token: true})
	}
	t2 := p.token
	// What was said before the Welcome was there proves nothing.
	p.ack()
	p.send(netproto.ClientFrame{Ping: 5, Inputs: []netproto.Input{input(r.seats[1].greeted, 1, 0)}})
	r.tick()
	expect("spoken", map[string]bool{t1: true, t2: true})
	p.input(0, 1, 0)
	r.tick()
	expect("shown by an input", map[string]bool{t1: false, t2: true})

	cut(p)
	p = r.resume(t2)
	t3 := p.token
	cut(p)
	p = r.resume(t3) // shown by coming back with it
	expect("came back", map[string]bool{t2: false, t3: true, p.token: true})
	must(t, r.Kick(1, ""))
	r.tick()
	expect("kicked", map[string]bool{t3: false, p.token: false})
	if len(r.door.tokens) > 0 {
		t.Errorf("%d tokens are left", len(r.door.tokens))
	}
}

// TestTokenOfAnotherPlayer takes a seat whose last player still has a token.
func TestTokenOfAnotherPlayer(t *testing.T) {
	r := walking(t)
	a := r.join("anna")
	pass := r.knock(Guest{Resume: a.token}) // still good
	a.send(netproto.ClientFrame{Leave: true})
	r.tick()
	b := r.join("bert")
	if b.seat != a.seat {
		t.Fatal("not the same seat")
	}
	late := newPeer(r)
	pass.Enter(late.conn)
	r.tick()
	if late.conn.code() != netproto.CloseResumeStale || b.conn.ended != nil || late.conn.attached > 0 {
		t.Errorf("%v, %v", late.conn.ended, b.conn.ended)
	}
}

// TestTokenGoesWhileItWaits frees a seat while its resume stands at the door.
func TestTokenGoesWhileItWaits(t *testing.T) {
	r := walking(t)
	a := r.join("anna")
	back := newPeer(r)
	r.knock(Guest{Resume: a.token}).Enter(back.conn)
	must(t, r.Kick(1, "out"))
	r.tick()
	if back.conn.code() != netproto.CloseResumeStale || r.Info().Taken != 0 {
		t.Errorf("%v, %d taken", back.conn.ended, r.Info().Taken)
	}
}

// TestManyResumesAtOnce comes with one token on many connections: the door
// keeps one of them, the newest.
func TestManyResumesAtOnce(t *testing.T) {
	r := walking(t)
	a, b := r.join("anna"), r.join("bert")
	var peers []*peer
	for i := range 100 {
		p := newPeer(r)
		peers = append(peers, p)
		r.knock(Guest{Resume: a.token}).Enter(p.conn)
		if i == 50 {
			p = newPeer(r)
			r.knock(Guest{Resume: b.token}).Enter(p.conn)
			b = p
		}
		if len(r.door.queue) > 2 {
			t.Fatalf("%d wait", len(r.door.queue))
		}
	}
	last := peers[99]
	r.tick()
	last.read()
	b.read()
	if last.seat != 1 || b.seat != 2 || a.conn.code() != netproto.CloseReplaced {
		t.Errorf("seats %d and %d, %v", last.seat, b.seat, a.conn.ended)
	}
	for _, p := range peers[:99] {
		if p.conn.code() != netproto.CloseReplaced || p.conn.attached > 0 {
			t.Fatalf("%v", p.conn.ended)
		}
	}
	if n := r.stats.Closes(netproto.CloseReplaced); n != 99+2 {
		t.Errorf("%d closes counted", n)
	}
	again := newPeer(r) // the place in the queue is forgotten
	r.knock(Guest{Resume: last.token}).Enter(again.conn)
	r.tick()
	if again.conn.ended != nil || last.conn.code() != netproto.CloseReplaced {
		t.Errorf("%v, %v", again.conn.ended, last.conn.ended)
	}
}
