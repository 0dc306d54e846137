package script

import (
	"math"

	"github.com/metronome-server/metronome/sim"
)

// hand is how a player plays at the moment. Players keep doing the same for a
// while, because a game in which everyone trembles on the spot shows little.
type hand struct {
	values []int32
	style  int
	left   int // ticks until it changes
}

// input makes a seat's input, or none: the neutral one.
func (s *Script) input(seat sim.Seat) (Input, bool) {
	h := &s.hands[seat]
	if h.left--; h.left < 0 {
		h.style, h.left = s.rng.IntN(6), s.rng.IntN(40)
		h.values = s.values(h.style)
	}
	switch in := (Input{Seat: seat, Values: h.values, Seen: s.rng.IntN(16 * 12), From: sim.Received}); {
	case h.style == 0:
		return Input{}, false
	case h.style == 1: // trembles after all
		in.Values = s.values(1)
		return in, true
	case s.rng.IntN(12) == 0:
		in.Seen, in.From = 0, sim.Repeated
		return in, true
	default:
		return in, s.rng.IntN(30) != 0
	}
}

// values makes the fields of an input. Style 2 goes to the limits, 3 also
// beyond them, 4 leaves most fields neutral.
func (s *Script) values(style int) []int32 {
	values := make([]int32, len(s.fields))
	for i, f := range s.fields {
		switch span := int64(f.Max) - int64(f.Min) + 1; {
		case style == 2:
			values[i] = [...]int32{f.Min, f.Max, 0}[s.rng.IntN(3)]
		case style == 3 && s.rng.IntN(2) == 0:
			values[i] = [...]int32{math.MinInt32, math.MaxInt32, -1}[s.rng.IntN(3)]
		case style == 4 && s.rng.IntN(3) > 0:
		default:
			values[i] = int32(int64(f.Min) + s.rng.Int64N(span))
		}
	}
	return values
}
