// Package script makes up what players do: joins, leaves, inputs and commands,
// from a seed and from what the rules want of their room. The same script can be
// played on any number of worlds that do the same.
package script

import (
	"math/rand/v2"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// Script makes one tick after another.
type Script struct {
	rng     *rand.Rand
	who     *rand.Rand // draws entrants
	users   []uint64   // by seat: who sits there; 0: nobody who is known
	fields  []sim.InputField
	players int
	seats   []sim.Seat // occupied, ascending
	free    []sim.Seat
	hands   []hand // by seat
	orders  []sim.CommandField
	numbers []uint32 // of the last command, by seat
}

// New returns a script for worlds of w's mode, starting from who is seated in
// w, that tends to keep so many players.
func New(w *sim.World, players int, seed uint64) *Script {
	s := &Script{
		rng: rand.New(rand.NewPCG(seed, 0)), who: rand.New(rand.NewPCG(seed, 3)), users: make([]uint64, w.Mode().Seats+1),
		fields: w.InputFields(), players: players,
	}
	s.hands = make([]hand, w.Mode().Seats+1)
	s.orders, s.numbers = w.CommandFields(), make([]uint32, w.Mode().Seats+1)
	for seat := sim.Seat(1); int(seat) <= w.Mode().Seats; seat++ {
		if _, taken := slices.BinarySearch(w.Seats(), seat); taken {
			s.seats = append(s.seats, seat)
			s.numbers[seat] = w.Commanded(seat)
		} else {
			s.free = append(s.free, seat)
		}
	}
	return s
}

// Next makes the next tick of a world: who was kicked leaves, nobody comes into
// a room that is locked, and a room that rests is left alone for a while.
func (s *Script) Next(w *sim.World) Tick {
	t := Tick{At: w.Tick().Add(1)}
	if w.AtRest() {
		alone := false
		if t.At, alone = s.moment(w); alone {
			return t
		}
	}
	for _, seat := range s.kicked(w) {
		if at := slices.Index(s.seats, seat); at >= 0 {
			t.Leave = append(t.Leave, s.move(&s.seats, at, &s.free))
		}
	}
	for s.leaves(w) {
		t.Leave = append(t.Leave, s.take(&s.seats, &s.free))
	}
	for _, seat := range t.Leave {
		s.users[seat] = 0
	}
	for s.joins(w) {
		seat := s.take(&s.free, &s.seats)
		s.hands[seat], s.numbers[seat] = hand{}, 0
		t.Join = append(t.Join, Join{seat, s.entrant(seat)})
	}
	slices.Sort(s.seats)
	for _, seat := range s.seats {
		if in, comes := s.input(seat); comes {
			t.Inputs = append(t.Inputs, in)
		}
		for s.commands() {
			t.Commands = append(t.Commands, s.command(seat))
		}
	}
	return t
}

// joins and leaves: after a crowd has come, about every 48th tick one goes and
// soon after another comes. Few leave a room that nobody else can come into, as
// it would soon be empty.
func (s *Script) joins(w *sim.World) bool {
	missing := s.players - len(s.seats)
	return len(s.free) > 0 && !w.Locked() && (missing > 4 || s.rng.IntN(8) == 0)
}

func (s *Script) leaves(w *sim.World) bool {
	every := 48
	if w.Locked() {
		every = 1000
	}
	return len(s.seats) > 0 && (s.rng.IntN(every) == 0 || len(s.seats) > s.players)
}

// take moves a random seat from one list to another.
func (s *Script) take(from, to *[]sim.Seat) sim.Seat {
	return s.move(from, s.rng.IntN(len(*from)), to)
}

// move moves the seat at a place from one list to another.
func (s *Script) move(from *[]sim.Seat, at int, to *[]sim.Seat) sim.Seat {
	seat := (*from)[at]
	*from = slices.Delete(*from, at, at+1)
	*to = append(*to, seat)
	return seat
}

// commands: of a game that has them, a player gives one about every second tick,
// and now and then several.
func (s *Script) commands() bool { return s.orders != nil && s.rng.IntN(3) == 0 }

// command makes a seat's next command, whose values are in their ranges.
func (s *Script) command(seat sim.Seat) Command {
	s.numbers[seat]++
	if s.rng.IntN(16) == 0 {
		s.numbers[seat] += uint32(s.rng.IntN(5)) // the room refused some
	}
	c := Command{Seat: seat, Number: s.numbers[seat]}
	for _, f := range s.orders {
		if !f.List {
			c.Values = append(c.Values, s.between(f))
			continue
		}
		for range s.rng.IntN(f.Most + 1) {
			c.List = append(c.List, s.between(f))
		}
	}
	return c
}

// between returns a value of a field, often one of its limits.
func (s *Script) between(f sim.CommandField) int32 {
	switch s.rng.IntN(8) {
	case 0:
		return f.Min
	case 1:
		return f.Max
	}
	return int32(int64(f.Min) + s.rng.Int64N(int64(f.Max)-int64(f.Min)+1))
}
