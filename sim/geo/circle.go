package geo

import (
	"math/bits"

	"github.com/metronome-server/metronome/sim"
)

// Circle is all that is within R of a point. One with a negative R is nowhere.
type Circle struct {
	At sim.Vec
	R  sim.Fixed
}

// Contains reports whether p is inside or on the rim.
func (c Circle) Contains(p sim.Vec) bool {
	return inCircle(int64(p.X)-int64(c.At.X), int64(p.Y)-int64(c.At.Y), int64(c.R))
}

// Overlaps reports whether the circles have more in common than a rim.
func (c Circle) Overlaps(o Circle) bool {
	return c.R >= 0 && o.R >= 0 && int64(c.R)+int64(o.R) > 0 &&
		inside([3]int64{int64(o.At.X) - int64(c.At.X), int64(o.At.Y) - int64(c.At.Y)}, int64(c.R)+int64(o.R))
}

// OverlapsRect reports whether c and r have more in common than a border.
func (c Circle) OverlapsRect(r Rect) bool {
	near := r.Nearest(c.At)
	return c.R > 0 && inside([3]int64{int64(near.X) - int64(c.At.X), int64(near.Y) - int64(c.At.Y)}, int64(c.R))
}

// Grow returns c with its rim moved out by d, or in by a negative d; R stops at
// the ends of its range.
func (c Circle) Grow(d sim.Fixed) Circle { return Circle{c.At, fixed(int64(c.R) + int64(d))} }

// Meet returns at which part of the way from p by d the inside of c begins: 0
// when p is inside, Whole when the way does not come in, or at its end only. The
// rim is free. The part is exact, rounded down. For a round body that moves, grow
// c by its radius first.
func (c Circle) Meet(p, d sim.Vec) int64 {
	return enter(
		[3]int64{int64(c.At.X) - int64(p.X), int64(c.At.Y) - int64(p.Y)},
		[3]int64{int64(d.X), int64(d.Y)}, int64(c.R))
}

// enter returns at which part of a way by d from 0 it comes nearer than r to a
// point, in two or three dimensions, rounded down. It is exact: to has at most 33
// bits along each axis, d and r 32.
func enter(to, d [3]int64, r int64) int64 {
	switch {
	case r <= 0:
		return Whole
	case inside(to, r):
		return 0
	}
	dot, long := wide{}, uint64(0)
	for i := range to {
		dot = dot.plus(product(to[i], d[i]))
		long += uint64(d[i] * d[i])
	}
	if dot.negative() || dot == (wide{}) {
		return Whole // it goes away
	}
	// Up to the part before the nearest point, the way comes nearer and nearer.
	last := int64(Whole)
	if dot.hi == 0 && dot.lo < long {
		hi, lo := bits.Mul64(dot.lo, Whole)
		part, _ := bits.Div64(hi, lo, long)
		last = int64(part)
	}
	rim := product(r<<16, r<<16)
	if excess := fromStart(to, d, last).minus(rim); !excess.negative() {
		if last == Whole || !dips(excess, dot.lo<<16-long*uint64(last), long) {
			return Whole
		}
		return last
	}
	out, in := int64(0), last
	for in-out > 1 {
		if mid := (in + out) / 2; fromStart(to, d, mid).minus(rim).negative() {
			in = mid
		} else {
			out = mid
		}
	}
	return out
}

// inside reports whether a point is nearer than r to 0.
func inside(at [3]int64, r int64) bool {
	for _, v := range at {
		if v <= -r || v >= r {
			return false
		}
	}
	return fromStart(at, [3]int64{}, 0).less(product(r<<16, r<<16))
}

// fromStart returns how far, squared, in 1/65536, the point is from the given
// part of the way.
func fromStart(to, d [3]int64, part int64) (sum wide) {
	for i := range to {
		v := to[i]<<16 - d[i]*part
		sum = sum.plus(product(v, v))
	}
	return sum
}

// dips reports whether a way comes inside between a part and the next, when its
// nearest point is between them: excess is by how much the squared distance at
// the part is above that of the rim, rest how far it is, times the length of the
// way, from the part to the nearest point, and long that length squared. The
// squared distance there is less by rest*rest/long.
func dips(excess wide, rest, long uint64) bool {
	if excess.hi != 0 {
		return false // rest is less than long, and so is rest*rest/long
	}
	hi, lo := bits.Mul64(excess.lo, long)
	most, more := bits.Mul64(rest, rest)
	return wide{hi, lo}.less(wide{most, more})
}
