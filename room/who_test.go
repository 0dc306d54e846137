package room

import (
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// TestWho: in a room too large for a roster a client is told of the seats that it
// asks for, one per message, and of nothing else.
func TestWho(t *testing.T) {
	mode := walkMode(nil)
	mode.Seats = rosterSeats + 1
	r := newRig(t, mode)
	anna, bert := r.join("anna"), r.join("bert")
	r.ticks(3)
	anna.read()
	if got := anna.rosters(); got != "" {
		t.Fatalf("unasked, anna was told %q", got)
	}
	for _, seat := range []sim.Seat{bert.seat, 9, 0, rosterSeats + 2, sim.MaxSeats} {
		anna.send(netproto.ClientFrame{Who: seat})
	}
	r.ticks(2)
	anna.read()
	if got := anna.rosters(); got != "2 bert ACTIVE, 9  FREE" {
		t.Errorf("anna was told %q", got)
	}
	bert.read()
	if got := bert.rosters(); got != "" {
		t.Errorf("bert has not asked and was told %q", got)
	}
}

// TestWhoInASmallRoom: everybody knows the roster already.
func TestWhoInASmallRoom(t *testing.T) {
	r := walking(t)
	anna := r.join("anna")
	anna.rosters()
	anna.send(netproto.ClientFrame{Who: 1})
	r.ticks(2)
	anna.read()
	if got := anna.rosters(); got != "" {
		t.Errorf("anna was told %q", got)
	}
}
