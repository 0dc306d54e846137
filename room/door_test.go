package room

import (
	"errors"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

func TestKnockByState(t *testing.T) {
	for _, row := range []struct {
		name        string
		act         func(r *rig)
		new, resume error
	}{
		{"open", func(*rig) {}, nil, nil},
		{"locked", func(r *rig) { r.Lock() }, ErrLocked, nil},
		{"draining", func(r *rig) { r.Drain() }, ErrLocked, nil},
		{"closed", func(r *rig) { r.Close(netproto.CloseRoomEnded, "") }, ErrClosed, ErrClosed},
	} {
		r := walking(t)
		p := r.join("anna")
		row.act(r)
		for range 3 {
			if err, again := r.Admits(Guest{}), r.Admits(Guest{Resume: p.token}); !errors.Is(err, row.new) || !errors.Is(again, row.resume) {
				t.Errorf("%s: would answer %v, %v", row.name, err, again)
			}
		}
		if r.door.passes != 0 {
			t.Errorf("%s: %d passes given for a question", row.name, r.door.passes)
		}
		if _, err := r.Knock(Guest{}); !errors.Is(err, row.new) {
			t.Errorf("%s: a new player: %v", row.name, err)
		}
		if _, err := r.Knock(Guest{Resume: p.token}); !errors.Is(err, row.resume) {
			t.Errorf("%s: a resume: %v", row.name, err)
		}
	}
}

// TestCapacity fills a room with passes and players in random order: it never
// gives more than its seats, and always all of them.
func TestCapacity(t *testing.T) {
	r := random(t)
	room := walking(t, func(o *Options) { o.Seats = 5; o.Keep = true })
	var passes []*Pass
	var inside []*peer
	for range 5000 {
		switch r.IntN(5) {
		case 0, 1:
			p, err := room.Knock(Guest{})
			full := len(passes)+len(inside) >= 5
			if full != errors.Is(err, ErrFull) || full != (p == nil) {
				t.Fatalf("%d passes, %d inside: %v", len(passes), len(inside), err)
			}
			if p != nil {
				passes = append(passes, p)
			}
		case 2:
			if len(passes) > 0 {
				passes[0].Cancel()
				passes[0].Cancel() // twice does no harm
				passes = passes[1:]
			}
		case 3:
			if len(passes) > 0 {
				p := newPeer(room)
				passes[0].Enter(p.conn)
				passes[0].Cancel() // nor does this
				passes, inside = passes[1:], append(inside, p)
			}
		case 4:
			if len(inside) > 0 {
				i := r.IntN(len(inside))
				inside[i].conn.Close(netproto.CloseBye, "")
				room.ticks(2)
				inside = slices.Delete(inside, i, i+1)
			}
		}
		if got := room.Info().Taken; got != len(passes)+len(inside) {
			t.Fatalf("%d taken with %d passes and %d inside", got, len(passes), len(inside))
		}
	}
	room.tick()
	for _, p := range inside {
		if p.conn.ended != nil || p.conn.attached != 1 {
			t.Errorf("%v, attached %d times", p.conn.ended, p.conn.attached)
		}
	}
	if len(room.world.Seats()) != len(inside) {
		t.Errorf("%d in the world, %d inside", len(room.world.Seats()), len(inside))
	}
}

func TestLowestSeatIsGiven(t *testing.T) {
	r := walking(t, func(o *Options) { o.Keep = true })
	var peers []*peer
	for i := range 8 {
		peers = append(peers, r.join("p"))
		if int(peers[i].seat) != i+1 {
			t.Fatalf("player %d sits on %d", i, peers[i].seat)
		}
	}
	for _, i := range []int{6, 0, 3} {
		must(t, r.Kick(sim.Seat(i+1), ""))
	}
	r.tick()
	for _, want := range []sim.Seat{1, 4, 7} {
		if p := r.join("p"); p.seat != want {
			t.Errorf("sits on %d, want %d", p.seat, want)
		}
	}
}

// TestPassUsedTwice enters two connections with one pass.
func TestPassUsedTwice(t *testing.T) {
	r := walking(t, func(o *Options) { o.Seats = 1 })
	pass := r.knock(Guest{})
	a, b, c := newPeer(r), newPeer(r), newPeer(r)
	pass.Enter(a.conn)
	pass.Enter(b.conn)
	r.ticks(2)
	pass.Enter(c.conn)
	if a.conn.ended != nil || b.conn.code() != netproto.CloseRoomFull || c.conn.code() != netproto.CloseRoomFull {
		t.Errorf("%v, %v, %v", a.conn.ended, b.conn.ended, c.conn.ended)
	}
}

// TestMailboxIsBounded leaves orders for a room that does not run.
func TestMailboxIsBounded(t *testing.T) {
	r := walking(t)
	p := r.join("anna")
	for range mailboxSize {
		must(t, r.Announce("hello"))
	}
	if err := r.Kick(1, ""); !errors.Is(err, ErrBusy) {
		t.Errorf("one more: %v", err)
	}
	r.tick()
	p.read()
	if got := len(p.lines()); got != mailboxSize {
		t.Errorf("%d announcements", got)
	}
	must(t, r.Kick(1, ""))
}
