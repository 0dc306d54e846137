package queue

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// lines are the entries of a round by rating: one line for each region and kind.
type lines struct {
	all   []line  // by region, then by kind
	kinds []uint8 // that there are
	kind  [256]uint8
	at    [][]int32 // by region: the place of each entry in its line
	whole []sum     // by region: what all entries come to

	sorted, spare []sorted
	ranks         [][]place // by region: who accepts it, of all kinds
	before        []int     // players before each of them
}

// line is the entries of a kind that accept a region, by rating.
type line struct{ places []place }

// place is an entry's in a line, with what its neighbours ask of it.
type place struct {
	rating, window float64
	who            int32
	// prev and next are the places of those who are still there. Of one who is not,
	// they lead to those, maybe over others who are not.
	prev, next int32
	players    int32 // negative: gone
	masks      int32 // where its players' roles begin
}

// sorted is an entry with its rating as a number that sorts alike.
type sorted struct{ key, who uint32 }

// lineUp has a line for each region and kind. Unless everybody is wanted, entries are
// left out that can be in no match, so that nobody looks at them.
func (r *round) lineUp(everybody bool) {
	r.sortByRating()
	r.findKinds()
	regions := max(1, len(r.s.c.Regions))
	r.all = slices.Grow(r.all[:0], regions*len(r.kinds))[:regions*len(r.kinds)]
	r.at = slices.Grow(r.at[:0], regions)[:regions]
	r.whole = slices.Grow(r.whole[:0], regions)[:regions]
	r.rank(regions)
	for g := range regions {
		for range prunings {
			if everybody || !r.prune(g) {
				break
			}
		}
		r.at[g] = slices.Grow(r.at[g][:0], len(r.who))[:len(r.who)]
		lines := r.linesOf(g)
		for k := range lines {
			lines[k].places = lines[k].places[:0]
		}
		r.whole[g] = sum{}
		for _, is := range r.ranks[g] {
			w := &r.who[is.who]
			l := &lines[r.kind[w.kind]]
			is.prev, is.next = int32(len(l.places)-1), int32(len(l.places)+1)
			r.at[g][is.who] = int32(len(l.places))
			l.places = append(l.places, is)
			w.lines |= 1 << g
			r.count(&r.whole[g], w, 1)
		}
		for k := range lines {
			if n := len(lines[k].places); n > 0 {
				lines[k].places[n-1].next = -1
			}
		}
	}
}

// linesOf are the lines of a region, by kind.
func (r *round) linesOf(region int) []line {
	return r.all[region*len(r.kinds):][:len(r.kinds)]
}

// findKinds has r.kinds be the kinds of entries that there are.
func (r *round) findKinds() {
	var is [256]bool
	for i := range r.who {
		is[r.who[i].kind] = true
		r.who[i].lines = 0
	}
	r.kinds = r.kinds[:0]
	for k := range is {
		if is[k] {
			r.kind[k] = uint8(len(r.kinds))
			r.kinds = append(r.kinds, uint8(k))
		}
	}
}

// rank has r.ranks be the entries that accept each region, by rating.
func (r *round) rank(regions int) {
	r.ranks = slices.Grow(r.ranks[:0], regions)[:regions]
	for g := range r.ranks {
		r.ranks[g] = r.ranks[g][:0]
	}
	for _, s := range r.sorted {
		w := &r.who[s.who]
		if w.gone {
			continue
		}
		is := place{rating: w.rating, window: w.window, who: int32(s.who), players: w.players, masks: w.masks}
		for left := w.regions; left != 0; left &= left - 1 {
			g := bits.TrailingZeros64(left)
			r.ranks[g] = append(r.ranks[g], is)
		}
	}
}

// prunings is how often a region is gone through: whom one leaves out, others may have
// counted on.
const prunings = 3

