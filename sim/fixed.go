package sim

import "math/bits"

// Fixed is a number in 1/256, from -8,388,608 to 8,388,607.996. Additions wrap
// like int32; Mul and Div go through 64 bits; Mul rounds toward minus
// infinity, Div toward zero, and what does not fit wraps.
type Fixed int32

// One is 1 as Fixed.
const One Fixed = 1 << 8

// Int returns n as Fixed; n must fit 24 bits.
func Int(n int32) Fixed { return Fixed(n << 8) }

// Floor returns the whole part, rounded toward minus infinity.
func (a Fixed) Floor() int32 { return int32(a >> 8) }

// Mul returns a * b.
func (a Fixed) Mul(b Fixed) Fixed { return Fixed(int64(a) * int64(b) >> 8) }

// Div returns a / b; b must not be 0.
func (a Fixed) Div(b Fixed) Fixed { return Fixed((int64(a) << 8) / int64(b)) }

// Abs returns the absolute value; of the lowest Fixed, which has none, the highest.
func (a Fixed) Abs() Fixed {
	if a < 0 {
		return max(-a, -1-a)
	}
	return a
}

// Clamp returns a, but at least lo and at most hi.
func (a Fixed) Clamp(lo, hi Fixed) Fixed { return min(max(a, lo), hi) }

// Vec is a point or a direction.
type Vec struct{ X, Y Fixed }

// Add returns v + u.
func (v Vec) Add(u Vec) Vec { return Vec{v.X + u.X, v.Y + u.Y} }

// Sub returns v - u.
func (v Vec) Sub(u Vec) Vec { return Vec{v.X - u.X, v.Y - u.Y} }

// Scale returns v * k.
func (v Vec) Scale(k Fixed) Vec { return Vec{v.X.Mul(k), v.Y.Mul(k)} }

// Len2 returns the squared length in 1/65536, without overflow for any v.
func (v Vec) Len2() int64 { return v.Dot(v) }

// Dot returns the dot product in 1/65536, without overflow for any v and u.
func (v Vec) Dot(u Vec) int64 {
	x, y := int64(v.X)*int64(u.X), int64(v.Y)*int64(u.Y)
	if x == 1<<62 && y == 1<<62 { // four times the lowest Fixed: one too many
		return 1<<63 - 1
	}
	return x + y
}

// Len returns the length, rounded down. Lengths over 8,388,607 saturate.
func (v Vec) Len() Fixed { return Fixed(min(Sqrt(uint64(v.Len2())), 1<<31-1)) }

// Within reports whether v is at most r long; nothing is within a negative r.
func (v Vec) Within(r Fixed) bool { return r >= 0 && v.Len2() <= int64(r)*int64(r) }

// ClampLen returns v, shortened to length r if it is longer: the result is
// always Within(r). A negative r is taken as 0.
func (v Vec) ClampLen(r Fixed) Vec {
	r = max(r, 0)
	if v.Within(r) {
		return v
	}
	n := int64(Sqrt(uint64(v.Len2())))
	if n*n < v.Len2() {
		n++ // rounded up, so that the result is not too long
	}
	return Vec{Fixed(int64(v.X) * int64(r) / n), Fixed(int64(v.Y) * int64(r) / n)}
}

// Sqrt returns the square root of n, rounded down.
func Sqrt(n uint64) uint64 {
	if n == 0 {
		return 0
	}
	// Newton from above: the first guess is a power of two not below the root.
	x := uint64(1) << ((bits.Len64(n) + 1) / 2)
	for {
		y := (x + n/x) / 2
		if y >= x {
			return x
		}
		x = y
	}
}
