package queue

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"time"
)

// A round is one pass of the standard matcher over a pool.
type round struct {
	s   *standard
	who []waiter // the pool's entries, the oldest first
	// lines are the entries that accept a region, by rating, one line per region of
	// the configuration; a queue without regions has one.
	lines []line
	// masks are the roles that players would play, a bit each, all entries' after
	// one another.
	masks []uint32
	// apart: some entry of the pool insists on not meeting somebody again.
	apart bool
	// roles are standard.roles, and anyFill has teams need no more than their least:
	// what Explain looks at is a round of which something is not asked.
	roles   []int
	anyFill bool
	// reach is how many places to each side an entry looks at. It is smaller in a
	// large pool, so that a round in which nothing fits stays short.
	reach int

	shapes map[shapeKey]*shape
	order  []int // regions of an entry
	rough  []sorted
	spare  []sorted
	search
	arrangement
}

// waiter is an entry as a round sees it.
type waiter struct {
	entry    *Entry
	rating   float64
	sum      float64 // of its players' ratings
	window   float64 // how far others may be from its rating
	waited   time.Duration
	latency  float64 // ms to a region that it accepts
	regions  uint64  // that it accepts, a bit each
	players  int
	masks    int32 // where its players' roles begin
	insists  bool  // on not meeting again whom it has just played
	anything bool  // it has waited so long that it plays whatever can be had
	gone     bool  // in a match, or left aside
}

// line is the entries that accept a region, by rating.
type line struct {
	places []place
	at     []int32 // the place of each entry, negative: not in it
}

// place is an entry's in a line, with what its neighbours ask of it.
type place struct {
	rating, window float64
	who            int32
	prev, next     int32 // places of those who are still there
	players        int32
}

// sorted is an entry with its rating as a number that sorts alike.
type sorted struct{ key, who uint32 }

// looks bounds the places that a round looks at while it collects neighbours.
const looks = 4_000_000

// load has the round begin with a pool.
func (r *round) load(pool *Pool, now time.Time) {
	r.see(pool.Entries, now)
	r.lineUp()
}

// see has r.who be the entries as they are at a time.
func (r *round) see(entries []*Entry, now time.Time) {
	n := len(entries)
	r.who = slices.Grow(r.who[:0], n)[:n]
	r.masks = r.masks[:0]
	r.roles, r.apart, r.anyFill = r.s.roles, false, false
	r.reach = min(max(looks/max(n, 1), 2*r.s.most+16), max(n, 1))
	c := r.s.c
	window, latency := walk{curve: c.Widening.Rating}, walk{curve: c.Widening.Latency}
	for i, e := range entries {
		w := &r.who[i]
		*w = waiter{entry: e, waited: e.Waited(now), players: len(e.Members)}
		if w.players == 0 || w.players > r.s.party {
			continue // fits no team, so it is in no line
		}
		if c.Rating.Source != RatingNone {
			w.rating = e.Rating(c.Party)
			for j := range e.Members {
				w.sum += e.Members[j].Rating
			}
		}
		w.anything = c.Limit.Then == LimitPlay && c.Limit.After > 0 && w.waited >= c.Limit.After
		w.window = max(0, window.at(w.waited, math.Inf(1)))
		w.latency = latency.at(w.waited, math.Inf(1))
		if w.anything {
			w.window, w.latency = math.Inf(1), math.Inf(1)
		}
		w.regions = r.s.accepted(e, w.latency)
		if c.Avoid.Last > 0 && w.waited < c.Avoid.For {
			w.insists = slices.ContainsFunc(e.Members, func(m Member) bool { return len(m.Recent) > 0 })
			r.apart = r.apart || w.insists
		}
		if r.roles != nil {
			w.masks = int32(len(r.masks))
			for j := range e.Members {
				r.masks = append(r.masks, r.s.mask(&e.Members[j]))
			}
		}
	}
}

// accepted is the regions in which an entry would play, a bit each.
func (s *standard) accepted(e *Entry, most float64) uint64 {
	n := max(1, len(s.c.Regions))
	all := ^uint64(0) >> (64 - min(n, MaxRegions))
	if len(s.c.Regions) == 0 || len(e.Latency) == 0 || math.IsInf(most, 1) {
		return all
	}
	var is uint64
	for i, name := range s.c.Regions {
		if ms, ok := e.Latency[name]; ok && float64(ms) <= most {
			is |= 1 << i
		}
	}
	return is
}

