package bots

// margin is how far round a corner a way leads, units beyond what a ship needs.
const margin = 12

// detourReach is how far off corners are considered, units.
const detourReach = 900

// way returns where to fly first to come to a place: the place itself, or the
// corner of a wall from which it is nearest, of those that can be flown to
// straight. Why one corner is enough: it is asked again every few ticks.
func (s *sight) way(from, to point) point {
	if s.clear(from, to) {
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
			if here > detourReach || here < margin || here+there >= least || !s.clear(from, corner) {
				continue
			}
			if !s.clear(corner, to) {
				there += hidden // round one more corner, at least
			}
			if here+there < least {
				best, least = corner, here+there
			}
		}
	}
	return best
}
