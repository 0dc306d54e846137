package geo

import "github.com/metronome-server/metronome/sim"

// Box is an axis-aligned box. Points on its border are in it, but they stop
// nothing: what moves may touch it and pass along.
type Box struct{ Min, Max Vec3 }

// Contains reports whether p is inside or on the border.
func (b Box) Contains(p Vec3) bool {
	return p.X >= b.Min.X && p.X <= b.Max.X && p.Y >= b.Min.Y && p.Y <= b.Max.Y && p.Z >= b.Min.Z && p.Z <= b.Max.Z
}

// Overlaps reports whether the boxes have more in common than a border.
func (b Box) Overlaps(o Box) bool {
	return b.Min.X < o.Max.X && o.Min.X < b.Max.X && b.Min.Y < o.Max.Y && o.Min.Y < b.Max.Y &&
		b.Min.Z < o.Max.Z && o.Min.Z < b.Max.Z
}

// Grow returns b with every side moved out by d, or in by a negative d. A side
// stops at the end of space.
func (b Box) Grow(d sim.Fixed) Box {
	move := func(v Vec3, d int64) Vec3 {
		return Vec3{fixed(int64(v.X) + d), fixed(int64(v.Y) + d), fixed(int64(v.Z) + d)}
	}
	return Box{move(b.Min, -int64(d)), move(b.Max, int64(d))}
}

// Meet is [Rect.Meet] in space: at which part of the way from p by d the inside of
// b begins.
func (b Box) Meet(p, d Vec3) int64 {
	inX, outX := span(int64(p.X), int64(d.X), int64(b.Min.X), int64(b.Max.X))
	inY, outY := span(int64(p.Y), int64(d.Y), int64(b.Min.Y), int64(b.Max.Y))
	inZ, outZ := span(int64(p.Z), int64(d.Z), int64(b.Min.Z), int64(b.Max.Z))
	in, out := max(inX, inY, inZ, 0), min(outX, outY, outZ)
	if in >= out || in > Whole {
		return Whole
	}
	return in
}

// Sphere is all that is within R of a point of space. One with a negative R is
// nowhere.
type Sphere struct {
	At Vec3
	R  sim.Fixed
}

// Contains reports whether p is inside or on the surface.
func (s Sphere) Contains(p Vec3) bool {
	x, y, z := int64(p.X)-int64(s.At.X), int64(p.Y)-int64(s.At.Y), int64(p.Z)-int64(s.At.Z)
	r := int64(s.R)
	return inCircle(x, y, r) && -r <= z && z <= r && uint64(x*x)+uint64(y*y)+uint64(z*z) <= uint64(r*r)
}

// Meet is [Circle.Meet] in space: at which part of the way from p by d the inside
// of s begins.
func (s Sphere) Meet(p, d Vec3) int64 {
	return enter(
		[3]int64{int64(s.At.X) - int64(p.X), int64(s.At.Y) - int64(p.Y), int64(s.At.Z) - int64(p.Z)},
		[3]int64{int64(d.X), int64(d.Y), int64(d.Z)}, int64(s.R))
}

// Along3 is [Along] in space.
func Along3(p, d Vec3, part int64) Vec3 {
	return Vec3{
		p.X + sim.Fixed(int64(d.X)*part>>16), p.Y + sim.Fixed(int64(d.Y)*part>>16), p.Z + sim.Fixed(int64(d.Z)*part>>16),
	}
}
