package queue

import (
	"math"
	"slices"
)

// best is the most even arrangement so far.
type best struct {
	gap   float64
	teams []set
	exact []int // players of each team
	// entries are who was placed.
	entries []int
}

const (
	// exactEntries is how many entries can be in a match for all its arrangements to
	// be looked at, in no more than exactSteps.
	exactEntries, exactSteps = 12, 4000
	// swapRounds bounds the improvement of others.
	swapRounds = 64
)

// balance moves entries between the teams, whose sizes stay, until their mean ratings
// differ as little as can be.
func (r *round) balance(sh *shape) {
	if len(r.teams) < 2 {
		return
	}
	r.best.gap = r.gap()
	r.best.teams = append(r.best.teams[:0], r.teams...)
	r.exact = append(r.exact[:0], r.players...)
	r.entries = slices.AppendSeq(r.entries[:0], r.placed.all())
	if len(r.entries) <= exactEntries {
		r.begin()
		r.steps = exactSteps
		r.deal(sh, r.entries)
		whole := r.steps >= 0
		r.restore()
		if whole {
			return
		}
	}
	for range swapRounds {
		if !r.swap() {
			return
		}
	}
}

// gap is the difference between the highest and the lowest mean rating of the teams
// that have players.
func (r *round) gap() float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for t, n := range r.players {
		if n > 0 {
			mean := r.sums[t] / float64(n)
			low, high = min(low, mean), max(high, mean)
		}
	}
	return max(0, high-low)
}

// deal puts entries into the teams in every way and keeps the best.
func (r *round) deal(sh *shape, entries []int) {
	if r.steps--; r.steps < 0 {
		return
	}
	if len(entries) == 0 {
		// A hair better is no better: which of two alike comes first must not hang on
		// the last bit of a sum.
		if gap := r.gap(); gap < r.best.gap-1e-9 {
			r.best.gap = gap
			copy(r.best.teams, r.teams)
		}
		return
	}
	i := entries[0]
	var tried set
	for t := range r.teams {
		if r.players[t]+int(r.who[r.list[i]].players) > r.exact[t] {
			continue
		}
		tried.add(t)
		if r.sameAsTried(sh, r.exact, t, &tried) || !r.mayJoin(i, t) {
			continue
		}
		r.put(i, t)
		r.deal(sh, entries[1:])
		r.drop(i, t)
	}
}

// restore has the teams be the best arrangement.
func (r *round) restore() {
	teams := r.best.teams
	r.begin()
	for t := range teams {
		for i := range teams[t].all() {
			r.put(i, t)
		}
	}
}

// swap exchanges two entries of the same number of players between the strongest
// and the weakest team, those that bring the two nearest together. It reports
// whether any do.
func (r *round) swap() bool {
	strong, weak := -1, -1
	for t, n := range r.players {
		if n == 0 {
			continue
		}
		if strong < 0 || r.mean(t) > r.mean(strong) {
			strong = t
		}
		if weak < 0 || r.mean(t) < r.mean(weak) {
			weak = t
		}
	}
	if strong < 0 || strong == weak {
		return false
	}
	apart := r.mean(strong) - r.mean(weak)
	share := 1/float64(r.players[strong]) + 1/float64(r.players[weak])
	nearest, giver, taker := apart-1e-9, -1, -1
	for a := range r.teams[strong].all() {
		for b := range r.teams[weak].all() {
			x, y := &r.who[r.list[a]], &r.who[r.list[b]]
			if x.players != y.players {
				continue
			}
			if is := math.Abs(apart - (x.sum-y.sum)*share); is < nearest && r.canSwap(a, strong, b, weak) {
				nearest, giver, taker = is, a, b
			}
		}
	}
	if giver < 0 {
		return false
	}
	r.exchange(giver, strong, taker, weak)
	return true
}

func (r *round) mean(team int) float64 { return r.sums[team] / float64(r.players[team]) }

// canSwap reports whether two entries may be in each other's team.
func (r *round) canSwap(a, s, b, t int) bool {
	if !r.anyFoes && r.roles == nil {
		return true
	}
	r.drop(a, s)
	r.drop(b, t)
	may := r.mayJoin(a, t)
	if may {
		r.put(a, t)
		may = r.mayJoin(b, s)
		r.drop(a, t)
	}
	r.put(a, s)
	r.put(b, t)
	return may
}

// exchange has a of team s and b of team t change places.
func (r *round) exchange(a, s, b, t int) {
	r.drop(a, s)
	r.drop(b, t)
	r.put(a, t)
	r.put(b, s)
}