// mask is the roles that a player would play, a bit each.
func (s *standard) mask(m *Member) uint32 {
	if len(m.Roles) == 0 {
		return math.MaxUint32
	}
	var is uint32
	for i, role := range s.c.Roles {
		if slices.Contains(m.Roles, role.Name) {
			is |= 1 << i
		}
	}
	return is
}

// lineUp sorts the entries by rating and has a line for each region.
func (r *round) lineUp() {
	n := len(r.who)
	r.sortByRating()
	regions := max(1, len(r.s.c.Regions))
	r.lines = slices.Grow(r.lines[:0], regions)[:regions]
	for g := range r.lines {
		l := &r.lines[g]
		l.places = slices.Grow(l.places[:0], n)[:0]
		l.at = slices.Grow(l.at[:0], n)[:n]
		for i := range l.at {
			l.at[i] = -1
		}
	}
	for _, s := range r.rough {
		w := &r.who[s.who]
		for left := w.regions; left != 0; left &= left - 1 {
			l := &r.lines[bits.TrailingZeros64(left)]
			p := int32(len(l.places))
			l.at[s.who] = p
			l.places = append(l.places, place{
				rating: w.rating, window: w.window, who: int32(s.who),
				prev: p - 1, next: p + 1, players: int32(w.players),
			})
		}
	}
	for g := range r.lines {
		if places := r.lines[g].places; len(places) > 0 {
			places[len(places)-1].next = -1
		}
	}
}

// sortByRating has r.rough be all entries by rating, the older first of two alike.
// It sorts by digits, since a comparing sort of a large pool takes longer than the
// whole rest of a round.
func (r *round) sortByRating() {
	n := len(r.who)
	r.rough = slices.Grow(r.rough[:0], n)[:n]
	r.spare = slices.Grow(r.spare[:0], n)[:n]
	for i := range r.who {
		b := math.Float32bits(float32(r.who[i].rating))
		if b>>31 != 0 {
			b = ^b // negative: the larger the bits, the smaller the number
		} else {
			b |= 1 << 31
		}
		r.rough[i] = sorted{b, uint32(i)}
	}
	for shift := 0; shift < 32; shift += 8 {
		var begin [257]int
		for _, s := range r.rough {
			begin[(s.key>>shift&255)+1]++
		}
		if slices.Contains(begin[1:], n) {
			continue // all alike in this digit
		}
		for d := range 256 {
			begin[d+1] += begin[d]
		}
		for _, s := range r.rough {
			d := s.key >> shift & 255
			r.spare[begin[d]] = s
			begin[d]++
		}
		r.rough, r.spare = r.spare, r.rough
	}
	// Those whose ratings differ by less than the key shows.
	for i := 0; i < n; {
		j := i + 1
		for j < n && r.rough[j].key == r.rough[i].key {
			j++
		}
		if j-i > 1 {
			slices.SortStableFunc(r.rough[i:j], func(a, b sorted) int {
				return cmp.Compare(r.who[a.who].rating, r.who[b.who].rating)
			})
		}
		i = j
	}
}

// take takes an entry out of the rest of the round.
func (r *round) take(i int32) {
	w := &r.who[i]
	w.gone = true
	for left := w.regions; left != 0; left &= left - 1 {
		l := &r.lines[bits.TrailingZeros64(left)]
		p := &l.places[l.at[i]]
		if p.prev >= 0 {
			l.places[p.prev].next = p.next
		}
		if p.next >= 0 {
			l.places[p.next].prev = p.prev
		}
	}
}

// walk is a curve for times that change little from one to the next.
type walk struct {
	curve Curve
	i     int // points before the last time
}

// at is Curve.At.
func (w *walk) at(waited time.Duration, otherwise float64) float64 {
	for w.i > 0 && w.curve[w.i-1].Waited > waited {
		w.i--
	}
	for w.i < len(w.curve) && w.curve[w.i].Waited <= waited {
		w.i++
	}
	return w.curve.after(w.i, waited, otherwise)
}
