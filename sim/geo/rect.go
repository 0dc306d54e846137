package geo

import "github.com/metronome-server/metronome/sim"

// Rect is an axis-aligned rectangle. Points on its border are in it, but they
// stop nothing: what moves may touch it and pass along.
type Rect struct{ Min, Max sim.Vec }

// Contains reports whether p is inside or on the border.
func (r Rect) Contains(p sim.Vec) bool {
	return p.X >= r.Min.X && p.X <= r.Max.X && p.Y >= r.Min.Y && p.Y <= r.Max.Y
}

// Overlaps reports whether the rectangles have more in common than a border.
func (r Rect) Overlaps(q Rect) bool {
	return r.Min.X < q.Max.X && q.Min.X < r.Max.X && r.Min.Y < q.Max.Y && q.Min.Y < r.Max.Y
}

// Grow returns r with every side moved out by d, or in by a negative d. A side
// stops at the end of the plane.
func (r Rect) Grow(d sim.Fixed) Rect { return r.grow(int64(d), int64(d)) }

func (r Rect) grow(x, y int64) Rect {
	return Rect{
		sim.Vec{X: fixed(int64(r.Min.X) - x), Y: fixed(int64(r.Min.Y) - y)},
		sim.Vec{X: fixed(int64(r.Max.X) + x), Y: fixed(int64(r.Max.Y) + y)},
	}
}

// Nearest returns the point of r that is nearest to p: p itself when it is in r.
func (r Rect) Nearest(p sim.Vec) sim.Vec {
	return sim.Vec{X: p.X.Clamp(r.Min.X, r.Max.X), Y: p.Y.Clamp(r.Min.Y, r.Max.Y)}
}

// Meet returns at which part of the way from p by d the inside of r begins: 0
// when p is inside, Whole when the way does not come in, or at its end only.
// Parts are rounded toward zero; a way that is inside for less than 1/65536 of
// its length may count as free. For a rectangular body that moves, grow r by half
// its sides first.
func (r Rect) Meet(p, d sim.Vec) int64 { return r.meet(p, d) }

// meet is Meet without a copy of the rectangle.
func (r *Rect) meet(p, d sim.Vec) int64 {
	inX, outX := span(int64(p.X), int64(d.X), int64(r.Min.X), int64(r.Max.X))
	inY, outY := span(int64(p.Y), int64(d.Y), int64(r.Min.Y), int64(r.Max.Y))
	in, out := max(inX, inY, 0), min(outX, outY)
	if in >= out || in > Whole {
		return Whole
	}
	return in
}

// MeetBody returns at which part of the way from p by d a circle around it of
// the given radius begins to overlap r: 0 when it does so at p, Whole when it
// never does. It is Meet with a rectangle that has rounded corners.
func (r Rect) MeetBody(p, d sim.Vec, radius sim.Fixed) int64 {
	if radius <= 0 {
		return r.Meet(p, d)
	}
	around := r.Grow(radius)
	if around.Meet(p, d) == Whole {
		return Whole
	}
	part := min(r.grow(int64(radius), 0).Meet(p, d), r.grow(0, int64(radius)).Meet(p, d))
	for _, corner := range [4]sim.Vec{r.Min, {X: r.Max.X, Y: r.Min.Y}, {X: r.Min.X, Y: r.Max.Y}, r.Max} {
		part = min(part, Circle{corner, radius}.Meet(p, d))
	}
	return part
}
