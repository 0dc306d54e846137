package queue

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// search is the search for a match that contains an entry, in one region.
type search struct {
	seed      int32
	region    int
	sh        *shape
	near      []near // who agrees with the entry, by rating, itself among them
	self      int    // its place among them
	playersTo []int  // players before each of the near
	tally     tally
	chose     []int32 // who is between two ratings and covers both
}

// near is an entry that agrees with the one that a match is sought for.
type near struct {
	rating, window float64
	who, players   int32
	masks          int32 // where its players' roles begin
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
	// hasty is how many lowest ratings are tried once the round has worked enough.
	hasty = 4
)

// find looks for a match that contains an entry in a region, has it arranged, and
// reports whether there is one.
func (r *round) find(seed int32, region int, sh *shape) bool {
	r.seed, r.region, r.sh = seed, region, sh
	// So many of each kind to each side are mostly enough; more are looked at when
	// they are not, which can only be because of what the others ask of each other.
	for enough := sh.most; ; enough *= 4 {
		all := r.look(enough)
		if r.tally.players < sh.least || r.valueOf(&r.tally, sh) == 0 {
			return false
		}
		if r.try() {
			return true
		}
		if all || r.work < 0 {
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
		if r.work < 0 {
			return false
		}
	}
	return false
}

// look collects who agrees with the seed by rating, until there are enough players of
// each kind to each side, and tallies them. It reports whether there are no more to be
// had.
func (r *round) look(enough int) bool {
	seed := &r.who[r.seed]
	r.near = r.near[:0]
	r.tally.begin(seed)
	lines := r.linesOf(r.region)
	own := int(r.kind[seed.kind])
	all := r.lookIn(&lines[own], r.at[r.region][r.seed], r.at[r.region][r.seed], enough)
	if len(lines) > 1 {
		for k := range lines {
			if k != own && len(lines[k].places) > 0 {
				below, from := lines[k].around(seed.rating)
				all = r.lookIn(&lines[k], below, from, enough) && all
			}
		}
		slices.SortFunc(r.near, func(a, b near) int {
			if a.rating != b.rating {
				return cmp.Compare(a.rating, b.rating)
			}
			return int(a.who) - int(b.who)
		})
	}
	r.self = slices.IndexFunc(r.near, func(n near) bool { return n.who == r.seed })
	return all
}

// lookIn collects who agrees with the seed among one kind, downwards from one place on
// and upwards from another. Of the seed's own kind both are the seed's.
func (r *round) lookIn(l *line, below, from int32, enough int) bool {
	seed := &r.who[r.seed]
	begin := len(r.near)
	if below == from && below >= 0 {
		below = l.places[below].prev
	}
	all := r.lookOn(l, below, false, enough)
	slices.Reverse(r.near[begin:])
	if from >= 0 && l.places[from].who == r.seed {
		r.near = append(r.near, near{seed.rating, seed.window, r.seed, seed.players, seed.masks})
		r.add(&r.tally, seed.players, seed.masks)
		from = l.places[from].next
	}
	return r.lookOn(l, from, true, enough) && all
}

// lookOn collects who agrees with the seed from a place on, up or down, until there
// are enough players. It reports whether there are no more to be had.
func (r *round) lookOn(l *line, at int32, up bool, enough int) bool {
	seed := &r.who[r.seed]
	players := 0
	for looked := 0; at >= 0 && looked < r.reach; looked++ {
		p := &l.places[at]
		apart := math.Abs(p.rating - seed.rating)
		if apart > seed.window {
			return true
		}
		if players >= enough {
			return false
		}
		if apart <= p.window && (!r.apart || r.canMeet(seed, p)) {
			r.near = append(r.near, near{p.rating, p.window, p.who, p.players, p.masks})
			r.add(&r.tally, p.players, p.masks)
			players += int(p.players)
		}
		if at = p.prev; up {
			at = p.next
		}
	}
	return true
}

// canMeet reports whether an entry can be in a match with the seed: in its team, if
// it must not be against it.
func (r *round) canMeet(seed *waiter, p *place) bool {
	if !seed.insists && !r.who[p.who].insists {
		return true
	}
	beside, _ := r.s.room(int(seed.players), int(p.players))
	return beside && len(r.s.c.Teams) > 1 || !r.conflict(r.seed, p.who)
}

// next returns the best span after the last that was tried.
func (r *round) next(last span) span {
	best := none
	full := 2 * r.sh.most
	r.playersTo = append(r.playersTo[:0], 0)
	for i := range r.near {
		r.playersTo = append(r.playersTo, r.playersTo[i]+int(r.near[i].players))
	}
	for lo := r.self; lo >= 0; lo-- {
		low := &r.near[lo]
		if best.value == full && r.near[r.self].rating-low.rating > best.width || r.work < 0 && lo+hasty < r.self {
			break
		}
		// However many of them there are, not all may cover it.
		top := low.rating + low.window
		end := r.self + sort.Search(len(r.near)-r.self, func(i int) bool { return r.near[r.self+i].rating > top })
		if r.playersTo[end]-r.playersTo[lo] >= r.sh.least {
			best = r.widen(lo, end, last, best)
		}
	}
	return best
}

// widen goes through the spans from a lowest rating on and returns the best after the
// last that was tried, if it is better than the best so far.
func (r *round) widen(lo, end int, last, best span) span {
	low := &r.near[lo]
	r.tally.begin(&r.who[r.seed])
	full := 2 * r.sh.most
	reach := math.Inf(1) // the highest rating that all who were added cover
	for hi := lo; hi < end; hi++ {
		h := &r.near[hi]
		if best.value == full && h.rating-low.rating > best.width {
			break
		}
		r.work--
		if h.rating-low.rating > h.window {
			continue
		}
		r.add(&r.tally, h.players, h.masks)
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
			if is.value == full {
				break // wider ones are no better
			}
		}
	}
	return best
}

// recount tallies who covers a span, and returns the highest rating that they all
// cover.
func (r *round) recount(lo, hi int) float64 {
	r.tally.begin(&r.who[r.seed])
	reach := math.Inf(1)
	for i := lo; i <= hi; i++ {
		if r.covers(i, lo, hi) {
			r.add(&r.tally, r.near[i].players, r.near[i].masks)
			reach = min(reach, r.near[i].rating+r.near[i].window)
		}
	}
	r.work -= hi - lo
	return reach
}

// covers reports whether the window of one of the near covers a span.
func (r *round) covers(i, lo, hi int) bool {
	n := &r.near[i]
	return n.rating-r.near[lo].rating <= n.window && r.near[hi].rating-n.rating <= n.window
}

// choose has r.chose be who covers a span.
func (r *round) choose(s span) {
	r.chose = r.chose[:0]
	for i := s.lo; i <= s.hi; i++ {
		if r.covers(i, s.lo, s.hi) {
			r.chose = append(r.chose, r.near[i].who)
		}
	}
}
