package sim

import "math/bits"

// Rand is the world's random generator: its state is part of the world, so a
// restored match draws the same numbers. Not for secrets.
//
// It is splitmix64 (Steele, Lea, Flood 2014): one word of state, every seed good.
type Rand struct{ state uint64 }

// Uint64 returns 64 random bits.
func (r *Rand) Uint64() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Intn returns a number from 0 to n-1; 0 when n is not positive.
func (r *Rand) Intn(n int32) int32 {
	hi, _ := bits.Mul64(r.Uint64(), uint64(max(n, 1)))
	return int32(hi)
}

// Between returns a number from lo to hi, both included; lo when hi is below it.
func (r *Rand) Between(lo, hi Fixed) Fixed {
	n, _ := bits.Mul64(r.Uint64(), uint64(max(int64(hi)-int64(lo)+1, 1)))
	return Fixed(int64(lo) + int64(n))
}

// Angle returns a random direction.
func (r *Rand) Angle() Angle { return Angle(r.Uint64() >> 48) }
