package geo

import (
	"math"
	"math/bits"

	"github.com/metronome-server/metronome/sim"
)

// Long is a number in 1/65536, from -140,737,488,355,328 to
// 140,737,488,355,327.99998: for what 1/256 unit is too coarse, or 8,388,608
// units too narrow. Additions wrap like int64; of what else does not fit, the
// result is the nearest that does.
//
// A Long is a column of a table as it is, tagged `wire:"local"`, since players are
// sent 32 bits at most. What they are to see of it stands beside it: a column
// sim.Fixed, filled by [Long.Fixed] in each step, or all of it in two columns, by
// [Long.Split].
type Long int64

// LongOne is 1 as Long.
const LongOne Long = 1 << 16

// LongInt returns n as Long.
func LongInt(n int32) Long { return Long(n) << 16 }

// LongOf returns a as Long, exactly.
func LongOf(a sim.Fixed) Long { return Long(a) << 8 }

// Fixed returns a as sim.Fixed, rounded toward minus infinity.
func (a Long) Fixed() sim.Fixed { return fixed(int64(a >> 8)) }

// Floor returns the whole part, rounded toward minus infinity.
func (a Long) Floor() int64 { return int64(a >> 16) }

// Split returns a as whole units, rounded toward minus infinity, and 1/65536 above
// them: two columns that can be sent. Beyond 2,147,483,648 units either way, it is
// the nearest number that fits.
func (a Long) Split() (units int32, part uint16) {
	a = min(max(a, math.MinInt32<<16), math.MaxInt32<<16|0xffff)
	return int32(a >> 16), uint16(a)
}

// Join is the inverse of Split.
func Join(units int32, part uint16) Long { return LongInt(units) | Long(part) }

// Abs returns the absolute value; of the lowest Long, which has none, the highest.
func (a Long) Abs() Long {
	if a < 0 {
		return max(-a, -1-a)
	}
	return a
}

// Clamp returns a, but at least lo and at most hi.
func (a Long) Clamp(lo, hi Long) Long { return min(max(a, lo), hi) }

// Mul returns a * b, rounded toward minus infinity.
func (a Long) Mul(b Long) Long { return product(int64(a), int64(b)).shifted() }

// shifted returns w / 65536, rounded toward minus infinity.
func (w wide) shifted() Long {
	switch top := int64(w.hi) >> 15; {
	case top > 0:
		return math.MaxInt64
	case top < -1:
		return math.MinInt64
	}
	return Long(w.hi<<48 | w.lo>>16)
}

// Div returns a / b, rounded toward zero; b must not be 0.
func (a Long) Div(b Long) Long {
	below := (a < 0) != (b < 0)
	hi, lo := bits.Mul64(magnitude(int64(a)), 1<<16)
	whole := magnitude(int64(b))
	n := uint64(math.MaxUint64)
	if hi < whole || whole == 0 { // 0 panics as every division by it does
		n, _ = bits.Div64(hi, lo, whole)
	}
	if below {
		return Long(-int64(min(n, 1<<63)))
	}
	return Long(min(n, math.MaxInt64))
}

// Sqrt returns the square root, rounded down; 0 of a number below zero.
func (a Long) Sqrt() Long {
	if a <= 0 {
		return 0
	}
	return Long(wide{uint64(a) >> 48, uint64(a) << 16}.root())
}

// LongVec is a point or a direction in Longs.
type LongVec struct{ X, Y Long }

// LongVecOf returns v in Longs, exactly.
func LongVecOf(v sim.Vec) LongVec { return LongVec{LongOf(v.X), LongOf(v.Y)} }

// Fixed returns v as sim.Vec, each part as [Long.Fixed] gives it.
func (v LongVec) Fixed() sim.Vec { return sim.Vec{X: v.X.Fixed(), Y: v.Y.Fixed()} }

// Add returns v + u.
func (v LongVec) Add(u LongVec) LongVec { return LongVec{v.X + u.X, v.Y + u.Y} }

// Sub returns v - u.
func (v LongVec) Sub(u LongVec) LongVec { return LongVec{v.X - u.X, v.Y - u.Y} }

// Scale returns v * k.
func (v LongVec) Scale(k Long) LongVec { return LongVec{v.X.Mul(k), v.Y.Mul(k)} }

// Dot returns the dot product, rounded toward minus infinity.
func (v LongVec) Dot(u LongVec) Long {
	x, y := product(int64(v.X), int64(u.X)), product(int64(v.Y), int64(u.Y))
	sum := x.plus(y)
	if !x.negative() && !y.negative() && sum.negative() {
		return math.MaxInt64 // of four times the lowest Long: one too many
	}
	return sum.shifted()
}

// len2 returns the squared length, as a number without a sign.
func (v LongVec) len2() wide {
	return product(int64(v.X), int64(v.X)).plus(product(int64(v.Y), int64(v.Y)))
}

// Len returns the length, rounded down.
func (v LongVec) Len() Long { return Long(min(v.len2().root(), math.MaxInt64)) }

// Within reports whether v is at most r long; nothing is within a negative r.
func (v LongVec) Within(r Long) bool {
	return r >= 0 && !product(int64(r), int64(r)).less(v.len2())
}

// ClampLen returns v, shortened to length r if it is longer: the result is always
// Within(r). A negative r is taken as 0.
func (v LongVec) ClampLen(r Long) LongVec {
	r = max(r, 0)
	if v.Within(r) {
		return v
	}
	n := v.len2().root()
	if hi, lo := bits.Mul64(n, n); (wide{hi, lo}).less(v.len2()) {
		n++ // rounded up, so that the result is not too long
	}
	return LongVec{Long(scale(int64(v.X), uint64(r), n)), Long(scale(int64(v.Y), uint64(r), n))}
}

// LongToward returns the vector of length r in direction a: each part rounded
// down, within 2/65536 of r of the true value.
func LongToward(a sim.Angle, r Long) LongVec {
	return LongVec{Long(sim.Cos(a)).Mul(r), Long(sim.Sin(a)).Mul(r)}
}
