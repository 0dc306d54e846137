package bots

import (
	"math"

	"github.com/metronome-server/metronome/sim"
)

// point is a place or a way in whole units.
type point struct{ x, y float64 }

func pointOf(v sim.Vec) point { return point{float64(v.X) / 256, float64(v.Y) / 256} }

func (p point) to(q point) point      { return point{q.x - p.x, q.y - p.y} }
func (p point) plus(q point) point    { return point{p.x + q.x, p.y + q.y} }
func (p point) times(k float64) point { return point{p.x * k, p.y * k} }
func (p point) length() float64       { return math.Hypot(p.x, p.y) }
func (p point) direction() float64    { return math.Atan2(p.y, p.x) }

// along is how long p is in the direction of q.
func (p point) along(q point) float64 { return (p.x*q.x + p.y*q.y) / max(q.length(), 1) }

func toward(angle, length float64) point {
	return point{math.Cos(angle) * length, math.Sin(angle) * length}
}

// box is a rectangle that cannot be entered.
type box struct{ min, max point }

// crosses reports whether the way from p to q leads through the box.
func (b *box) crosses(p, q point) bool {
	in, out := 0.0, 1.0 // the part of the way inside
	return clip(p.x, q.x-p.x, b.min.x, b.max.x, &in, &out) && clip(p.y, q.y-p.y, b.min.y, b.max.y, &in, &out)
}

// clip narrows the part of a way that lies between lo and hi along one axis;
// false: none does.
func clip(from, way, lo, hi float64, in, out *float64) bool {
	if way == 0 {
		return from > lo && from < hi
	}
	a, b := (lo-from)/way, (hi-from)/way
	*in, *out = max(*in, min(a, b)), min(*out, max(a, b))
	return *in < *out
}
