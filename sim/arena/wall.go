package arena

import "github.com/metronome-server/metronome/sim"

// Wall is a row of the table wall: a rectangle from X, Y to X+W, Y+H. The rows
// are there from the start and never change.
type Wall struct {
	X, Y, W, H sim.Fixed
	Cell       uint16 `wire:"local"`
}

// ground is the layout, prepared for questions. It is the same for every
// match with the same rules and never changes.
type ground struct {
	size   sim.Vec
	radius sim.Fixed // of a ship
	reach  sim.Fixed // longest step that it can judge
	walls  []Rect
	bins   *bins
}

// newGround prepares l for ships of a radius and steps up to reach per tick.
func newGround(l Layout, radius, reach sim.Fixed) *ground {
	grown := make([]Rect, len(l.Walls))
	for i, w := range l.Walls {
		grown[i] = w.Grow(radius + reach)
	}
	return &ground{l.Size, radius, reach, l.Walls, newBins(l.Size, grown)}
}

// slide returns where a ship at p comes that wants to move by v, at most reach
// along each axis: first along X, then along Y, each up to the first wall.
// p is in no wall, and neither is the result.
func (g *ground) slide(p, v sim.Vec) sim.Vec {
	r := g.radius
	near := g.bins.near(p)
	x := (p.X + v.X).Clamp(r, g.size.X-r)
	for _, id := range near {
		w := &g.walls[id]
		if p.Y > w.Min.Y-r && p.Y < w.Max.Y+r {
			x = stop(p.X, x, w.Min.X-r, w.Max.X+r)
		}
	}
	y := (p.Y + v.Y).Clamp(r, g.size.Y-r)
	for _, id := range near {
		w := &g.walls[id]
		if x > w.Min.X-r && x < w.Max.X+r {
			y = stop(p.Y, y, w.Min.Y-r, w.Max.Y+r)
		}
	}
	return sim.Vec{X: x, Y: y}
}

// stop returns how far a move from a to b along one axis comes when lo to hi
// is blocked; the borders themselves are free.
func stop(a, b, lo, hi sim.Fixed) sim.Fixed {
	switch {
	case a <= lo && b > lo:
		return lo
	case a >= hi && b < hi:
		return hi
	}
	return b
}

// blocked reports whether a ship cannot be at p.
func (g *ground) blocked(p sim.Vec) bool {
	r := g.radius
	if p.X < r || p.Y < r || p.X > g.size.X-r || p.Y > g.size.Y-r {
		return true
	}
	for _, id := range g.bins.near(p) {
		if w := g.walls[id].Grow(r); p.X > w.Min.X && p.X < w.Max.X && p.Y > w.Min.Y && p.Y < w.Max.Y {
			return true
		}
	}
	return false
}

// addWalls fills the table wall.
func (a *rules) addWalls() {
	for _, w := range a.cfg.Layout.Walls {
		d := w.Max.Sub(w.Min)
		a.walls.Add(Wall{w.Min.X, w.Min.Y, d.X, d.Y, a.cells.of(w.Min)})
	}
}
