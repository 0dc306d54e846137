package queue

import (
	"math"
	"slices"
)

// fill looks for entries that can go into a match that goes on, as many as there is
// room for, and takes them. The match counts as one who has its players' mean rating
// and any window.
func (r *round) fill(v *Vacancy) (Proposal, bool) {
	if len(v.Teams) != len(r.s.c.Teams) {
		return Proposal{}, false // of another configuration
	}
	region := 0
	if len(r.s.c.Regions) > 0 {
		if region = slices.Index(r.s.c.Regions, v.Region); region < 0 {
			return Proposal{}, false
		}
	}
	free, players, rating := 0, 0, 0.0
	for _, t := range v.Teams {
		free += max(0, t.Free)
		players += t.Players
		rating += t.Rating * float64(t.Players)
	}
	if free == 0 {
		return Proposal{}, false
	}
	rating /= float64(max(players, 1))
	anyRating := players == 0 || r.s.c.Rating.Source == RatingNone
	// Enough of each kind to fill it with.
	r.chose = r.chose[:0]
	lines := r.linesOf(region)
	for k := range lines {
		below, from := lines[k].around(rating)
		r.collect(&lines[k], below, false, v, rating, anyRating, free)
		r.collect(&lines[k], from, true, v, rating, anyRating, free)
	}
	slices.Sort(r.chose)
	return r.enter(v, rating, anyRating)
}

// collect adds to r.chose who would go into a match that goes on, from a place on, up
// or down.
func (r *round) collect(l *line, at int32, up bool, v *Vacancy, rating float64, anyRating bool, free int) {
	players := 0
	for looked := 0; at >= 0 && looked < r.reach && players < 2*free; looked++ {
		p := &l.places[at]
		w := &r.who[p.who]
		if (anyRating || math.Abs(p.rating-rating) <= p.window) && int(p.players) <= free && !(w.insists && metAny(w.entry, v.Users)) {
			r.chose = append(r.chose, p.who)
			players += int(p.players)
		}
		if at = p.prev; up {
			at = p.next
		}
	}
}

// metAny reports whether somebody of an entry has just played one of some users.
func metAny(e *Entry, users []uint64) bool {
	for i := range e.Members {
		for _, n := range e.Members[i].Recent {
			if slices.Contains(users, n) {
				return true
			}
		}
	}
	return false
}

// enter puts those who were collected into the match's teams, the oldest first, each
// where most is lacking and then where it brings the teams nearest together.
func (r *round) enter(v *Vacancy, rating float64, anyRating bool) (Proposal, bool) {
	r.list = append(r.list[:0], r.chose[:min(len(r.chose), arranged)]...)
	r.findFoes()
	r.size(len(v.Teams))
	r.begin()
	r.vacancy = v
	defer func() { r.vacancy = nil }()
	for t, is := range v.Teams {
		r.players[t], r.sums[t] = is.Players, is.Rating*float64(is.Players)
		if r.s.c.Rating.Source == RatingNone {
			r.sums[t] = 0
		}
	}
	low, high := rating, rating
	if anyRating {
		low, high = math.Inf(1), math.Inf(-1)
	}
	from, to := math.Inf(-1), math.Inf(1) // what all cover
	for i, who := range r.list {
		w := &r.who[who]
		l, h := min(low, w.rating), max(high, w.rating)
		f, t := max(from, w.rating-w.window), min(to, w.rating+w.window)
		if f > l || t < h {
			continue
		}
		if team := r.teamFor(v, i); team >= 0 {
			r.put(i, team)
			low, high, from, to = l, h, f, t
		}
	}
	if r.placed == (set{}) {
		return Proposal{}, false
	}
	for range swapRounds {
		if !r.swap() {
			break
		}
	}
	p := r.proposal()
	p.Vacancy, p.Region, p.Spread = v, v.Region, high-low
	return p, true
}

// teamFor is the team of a match that goes on that an entry goes into; negative: none.
func (r *round) teamFor(v *Vacancy, i int) int {
	w := &r.who[r.list[i]]
	best, lacks, gap := -1, 0, 0.0
	for t, is := range v.Teams {
		free := is.Players + is.Free - r.players[t]
		if free < int(w.players) || free < lacks || !r.mayJoin(i, t) {
			continue
		}
		r.put(i, t)
		g := r.gap()
		r.drop(i, t)
		if best < 0 || free > lacks || g < gap {
			best, lacks, gap = t, free, g
		}
	}
	return best
}
