package queue

import (
	"math"
	"slices"
)

// search is the search for a match that contains an entry, in one region.
type search struct {
	seed  int32
	line  *line
	sh    *shape
	near  []near // who agrees with the entry, by rating, itself among them
	left  []near
	self  int // its place among them
	tally tally
	chose []int32 // who is between two ratings and covers both
}

// near is an entry that agrees with the one that a match is sought for.
type near struct {
	rating, window float64
	who            int32
	players        int32
}

// span is the lowest and the highest rating of a match that may be had.
type span struct {
	value  int // of shape.value: the better, the more
	width  float64
	lo, hi int // places among the near
}

// before reports whether a span is tried before another.
func (a span) before(b span) bool {
	switch {
	case a.value != b.value:
		return a.value > b.value
	case a.width != b.width:
		return a.width < b.width
	case a.lo != b.lo:
		return a.lo > b.lo
	}
	return a.hi < b.hi
}

// first is before all spans, none after all.
var (
	first = span{value: math.MaxInt}
	none  = span{value: 0, width: math.Inf(1), lo: -1}
)

const (
	// manyTries is how many spans are tried in which entries may fit by their sizes
	// alone, when the near are no more than few; fewTries, when they are.
	few, manyTries, fewTries = 16, 200, 8
)

// find looks for a match that contains an entry in a region, has it arranged, and
// takes its entries out of the round.
func (r *round) find(seed int32, region int, sh *shape) bool {
	r.seed, r.line, r.sh = seed, &r.lines[region], sh
	// So many to each side are mostly enough; more are looked at when they are not.
	for enough := sh.most; ; enough *= 4 {
		all := r.look(enough)
		if r.try() {
			return true
		}
		if all {
			return false
		}
	}
}

// try tries the spans of those who are near, the best first.
func (r *round) try() bool {
	tries := fewTries
	if len(r.near) <= few {
		tries = manyTries
	}
	last := first
	for range tries {
		last = r.next(last)
		if last.value == 0 {
			return false
		}
		r.choose(last)
		if r.arrange(r.sh, r.seed, r.chose) {
			return true
		}
	}
	return false
}

// look collects who agrees with the seed by rating, until each side has enough
// players. It reports whether there are no more to be had.
func (r *round) look(enough int) bool {
	seed := &r.who[r.seed]
	at := r.line.at[r.seed]
	room := r.s.large - seed.players // in the seed's own team
	all := true
	agree := func(p *place) bool {
		if math.Abs(p.rating-seed.rating) > p.window {
			return false
		}
		// Who cannot be in the seed's team either.
		return !seed.insists && !r.who[p.who].insists || len(r.s.c.Teams) > 1 && int(p.players) <= room || !r.conflict(r.seed, p.who)
	}
	side := func(to []near, next func(*place) int32) []near {
		players, looked := 0, 0
		for q := next(&r.line.places[at]); q >= 0; {
			p := &r.line.places[q]
			if math.Abs(p.rating-seed.rating) > seed.window {
				break
			}
			if looked >= r.reach {
				break
			}
			if players >= enough {
				all = false
				break
			}
			looked++
			if agree(p) {
				to = append(to, near{p.rating, p.window, p.who, p.players})
				players += int(p.players)
			}
			q = next(p)
		}
		return to
	}
	r.left = side(r.left[:0], func(p *place) int32 { return p.prev })
	slices.Reverse(r.left)
	r.near = append(r.near[:0], r.left...)
	r.self = len(r.near)
	r.near = append(r.near, near{seed.rating, seed.window, r.seed, int32(seed.players)})
	r.near = side(r.near, func(p *place) int32 { return p.next })
	return all
}

// next returns the best span after the last that was tried.
func (r *round) next(last span) span {
	best := none
	full := 2 * r.sh.most
	r.tally.begin(&r.who[r.seed])
	for i := range r.near {
		r.add(&r.tally, r.near[i].who)
	}
	if r.valueOf(&r.tally, r.sh) == 0 {
		return best
	}
	for lo := r.self; lo >= 0; lo-- {
		low := &r.near[lo]
		if best.value == full && r.near[r.self].rating-low.rating > best.width {
			break
		}
		best = r.widen(lo, last, best)
	}
	return best
}

// widen goes through the spans from a lowest rating on and returns the best after the
// last that was tried, if it is better than the best so far.
func (r *round) widen(lo int, last, best span) span {
	low := &r.near[lo]
	top := low.rating + low.window
	r.tally.begin(&r.who[r.seed])
	reach := math.Inf(1) // the highest rating that all who were added cover
	for hi := lo; hi < len(r.near); hi++ {
		h := &r.near[hi]
		if h.rating > top || best.value == 2*r.sh.most && h.rating-low.rating > best.width {
			break
		}
		if h.rating-h.window > low.rating {
			continue
		}
		r.add(&r.tally, h.who)
		reach = min(reach, h.rating+h.window)
		if hi < r.self {
			continue
		}
		if reach < h.rating {
			reach = r.recount(lo, hi)
		}
		if r.tally.players < r.sh.least {
			continue
		}
		is := span{r.valueOf(&r.tally, r.sh), h.rating - low.rating, lo, hi}
		if is.value > 0 && last.before(is) {
			if is.before(best) {
				best = is
			}
			if is.value == 2*r.sh.most {
				break // wider ones are no better
			}
		}
	}
	return best
}

// recount tallies who covers a span, and returns the highest rating that they all
// cover.
func (r *round) recount(lo, hi int) float64 {
	from, to := r.near[lo].rating, r.near[hi].rating
	r.tally.begin(&r.who[r.seed])
	reach := math.Inf(1)
	for i := lo; i <= hi; i++ {
		if n := &r.near[i]; n.rating-n.window <= from && n.rating+n.window >= to {
			r.add(&r.tally, n.who)
			reach = min(reach, n.rating+n.window)
		}
	}
	return reach
}

// choose has r.chose be who covers a span.
func (r *round) choose(s span) {
	from, to := r.near[s.lo].rating, r.near[s.hi].rating
	r.chose = r.chose[:0]
	for i := s.lo; i <= s.hi; i++ {
		if n := &r.near[i]; n.rating-n.window <= from && n.rating+n.window >= to {
			r.chose = append(r.chose, n.who)
		}
	}
}
