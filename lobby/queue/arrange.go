package queue

import (
	"cmp"
	"math"
	"slices"
)

// arrangement is how entries are put into the teams of a match.
type arrangement struct {
	list    []int32   // entries in the order in which they are tried
	rest    []int     // players of the list from a place on
	foes    []set     // of each of the list, whom it must not meet
	teams   []set     // places of the list in each team
	players []int     // in each team
	sums    []float64 // of the players' ratings in each team
	placed  set
	vacancy *Vacancy // that they go into; nil: a new match
	steps   int
	foesOf
	roster
	best
}

const (
	// arranged bounds the entries that are looked at for one match.
	arranged = 256
	// placeSteps bounds the work of placing entries once.
	placeSteps = 4000
)

// arrange puts entries of the list into teams, the seed among them, with as many
// players as can be, and balances the teams. All of the list agree by rating and
// region. It reports whether a match came of it.
func (r *round) arrange(sh *shape, seed int32, of []int32) bool {
	r.inOrder(seed, of)
	r.findFoes()
	r.size(len(sh.need))
	top := min(r.rest[0], sh.most)
	for n := top; n >= sh.least; n-- {
		r.begin()
		if r.place(sh, sh.even[n], 0, n) {
			r.balance(sh)
			return true
		}
	}
	for n := top; n >= sh.least && !sh.strict; n-- {
		r.begin()
		if r.place(sh, nil, 0, n) {
			r.balance(sh)
			return true
		}
	}
	return false
}

// inOrder has r.list be the entries in the order in which they are tried: the seed,
// the larger parties, and who is nearest to the middle of all.
func (r *round) inOrder(seed int32, of []int32) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, w := range of {
		low, high = min(low, r.who[w].rating), max(high, r.who[w].rating)
	}
	middle := (low + high) / 2
	r.list = append(r.list[:0], of...)
	slices.SortFunc(r.list, func(a, b int32) int {
		switch {
		case a == b:
			return 0
		case a == seed:
			return -1
		case b == seed:
			return 1
		}
		x, y := &r.who[a], &r.who[b]
		return cmp.Or(cmp.Compare(y.players, x.players),
			cmp.Compare(math.Abs(x.rating-middle), math.Abs(y.rating-middle)),
			cmp.Compare(a, b))
	})
	r.list = r.list[:min(len(r.list), arranged)]
	r.rest = slices.Grow(r.rest[:0], len(r.list)+1)[:len(r.list)+1]
	r.rest[len(r.list)] = 0
	for i := len(r.list) - 1; i >= 0; i-- {
		r.rest[i] = r.rest[i+1] + int(r.who[r.list[i]].players)
	}
}

// size has so many teams.
func (r *round) size(teams int) {
	r.teams = slices.Grow(r.teams[:0], teams)[:teams]
	r.players = slices.Grow(r.players[:0], teams)[:teams]
	r.sums = slices.Grow(r.sums[:0], teams)[:teams]
}

// begin takes everybody out of the teams.
func (r *round) begin() {
	clear(r.teams)
	clear(r.players)
	clear(r.sums)
	r.placed = set{}
	r.steps = placeSteps
}

// place puts entries from a place of the list on into teams, until n players more
// have a team: of exactly these sizes or, without sizes, of any that are legal.
func (r *round) place(sh *shape, exact []int, from, n int) bool {
	if n == 0 {
		return exact != nil || r.legal(sh)
	}
	if r.steps--; r.steps < 0 || r.rest[from] < n {
		return false
	}
	w := &r.who[r.list[from]]
	size := int(w.players)
	if size <= n {
		var tried set // teams
		for {
			// The team with the most room first; of empty ones that are alike, one.
			best, room := -1, size-1
			for t := range r.teams {
				free := sh.s.c.Teams[t].Most
				if exact != nil {
					free = exact[t]
				}
				if free -= r.players[t]; free > room && !tried.has(t) {
					best, room = t, free
				}
			}
			if best < 0 {
				break
			}
			tried.add(best)
			if r.sameAsTried(sh, exact, best, &tried) || !r.mayJoin(from, best) {
				continue
			}
			r.put(from, best)
			if r.place(sh, exact, from+1, n-size) {
				return true
			}
			r.drop(from, best)
		}
	}
	return from > 0 && r.place(sh, exact, from+1, n)
}

// sameAsTried reports whether a team is as empty as one that was tried already, and
// otherwise alike.
func (r *round) sameAsTried(sh *shape, exact []int, team int, tried *set) bool {
	if r.players[team] > 0 || r.roles != nil {
		return false
	}
	for t := range r.teams {
		if t == team || !tried.has(t) || r.players[t] > 0 {
			continue
		}
		if exact != nil && exact[t] == exact[team] ||
			exact == nil && sh.need[t] == sh.need[team] && sh.s.c.Teams[t].Most == sh.s.c.Teams[team].Most {
			return true
		}
	}
	return false
}

// legal reports whether bots can make up for what the teams lack.
func (r *round) legal(sh *shape) bool {
	lack := 0
	for t, n := range r.players {
		lack += max(0, sh.need[t]-n)
	}
	return lack <= sh.bots
}

// mayJoin reports whether an entry of the list may be in a team, beside and against
// those who have one.
func (r *round) mayJoin(i, team int) bool {
	if r.anyFoes {
		others := r.placed
		if len(r.teams) > 1 {
			others = others.without(&r.teams[team])
		}
		if r.foes[i].meets(&others) {
			return false
		}
	}
	if r.roles == nil {
		return true
	}
	with := r.teams[team]
	with.add(i)
	return r.canCast(&with, team)
}

func (r *round) put(i, team int) {
	w := &r.who[r.list[i]]
	r.teams[team].add(i)
	r.placed.add(i)
	r.players[team] += int(w.players)
	r.sums[team] += w.sum
}

func (r *round) drop(i, team int) {
	w := &r.who[r.list[i]]
	r.teams[team].remove(i)
	r.placed.remove(i)
	r.players[team] -= int(w.players)
	r.sums[team] -= w.sum
}
