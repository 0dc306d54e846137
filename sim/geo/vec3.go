package geo

import "github.com/metronome-server/metronome/sim"

// Vec3 is a point or a direction in space. Additions wrap like those of sim.Fixed.
type Vec3 struct{ X, Y, Z sim.Fixed }

// Over returns the point of space over v at height z.
func Over(v sim.Vec, z sim.Fixed) Vec3 { return Vec3{v.X, v.Y, z} }

// Flat returns v as seen from above: without Z.
func (v Vec3) Flat() sim.Vec { return sim.Vec{X: v.X, Y: v.Y} }

// Add returns v + u.
func (v Vec3) Add(u Vec3) Vec3 { return Vec3{v.X + u.X, v.Y + u.Y, v.Z + u.Z} }

// Sub returns v - u.
func (v Vec3) Sub(u Vec3) Vec3 { return Vec3{v.X - u.X, v.Y - u.Y, v.Z - u.Z} }

// Scale returns v * k, rounded and wrapped as sim.Fixed.Mul does.
func (v Vec3) Scale(k sim.Fixed) Vec3 { return Vec3{v.X.Mul(k), v.Y.Mul(k), v.Z.Mul(k)} }

// Dot returns the dot product in 1/65536. What does not fit, as that of vectors
// longer than 11,863,283 units may not, is the nearest that does.
func (v Vec3) Dot(u Vec3) int64 {
	return product(int64(v.X), int64(u.X)).plus(product(int64(v.Y), int64(u.Y))).plus(product(int64(v.Z), int64(u.Z))).clamped()
}

// Cross returns the cross product, which is at a right angle to both: of X and Y
// it is Z. Each part is rounded toward minus infinity; what does not fit is the
// nearest that does.
func (v Vec3) Cross(u Vec3) Vec3 {
	return Vec3{minor(v.Y, v.Z, u.Y, u.Z), minor(v.Z, v.X, u.Z, u.X), minor(v.X, v.Y, u.X, u.Y)}
}

// minor returns a*d - b*c. Before it is cut to 1/256 it is less than 2^63 away
// from 0: no product is below 2^31 - 2^62.
func minor(a, b, c, d sim.Fixed) sim.Fixed {
	return fixed((int64(a)*int64(d) - int64(b)*int64(c)) >> 8)
}

// len2 returns the squared length in 1/65536.
func (v Vec3) len2() uint64 {
	x, y, z := int64(v.X), int64(v.Y), int64(v.Z)
	return uint64(x*x) + uint64(y*y) + uint64(z*z) // at most 3 * 2^62
}

// Len returns the length, rounded down. Lengths over 8,388,607 saturate.
func (v Vec3) Len() sim.Fixed { return fixed(int64(sim.Sqrt(v.len2()))) }

// Within reports whether v is at most r long; nothing is within a negative r.
func (v Vec3) Within(r sim.Fixed) bool { return r >= 0 && v.len2() <= uint64(int64(r)*int64(r)) }

// ClampLen returns v, shortened to length r if it is longer: the result is always
// Within(r). A negative r is taken as 0.
func (v Vec3) ClampLen(r sim.Fixed) Vec3 {
	r = max(r, 0)
	if v.Within(r) {
		return v
	}
	n := int64(sim.Sqrt(v.len2()))
	if uint64(n*n) < v.len2() {
		n++ // rounded up, so that the result is not too long
	}
	part := func(a sim.Fixed) sim.Fixed { return sim.Fixed(int64(a) * int64(r) / n) }
	return Vec3{part(v.X), part(v.Y), part(v.Z)}
}

// Toward3 returns the vector of length r in direction yaw of the plane and pitch
// above it: a pitch of 0 is flat, of 16384 straight along Z. Each part is rounded
// down, to within 5/65536 of r.
func Toward3(yaw, pitch sim.Angle, r sim.Fixed) Vec3 {
	flat := int64(sim.Cos(pitch))
	return Vec3{
		sim.Fixed(int64(sim.Cos(yaw)) * flat >> 16 * int64(r) >> 16),
		sim.Fixed(int64(sim.Sin(yaw)) * flat >> 16 * int64(r) >> 16),
		sim.Fixed(int64(sim.Sin(pitch)) * int64(r) >> 16),
	}
}
