package room

import (
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// looking is the small game, and notes how old the world was that its players
// saw.
type looking struct {
	*walk
	seen map[sim.Seat]int // 1/16 tick
}

func (l *looking) Step(in *sim.Inputs) {
	for seat := range sim.Seat(8) {
		l.seen[seat+1] = in.Seen(seat + 1)
	}
	l.walk.Step(in)
}

func lookingRig(t *testing.T, hz int) (*rig, *looking) {
	l := &looking{seen: map[sim.Seat]int{}}
	mode := walkMode(nil)
	mode.Hz = hz
	mode.New = func(w *sim.World) sim.Rules {
		l.walk = walkMode(nil).New(w).(*walk)
		return l
	}
	return newRig(t, mode), l
}

// TestSeenIsWhatCanBeSeen: an input that claims to have seen a world which its
// seat was not sent, or that is over for long, or one before that of the input
// before, is judged by the nearest that it can have seen, and counted.
func TestSeenIsWhatCanBeSeen(t *testing.T) {
	r, l := lookingRig(t, 30)
	p := r.join("anna")
	r.ticks(100) // so that there is a past
	p.read()
	send := func(seen int) {
		p.send(netproto.ClientFrame{Inputs: []netproto.Input{{Tick: r.next, Seen: seen, Count: 1}}})
		r.tick()
		p.read()
	}
	moved := uint64(0)
	for _, row := range []struct {
		what       string
		seen, want int
		moved      bool
	}{
		{"a tick that is sent only now", 1, 16, true},
		{"the newest snapshot", 16, 16, false},
		{"a little before that of the input before", 16 + 17, 16 + 16, true},
		{"the same again, as time stood still", 16 + 32, 16 + 32, false},
		{"time goes on", 16 + 20, 16 + 20, false},
		{"long ago", 16 * 60, 16 + 36, true},
		{"nothing said", 0, 16, false},
	} {
		send(row.seen)
		if row.moved {
			moved++
		}
		if l.seen[p.seat] != row.want || r.stats.InputsUnseen.Load() != moved {
			t.Errorf("%s: seen %d came to the game as %d, want %d; %d counted, want %d", row.what, row.seen, l.seen[p.seat], row.want, r.stats.InputsUnseen.Load(), moved)
		}
	}
}

// TestSeenBeforeTheConnection: who comes back has seen nothing of the time
// without a connection.
func TestSeenBeforeTheConnection(t *testing.T) {
	r, l := lookingRig(t, 30)
	p := r.join("anna")
	r.ticks(100)
	p.conn.lost = true
	r.ticks(20)
	q := r.resume(p.token) // its Welcome is of this tick
	r.ticks(2)
	q.send(netproto.ClientFrame{Inputs: []netproto.Input{{Tick: r.next, Seen: 16 * 20, Count: 1}}})
	r.tick()
	if got := l.seen[q.seat]; got != 16*3 {
		t.Errorf("seen %d, want %d: the Welcome's", got, 16*3)
	}
}

// TestSeenOfWhoDoesNotRead: who lets snapshots pile up does not see a world that
// stands still for ever.
func TestSeenOfWhoDoesNotRead(t *testing.T) {
	for _, hz := range []int{1, 30, 240} {
		r, l := lookingRig(t, hz)
		p := r.join("anna")
		r.ticks(10 * hz)
		p.conn.stuck = true
		for range 10 * hz {
			p.send(netproto.ClientFrame{Inputs: []netproto.Input{{Tick: r.next, Seen: netproto.MaxSeen, Count: 1}}})
			r.tick()
			if got, most := l.seen[p.seat], 16*ticks(2*time.Second, hz); got > most {
				t.Fatalf("%d Hz: seen %d, at most %d", hz, got, most)
			}
		}
	}
}
