package arena

import (
	"fmt"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

// Rect is an axis-aligned rectangle.
type Rect = geo.Rect

// Spot is where a pickup lies.
type Spot struct {
	At   sim.Vec
	Kind uint8
}

// Layout is the ground of a mode. It never changes during a match; clients
// find its walls and spots in the tables wall and pickup.
type Layout struct {
	// Size: the world goes from 0 to Size.
	Size sim.Vec
	// Walls stop ships, projectiles and rails. They may touch and overlap.
	Walls []Rect
	// Spots are the pickups.
	Spots []Spot
	// Bases is where each team appears, team 1 first; without it anywhere.
	Bases []Rect
}

// Map returns the ground of a mode by the mode's name, for bots and pages.
func Map(mode string) (Layout, bool) {
	c, ok := ConfigOf(mode)
	return c.Layout, ok
}

// minWall is the least thickness of a wall in units: a hit is a distance to
// the centre of a ship, and must not reach one on the far side.
const minWall = 32

func (l *Layout) validate(f *faults, c Config) {
	side := sim.Int(512)
	if l.Size.X < side || l.Size.Y < side || l.Size.X > maxSide || l.Size.Y > maxSide {
		f.add("Layout.Size is %d x %d units, want 512 to %d", l.Size.X.Floor(), l.Size.Y.Floor(), maxSide.Floor())
	}
	world := Rect{Max: l.Size}
	for i, w := range l.Walls {
		if !world.Contains(w.Min) || !world.Contains(w.Max) {
			f.add("Layout.Walls[%d] is outside the world", i)
		}
		if w.Max.X-w.Min.X < sim.Int(minWall) || w.Max.Y-w.Min.Y < sim.Int(minWall) {
			f.add("Layout.Walls[%d] is thinner than %d units", i, minWall)
		}
	}
	for i, s := range l.Spots {
		if fault := l.spotFault(s); fault != "" {
			f.add("Layout.Spots[%d] %s", i, fault)
		}
	}
	if len(l.Bases) != 0 && len(l.Bases) != c.Teams {
		f.add("Layout.Bases has %d bases for %d teams", len(l.Bases), c.Teams)
	}
}

func (l *Layout) spotFault(s Spot) string {
	if s.Kind < 1 || s.Kind > pickupKinds {
		return fmt.Sprintf("has kind %d, want 1 to %d", s.Kind, pickupKinds)
	}
	if !(Rect{Max: l.Size}).Contains(s.At) {
		return "is outside the world"
	}
	for _, w := range l.Walls {
		if w.Contains(s.At) {
			return "is inside a wall"
		}
	}
	return ""
}

// box makes a rectangle from whole units.
func box(x0, y0, x1, y1 int) Rect {
	return Rect{Min: sim.Vec{X: unit(x0), Y: unit(y0)}, Max: sim.Vec{X: unit(x1), Y: unit(y1)}}
}

// fourfold mirrors rectangles at both middle lines of a square world.
func fourfold(side int, quarter []Rect) []Rect {
	s := unit(side)
	all := make([]Rect, 0, 4*len(quarter))
	for _, r := range quarter {
		flipX := Rect{Min: sim.Vec{X: s - r.Max.X, Y: r.Min.Y}, Max: sim.Vec{X: s - r.Min.X, Y: r.Max.Y}}
		all = append(all, r, flipX)
		for _, q := range []Rect{r, flipX} {
			all = append(all, Rect{Min: sim.Vec{X: q.Min.X, Y: s - q.Max.Y}, Max: sim.Vec{X: q.Max.X, Y: s - q.Min.Y}})
		}
	}
	return all
}

// spots puts one pickup of a kind at (x, y) and at its three mirror points.
func spots(side int, kind uint8, x, y int) []Spot {
	at := func(x, y int) Spot { return Spot{sim.Vec{X: unit(x), Y: unit(y)}, kind} }
	return []Spot{at(x, y), at(side-x, y), at(x, side-y), at(side-x, side-y)}
}
