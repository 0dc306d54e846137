// Package script makes up what players do: joins, leaves and inputs, from a
// seed alone. The same script can be played on any number of worlds.
package script

import (
	"math/rand/v2"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// Script makes one tick after another.
type Script struct {
	rng     *rand.Rand
	fields  []sim.InputField
	players int
	seats   []sim.Seat // occupied, ascending
	free    []sim.Seat
	hands   []hand // by seat
}

// New returns a script for worlds of w's mode, starting from who is seated in
// w, that tends to keep so many players.
func New(w *sim.World, players int, seed uint64) *Script {
	s := &Script{rng: rand.New(rand.NewPCG(seed, 0)), fields: w.InputFields(), players: players}
	s.hands = make([]hand, w.Mode().Seats+1)
	for seat := sim.Seat(1); int(seat) <= w.Mode().Seats; seat++ {
		if _, taken := slices.BinarySearch(w.Seats(), seat); taken {
			s.seats = append(s.seats, seat)
		} else {
			s.free = append(s.free, seat)
		}
	}
	return s
}

// Next makes the next tick.
func (s *Script) Next() Tick {
	var t Tick
	for s.leaves() {
		t.Leave = append(t.Leave, s.take(&s.seats, &s.free))
	}
	for s.joins() {
		seat := s.take(&s.free, &s.seats)
		s.hands[seat] = hand{}
		t.Join = append(t.Join, seat)
	}
	slices.Sort(s.seats)
	for _, seat := range s.seats {
		if in, comes := s.input(seat); comes {
			t.Inputs = append(t.Inputs, in)
		}
	}
	return t
}

// joins and leaves: after a crowd has come, about every 48th tick one goes and
// soon after another comes.
func (s *Script) joins() bool {
	missing := s.players - len(s.seats)
	return len(s.free) > 0 && (missing > 4 || s.rng.IntN(8) == 0)
}

func (s *Script) leaves() bool {
	return len(s.seats) > 0 && (s.rng.IntN(48) == 0 || len(s.seats) > s.players)
}

// take moves a random seat from one list to another.
func (s *Script) take(from, to *[]sim.Seat) sim.Seat {
	at := s.rng.IntN(len(*from))
	seat := (*from)[at]
	*from = slices.Delete(*from, at, at+1)
	*to = append(*to, seat)
	return seat
}
