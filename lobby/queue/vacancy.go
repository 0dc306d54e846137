package queue

import (
	"cmp"
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
	line, ok := r.lineOf(v.Region)
	if !ok {
		return Proposal{}, false
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
	r.collect(line, v, rating, anyRating, free)
	return r.enter(v, rating, anyRating)
}

// lineOf is the line of a region by its name; of none, where all are.
func (r *round) lineOf(region string) (*line, bool) {
	if len(r.s.c.Regions) == 0 {
		return &r.lines[0], true
	}
	g := slices.Index(r.s.c.Regions, region)
	if g < 0 {
		return nil, false
	}
	return &r.lines[g], true
}

// collect has r.chose be the entries that would go into a match that goes on, the
// oldest first.
func (r *round) collect(l *line, v *Vacancy, rating float64, anyRating bool, free int) {
	r.chose = r.chose[:0]
	from, _ := slices.BinarySearchFunc(l.places, rating, func(p place, rating float64) int {
		return cmp.Compare(p.rating, rating)
	})
	side := func(at, step int) {
		found, looked := 0, 0
		for at >= 0 && at < len(l.places) && found < 4*free && looked < r.reach {
			looked++
			p := &l.places[at]
			w := &r.who[p.who]
			switch {
			case w.gone:
				at += step // its neighbours' places are out of date
				continue
			case step < 0:
				at = int(p.prev)
			default:
				at = int(p.next)
			}
			if !anyRating && math.Abs(p.rating-rating) > p.window || w.players > free {
				continue
			}
			if w.insists && metAny(w.entry, v.Users) {
				continue
			}
			r.chose = append(r.chose, p.who)
			found++
		}
	}
	side(from-1, -1)
	side(from, 1)
	slices.Sort(r.chose)
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
		if free < w.players || free < lacks || !r.mayJoin(i, t) {
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