// prune leaves out of a region's ranks who can be in no match: those whose windows do
// not reach down to anybody whose own has enough players in it above. It reports
// whether it left anybody out.
func (r *round) prune(region int) bool {
	ranks := r.ranks[region]
	n := len(ranks)
	r.before = slices.Grow(r.before[:0], n+1)[:n+1]
	r.before[0] = 0
	for i := range ranks {
		r.before[i+1] = r.before[i] + int(ranks[i].players)
	}
	low, end, kept := math.Inf(-1), 0, 0
	for i, is := range ranks {
		for end < n && r.before[end]-r.before[i] < r.least {
			end++
		}
		if r.before[end]-r.before[i] >= r.least && ranks[end-1].rating-is.rating <= is.window {
			low = is.rating
		}
		if is.rating-low <= is.window {
			ranks[kept] = is
			kept++
		}
	}
	r.ranks[region] = ranks[:kept]
	return kept < n
}

// sortByRating has r.sorted be all entries by rating, the older first of two alike. It
// sorts by digits, since a comparing sort of a large pool takes longer than the rest
// of a round in which nobody is matched.
func (r *round) sortByRating() {
	n := len(r.who)
	r.sorted = slices.Grow(r.sorted[:0], n)[:n]
	r.spare = slices.Grow(r.spare[:0], n)[:n]
	for i := range r.who {
		b := math.Float32bits(float32(r.who[i].rating))
		if b>>31 != 0 {
			b = ^b // negative: the larger the bits, the smaller the number
		} else {
			b |= 1 << 31
		}
		r.sorted[i] = sorted{b, uint32(i)}
	}
	for shift := 0; shift < 32; shift += 8 {
		var begin [257]int
		for _, s := range r.sorted {
			begin[(s.key>>shift&255)+1]++
		}
		if slices.Contains(begin[1:], n) {
			continue // all alike in this digit
		}
		for d := range 256 {
			begin[d+1] += begin[d]
		}
		for _, s := range r.sorted {
			d := s.key >> shift & 255
			r.spare[begin[d]] = s
			begin[d]++
		}
		r.sorted, r.spare = r.spare, r.sorted
	}
	// Those whose ratings differ by less than the key shows.
	for i := 0; i < n; {
		j := i + 1
		for j < n && r.sorted[j].key == r.sorted[i].key {
			j++
		}
		if j-i > 1 {
			slices.SortStableFunc(r.sorted[i:j], func(a, b sorted) int {
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
	for left := w.lines; left != 0; left &= left - 1 {
		g := bits.TrailingZeros64(left)
		places := r.linesOf(g)[r.kind[w.kind]].places
		p := &places[r.at[g][i]]
		p.players = -p.players
		r.count(&r.whole[g], w, -1)
		if p.prev >= 0 {
			places[p.prev].next = p.next
		}
		if p.next >= 0 {
			places[p.next].prev = p.prev
		}
	}
}

// up is the first place from one on whose entry is still there; negative: none.
func (l *line) up(at int32) int32 {
	for at >= 0 && l.places[at].players < 0 {
		// Whoever comes this way again has half as far to go.
		p := &l.places[at]
		if p.next >= 0 && l.places[p.next].players < 0 {
			p.next = l.places[p.next].next
		}
		at = p.next
	}
	return at
}

// down is the first place from one down whose entry is still there; negative: none.
func (l *line) down(at int32) int32 {
	for at >= 0 && l.places[at].players < 0 {
		p := &l.places[at]
		if p.prev >= 0 && l.places[p.prev].players < 0 {
			p.prev = l.places[p.prev].prev
		}
		at = p.prev
	}
	return at
}

// around returns the places next to a rating, downwards and upwards, of entries that
// are still there; negative: none.
func (l *line) around(rating float64) (below, from int32) {
	at, _ := slices.BinarySearchFunc(l.places, rating, func(p place, rating float64) int {
		return cmp.Compare(p.rating, rating)
	})
	from = -1
	if at < len(l.places) {
		from = l.up(int32(at))
	}
	return l.down(int32(at - 1)), from
}
