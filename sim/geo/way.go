package geo

import "github.com/metronome-server/metronome/sim"

// Whole is the part of a way that is all of it: parts are in 1/65536.
const Whole = 1 << 16

// Along returns the point that lies a part of the way from p by d, each
// coordinate rounded down. Parts below 0 and above Whole, to 2^31 either way,
// lie before p and behind the end. A coordinate that does not fit wraps.
func Along(p, d sim.Vec, part int64) sim.Vec {
	return sim.Vec{X: p.X + sim.Fixed(int64(d.X)*part>>16), Y: p.Y + sim.Fixed(int64(d.Y)*part>>16)}
}

// span returns from where to where, in parts of the way d from p along one
// axis, it is between lo and hi. When it never is, in comes after out; when it
// always is, both are farther than any way. The numbers are at most of 34 bits.
func span(p, d, lo, hi int64) (in, out int64) {
	if d == 0 {
		if p <= lo || p >= hi {
			return 1, 0
		}
		return -1 << 62, 1 << 62
	}
	in, out = (lo-p)<<16/d, (hi-p)<<16/d
	if d < 0 {
		in, out = out, in
	}
	return in, out
}

// Passes reports whether a way from p by d comes within r of c, the distance r
// included, and how far along its nearest point to c is: from 0 to d.Len2(),
// comparable for ways with the same d. The nearest point is rounded towards c
// by less than 1/256 unit along each axis.
func Passes(p, d, c sim.Vec, r sim.Fixed) (at int64, ok bool) {
	long := d.Len2()
	if long >= 1<<42 { // so that a product of a coordinate and it fits
		return passesFar(p, d, c, r)
	}
	x, y := int64(c.X)-int64(p.X), int64(c.Y)-int64(p.Y)
	at = min(max(x*int64(d.X)+y*int64(d.Y), 0), long)
	if at > 0 {
		x -= int64(d.X) * at / long
		y -= int64(d.Y) * at / long
	}
	return at, inCircle(x, y, int64(r))
}

// passesFar is Passes for long ways.
func passesFar(p, d, c sim.Vec, r sim.Fixed) (at int64, ok bool) {
	x, y, long := int64(c.X)-int64(p.X), int64(c.Y)-int64(p.Y), d.Len2()
	at = min(max(addClamped(x*int64(d.X), y*int64(d.Y)), 0), long)
	x -= scale(int64(d.X), uint64(at), uint64(long))
	y -= scale(int64(d.Y), uint64(at), uint64(long))
	return at, inCircle(x, y, int64(r))
}

// inCircle reports whether x, y is at most r from 0, 0; nothing is within a negative
// r. The numbers have at most 33 bits and a sign, of which the squares overflow: so
// x and y are compared first, each from both sides at once.
func inCircle(x, y, r int64) bool {
	return r >= 0 && uint64(x+r) <= uint64(2*r) && uint64(y+r) <= uint64(2*r) && x*x+y*y <= r*r
}
