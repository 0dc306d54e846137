package queue

import (
	"sync"
	"time"
)

// standard is the matcher of a queue whose game brings none of its own.
//
// It goes through the pool from the oldest entry to the youngest. For each it looks
// for the match that contains it, has as many players as can be had, and among those
// the least spread; vacancies are filled before that. An entry for which there is no
// match now is in no match of a younger one either, so it is left aside for the rest
// of the round, and the oldest entry of a match is always the one it was sought for.
//
// What two entries ask of each other by rating comes down to an interval each: a set
// of entries can play together if the interval of everyone, its rating give or take
// its window, covers all ratings of the set. So a search is over the lowest and the
// highest rating of a match, and whoever is between them and covers both can be in it.
type standard struct {
	c     *Config
	most  int   // players of a match
	large int   // players of its largest team
	party int   // players of the largest entry that it has room for
	roles []int // how many of each role all teams together have; nil: no roles
	// steady: however long an entry has waited, a match needs as many players.
	steady bool
	// anyRole are all roles, a bit each.
	anyRole uint32

	mu sync.Mutex
	// round is working memory, and what is known of entries that waited already in the
	// last one. Nothing in a match hangs on it.
	round round
}

// NewMatcher returns the matcher that a queue has unless its game brings another.
// The configuration must have been checked and must not change. The matcher may be
// used by several goroutines.
func NewMatcher(c *Config) Matcher {
	s := &standard{c: c, most: c.Most()}
	s.steady = c.Bots == nil && len(c.Widening.Fill) == 0
	for _, t := range c.Teams {
		s.large = max(s.large, t.Most)
	}
	s.party = min(s.large, MaxParty)
	if len(c.Roles) > 0 {
		s.roles = make([]int, len(c.Roles))
		s.anyRole = ^uint32(0) >> (32 - len(c.Roles))
		for _, t := range c.Teams {
			for i, r := range c.Roles {
				s.roles[i] += t.Roles[r.Name]
			}
		}
	}
	s.round.s, s.round.shapes = s, map[shapeKey]*shape{}
	return s
}

// Match implements Matcher.
func (s *standard) Match(pool *Pool, now time.Time) []Proposal {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.round.see(pool.Entries, now)
	return s.round.match(pool.Vacancies)
}

// match makes all matches of a round.
func (r *round) match(vacancies []*Vacancy) []Proposal {
	var made []Proposal
	if r.s.c.Backfill && len(vacancies) > 0 {
		r.lineUp(true)
		for _, v := range vacancies {
			if p, ok := r.fill(v); ok {
				made = append(made, p)
			}
		}
	}
	r.lineUp(false)
	for i := range r.who {
		w := &r.who[i]
		if w.gone || w.lines == 0 {
			continue
		}
		r.hopeful = false
		if p, ok := r.seek(int32(i)); ok {
			made = append(made, p)
		}
		// Of those who had no hope by sizes and roles, a younger entry, of which the
		// same is asked, makes no match either.
		if !w.gone && (r.hopeful || !r.s.steady) {
			r.take(int32(i))
		}
	}
	return made
}

// seek looks for a match that contains an entry and takes those who play in it.
func (r *round) seek(seed int32) (Proposal, bool) {
	w := &r.who[seed]
	if p, ok := r.seekIn(seed, r.shapeFor(w, 0)); ok {
		return p, true
	}
	if bots := r.bots(w); bots > 0 {
		return r.seekIn(seed, r.shapeFor(w, bots))
	}
	return Proposal{}, false
}

// seekIn looks in one region after the other, the nearest to the entry first.
func (r *round) seekIn(seed int32, sh *shape) (Proposal, bool) {
	for _, region := range r.regionsOf(&r.who[seed]) {
		if !r.hope(&r.who[seed], &r.whole[region], sh) {
			continue
		}
		r.hopeful = true
		if r.find(seed, region, sh) {
			return r.propose(region, sh), true
		}
	}
	return Proposal{}, false
}

// bots is how many bots a match may have whose oldest entry is w.
func (r *round) bots(w *waiter) int {
	b := r.s.c.Bots
	if b == nil || w.waited < b.After && !w.anything {
		return 0
	}
	return b.Most
}
