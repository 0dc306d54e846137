package geo

import (
	"math"
	"math/bits"

	"github.com/metronome-server/metronome/sim"
)

// wide is a whole number of 128 bits, below zero as a two's complement. Sums and
// products of coordinates need it; what they are made of is chosen so that none
// overflows.
type wide struct{ hi, lo uint64 }

// product returns a * b.
func product(a, b int64) wide {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	// As unsigned numbers, those below zero are 2^64 too large.
	if a < 0 {
		hi -= uint64(b)
	}
	if b < 0 {
		hi -= uint64(a)
	}
	return wide{hi, lo}
}

// plus returns w + v.
func (w wide) plus(v wide) wide {
	lo, carry := bits.Add64(w.lo, v.lo, 0)
	hi, _ := bits.Add64(w.hi, v.hi, carry)
	return wide{hi, lo}
}

// minus returns w - v.
func (w wide) minus(v wide) wide {
	lo, borrow := bits.Sub64(w.lo, v.lo, 0)
	hi, _ := bits.Sub64(w.hi, v.hi, borrow)
	return wide{hi, lo}
}

// negative reports whether w is below zero.
func (w wide) negative() bool { return int64(w.hi) < 0 }

// clamped returns w as int64, or the end of the range that it is beyond.
func (w wide) clamped() int64 {
	switch {
	case w.hi == uint64(int64(w.lo)>>63):
		return int64(w.lo)
	case w.negative():
		return math.MinInt64
	}
	return math.MaxInt64
}

// less reports whether w < v, both at least 0.
func (w wide) less(v wide) bool { return w.hi < v.hi || w.hi == v.hi && w.lo < v.lo }

// root returns the square root of w, which counts as a number without a sign,
// rounded down.
func (w wide) root() uint64 {
	if w.hi == 0 {
		return sim.Sqrt(w.lo)
	}
	// The root of the upper half gives the upper half of the root, the others
	// are found bit by bit.
	root := sim.Sqrt(w.hi) << 32
	for bit := uint64(1) << 31; bit > 0; bit >>= 1 {
		hi, lo := bits.Mul64(root|bit, root|bit)
		if !w.less(wide{hi, lo}) {
			root |= bit
		}
	}
	return root
}

// scale returns a * part / whole, rounded toward zero, for a part of at most
// the whole, which is not 0.
func scale(a int64, part, whole uint64) int64 {
	hi, lo := bits.Mul64(magnitude(a), part)
	n, _ := bits.Div64(hi, lo, whole)
	if a < 0 {
		return -int64(n)
	}
	return int64(n)
}

// magnitude returns the absolute value of a; there is one for every a.
func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// addClamped returns a + b, or the end of the range that it is beyond.
func addClamped(a, b int64) int64 {
	sum := a + b
	switch {
	case a > 0 && b > 0 && sum < 0:
		return math.MaxInt64
	case a < 0 && b < 0 && sum >= 0:
		return math.MinInt64
	}
	return sum
}

// fixed returns a as sim.Fixed, or the end of the range that it is beyond.
func fixed(a int64) sim.Fixed {
	return sim.Fixed(min(max(a, math.MinInt32), math.MaxInt32))
}
