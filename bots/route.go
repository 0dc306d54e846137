package bots

import "slices"

const (
	// margin is how far round a corner a way leads, units beyond what a ship needs.
	margin = 12
	// reached is how near a corner counts as passed, units.
	reached = 40
	// detourReach is how far off corners are considered, units.
	detourReach = 900
)

// route finds ways round walls, corner by corner.
type route struct {
	passed [4]point // corners since the way was last straight, the oldest first
}

// way returns where to fly first to come to a place: the place itself, or the
// corner of a wall from which it is nearest, of those that can be flown to
// straight and were not passed. It is to be asked again every few ticks.
func (r *route) way(s *sight, from, to point) point {
	if s.clear(from, to) {
		r.passed = [4]point{}
		return to
	}
	best, least := to, 1e9
	for i := range s.walls {
		w := &s.walls[i]
		for _, corner := range [4]point{
			{w.min.x - margin, w.min.y - margin}, {w.max.x + margin, w.min.y - margin},
			{w.min.x - margin, w.max.y + margin}, {w.max.x + margin, w.max.y + margin},
		} {
			here := from.to(corner).length()
			there := corner.to(to).length()
			if here > detourReach || here+there >= least || slices.Contains(r.passed[:], corner) || !s.clear(from, corner) {
				continue
			}
			if here < reached {
				copy(r.passed[:], r.passed[1:])
				r.passed[3] = corner
				continue
			}
			if !s.clear(corner, to) {
				there += hidden // one more corner, at least
			}
			if here+there < least {
				best, least = corner, here+there
			}
		}
	}
	return best
}
