package geo

import "github.com/metronome-server/metronome/sim"

// Ground is a world from 0, 0 to its size with rectangles for walls, prepared for
// square bodies of one size. It never changes, so that the rules may keep it; it
// is the same for every match with the same walls.
type Ground struct {
	size   sim.Vec
	radius sim.Fixed
	reach  sim.Fixed
	walls  []Rect
	bins   *Bins
}

// groundShift is log2 of the side in 1/256 of the squares by which walls are
// found: 128 units, about a wall's thickness.
const groundShift = 15

// NewGround prepares a world for bodies of twice radius to a side, and for steps
// of up to reach along each axis. Walls may touch, overlap and reach out of the
// world, which must be large enough for a body. Negative lengths count as 0.
func NewGround(size sim.Vec, walls []Rect, radius, reach sim.Fixed) *Ground {
	g := &Ground{size: size, radius: max(radius, 0), reach: max(reach, 0), walls: walls}
	near := make([]Rect, len(walls))
	for i, w := range walls {
		near[i] = w.grow(g.far(), g.far())
	}
	g.bins = NewBins(size, groundShift, near)
	return g
}

// far is how far from a point the walls are known that are near it.
func (g *Ground) far() int64 { return int64(g.radius) + int64(g.reach) }

// Slide returns where a body at p comes that wants to move by v, at most reach
// along each axis: first along X, then along Y, each up to the first wall or the
// edge of the world. A p in the world and in no wall leads to another such
// point.
func (g *Ground) Slide(p, v sim.Vec) sim.Vec {
	near := g.bins.Near(p)
	px, py, r := int64(p.X), int64(p.Y), int64(g.radius)
	x := min(max(px+int64(v.X), r), int64(g.size.X)-r)
	for _, id := range near {
		if w := &g.walls[id]; py > int64(w.Min.Y)-r && py < int64(w.Max.Y)+r {
			x = stop(px, x, int64(w.Min.X)-r, int64(w.Max.X)+r)
		}
	}
	y := min(max(py+int64(v.Y), r), int64(g.size.Y)-r)
	for _, id := range near {
		if w := &g.walls[id]; x > int64(w.Min.X)-r && x < int64(w.Max.X)+r {
			y = stop(py, y, int64(w.Min.Y)-r, int64(w.Max.Y)+r)
		}
	}
	return sim.Vec{X: fixed(x), Y: fixed(y)}
}

// stop returns how far a move from a to b along one axis comes when lo to hi
// is blocked; the borders themselves are free.
func stop(a, b, lo, hi int64) int64 {
	switch {
	case a <= lo && b > lo:
		return lo
	case a >= hi && b < hi:
		return hi
	}
	return b
}

// Blocked reports whether a body cannot be at p: it would reach out of the world
// or into a wall. Touching is no fault.
func (g *Ground) Blocked(p sim.Vec) bool {
	x, y, r := int64(p.X), int64(p.Y), int64(g.radius)
	if x < r || y < r || x > int64(g.size.X)-r || y > int64(g.size.Y)-r {
		return true
	}
	for _, id := range g.bins.Near(p) {
		w := &g.walls[id]
		if x > int64(w.Min.X)-r && x < int64(w.Max.X)+r && y > int64(w.Min.Y)-r && y < int64(w.Max.Y)+r {
			return true
		}
	}
	return false
}

// Free returns which part of the way of a point from p by d is free of walls:
// Whole when all of it is. d is at most reach and radius together along each
// axis. The edge of the world is no wall here.
func (g *Ground) Free(p, d sim.Vec) int64 {
	part := int64(Whole)
	for _, id := range g.bins.Near(p) {
		part = min(part, g.walls[id].meet(p, d))
	}
	return part
}

// beamShift is log2 of the longest way, in 1/256, that is judged in one: 16,384
// units. Parts of it are a quarter of a unit.
const beamShift = 22

// Beam returns where a ray from p, a point of the world, by d ends: at a wall, at
// the edge of the world, or at its full length. The end is right to 1/65536 of
// the length, and to a quarter of a unit where it is over 16,384 units. It takes
// time for each piece of reach and radius together.
func (g *Ground) Beam(p, d sim.Vec) sim.Vec {
	n := int64(sim.Sqrt(uint64(d.Len2())))>>beamShift + 1
	at := sim.Vec{}
	for i := range n {
		next := sim.Vec{X: sim.Fixed(int64(d.X) * (i + 1) / n), Y: sim.Fixed(int64(d.Y) * (i + 1) / n)}
		end, free := g.beam(p.Add(at), next.Sub(at))
		if !free {
			return end
		}
		at = next
	}
	return p.Add(d)
}

// beam is Beam for one way, and reports whether it is free.
func (g *Ground) beam(p, d sim.Vec) (end sim.Vec, free bool) {
	_, outX := span(int64(p.X), int64(d.X), -1, int64(g.size.X)+1)
	_, outY := span(int64(p.Y), int64(d.Y), -1, int64(g.size.Y)+1)
	inWorld := max(min(outX, outY, Whole), 0)
	d = Along(sim.Vec{}, d, inWorld)
	pieces := int64(sim.Sqrt(uint64(d.Len2())))/max(g.far(), 1) + 1
	for i := range pieces {
		from := Along(p, d, i*Whole/pieces)
		step := Along(p, d, (i+1)*Whole/pieces).Sub(from)
		if part := g.Free(from, step); part < Whole {
			return Along(from, step, part), false
		}
	}
	return p.Add(d), inWorld == Whole
}
