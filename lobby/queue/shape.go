package queue

import (
	"math"
	"math/bits"
)

// shape is what sizes the teams of a match may have, for how full it must be and how
// many bots it may have.
type shape struct {
	s    *standard
	need []int // players and bots of each team
	bots int
	// least and most are how many players a match has.
	least, most int
	// strict: there is one way only to have the teams.
	strict bool
	// even are the sizes of the teams for each number of players, as even as can be.
	even [][]int
	// values are what sizes of parties come to, as far as it was worked out.
	values map[sizes]int
}

// shapeKey names a shape of a queue: a fuller match never has a smaller team than a
// less full one, so the sum of the needs says them all.
type shapeKey struct{ need, bots int }

// sizes are how many entries there are of each size, from 1 on, and the size of the
// one that must play.
type sizes struct {
	count [MaxParty]uint16
	seed  uint8
	limit uint16 // players that can play at most, by their roles
}

// valuesKept bounds the memory of a shape.
const valuesKept = 1 << 14

// shapeFor returns the shape of a match whose oldest entry is w.
func (r *round) shapeFor(w *waiter, bots int) *shape {
	fill := 0.0
	if !w.anything && !r.anyFill {
		fill = r.s.c.Widening.Fill.At(w.waited, 0)
	}
	total := 0
	for _, t := range r.s.c.Teams {
		total += needed(t, fill)
	}
	key := shapeKey{total, bots}
	sh := r.shapes[key]
	if sh == nil {
		sh = r.s.newShape(fill, bots)
		r.shapes[key] = sh
	}
	return sh
}

// needed is how many players a team must have at a fill of 0 to 1.
func needed(t Team, fill float64) int {
	// A hair less, so that a fill that is exactly a player's is not rounded up.
	return t.Least + int(math.Ceil(min(max(fill, 0), 1)*float64(t.Most-t.Least)-1e-9))
}

func (s *standard) newShape(fill float64, bots int) *shape {
	sh := &shape{s: s, bots: bots, most: s.most, strict: true, values: map[sizes]int{}}
	total := 0
	for _, t := range s.c.Teams {
		n := needed(t, fill)
		sh.need = append(sh.need, n)
		total += n
	}
	sh.least = max(1, total-bots)
	sh.strict = sh.least == sh.most
	sh.even = make([][]int, sh.most+1)
	is := make([]int, len(sh.need))
	for n := range sh.even {
		sh.even[n] = append([]int(nil), is...)
		if n < sh.most {
			is[sh.emptiest(is)]++
		}
	}
	return sh
}

// emptiest is the team that gets the next player: the one that has the least part of
// what it needs, and when all have that, of what it can have.
func (sh *shape) emptiest(is []int) int {
	best, part := -1, math.Inf(1)
	for t, n := range is {
		p := float64(n) / float64(sh.need[t])
		if n >= sh.need[t] {
			most := sh.s.c.Teams[t].Most
			if n >= most {
				continue
			}
			p = 1 + float64(n-sh.need[t])/float64(most-sh.need[t])
		}
		if p < part {
			best, part = t, p
		}
	}
	return best
}

// value says how good a match can be had of entries of these sizes, as far as sizes
// go: 0, none; more players are better, teams as even as can be before all others.
func (sh *shape) value(of *sizes, players int) int {
	top := min(players, sh.most, int(of.limit))
	if top < sh.least {
		return 0
	}
	if int(of.count[0]) >= players && of.seed == 1 {
		return top + sh.most
	}
	if v, ok := sh.values[*of]; ok {
		return v
	}
	v := 0
	for n := top; n >= sh.least && v == 0; n-- {
		if sh.fits(*of, sh.even[n]) {
			v = n + sh.most
		}
	}
	if v == 0 && !sh.strict {
		v = top // perhaps; whoever places them finds out
	}
	if len(sh.values) >= valuesKept {
		clear(sh.values)
	}
	sh.values[*of] = v
	return v
}

// fits reports whether teams of exactly these numbers of players can be had.
func (sh *shape) fits(of sizes, teams []int) bool {
	of.count[of.seed-1]--
	steps := fitSteps
	for t, n := range teams {
		if n < int(of.seed) || t > 0 && n == teams[t-1] {
			continue // as with the team before
		}
		if fill(&of.count, teams, t, 0, n-int(of.seed), MaxParty, &steps) {
			return true
		}
	}
	return false
}

// fitSteps bounds the work of fits; what it does not find out is taken for no.
const fitSteps = 2000

// fill fills team t up, which lacks so many, with entries of at most a size, and then
// the others from team next on, but for the team that was begun with.
func fill(count *[MaxParty]uint16, teams []int, first, next, lacks, largest int, steps *int) bool {
	if *steps--; *steps < 0 {
		return false
	}
	if lacks == 0 {
		if next == first {
			next++
		}
		if next >= len(teams) {
			return true
		}
		return fill(count, teams, first, next+1, teams[next], MaxParty, steps)
	}
	for size := min(largest, lacks); size > 0; size-- {
		have := int(count[size-1])
		if have == 0 {
			continue
		}
		n := 1
		if size == 1 {
			if n = lacks; have < n {
				return false
			}
		}
		count[size-1] -= uint16(n)
		if fill(count, teams, first, next, lacks-n*size, size, steps) {
			return true
		}
		count[size-1] += uint16(n)
	}
	return false
}

// tally is what entries come to, one added after the other.
type tally struct {
	sizes
	players int
	can     [MaxRoles]uint16 // players who would play each role
}

// begin empties the tally for matches with an entry.
func (y *tally) begin(seed *waiter) {
	y.clear()
	y.seed = uint8(seed.players)
}

func (y *tally) clear() { *y = tally{} }

// add adds an entry of so many players, whose roles begin at a place of r.masks.
func (r *round) add(y *tally, players, masks int32) {
	y.players += int(players)
	// More than a match can have are as good as that.
	if c := &y.count[players-1]; int(*c) <= r.s.most/int(players) {
		*c++
	}
	if r.roles == nil {
		return
	}
	for _, mask := range r.masks[masks:][:players] {
		for ; mask != 0; mask &= mask - 1 {
			if n := &y.can[bits.TrailingZeros32(mask)]; *n < MaxMatch {
				*n++
			}
		}
	}
}

// valueOf says how good a match can be had of what was tallied, by sizes and by how
// many would play each role.
func (r *round) valueOf(y *tally, sh *shape) int {
	limit := sh.most
	for role, n := range r.roles {
		limit -= max(0, n-int(y.can[role]))
	}
	if limit < sh.least {
		return 0
	}
	y.limit = uint16(limit)
	return sh.value(&y.sizes, y.players)
}

// sum is what all entries of a region come to that are still there.
type sum struct {
	players int
	count   [MaxParty]int32
	can     [MaxRoles]int32
	// never are the last shapes of which an entry of each size can be in no match. Who
	// is there becomes less and less, so that is so for the rest of the round.
	never [MaxParty]*shape
}

// count counts an entry in, or with -1 out.
func (r *round) count(u *sum, w *waiter, by int32) {
	u.players += int(by * w.players)
	u.count[w.players-1] += by
	if r.roles == nil {
		return
	}
	for _, mask := range r.masks[w.masks:][:w.players] {
		for ; mask != 0; mask &= mask - 1 {
			u.can[bits.TrailingZeros32(mask)] += by
		}
	}
}

// hope reports whether an entry can be in a match of a region at all, by the sizes and
// the roles of those who are still there.
func (r *round) hope(seed *waiter, u *sum, sh *shape) bool {
	if u.never[seed.players-1] == sh {
		return false
	}
	y := &r.tally
	y.begin(seed)
	y.players = u.players
	for i := range r.s.party {
		y.count[i] = uint16(min(int(u.count[i]), r.s.most/(i+1)+1))
	}
	for i := range r.roles {
		y.can[i] = uint16(min(u.can[i], MaxMatch))
	}
	if r.valueOf(y, sh) == 0 {
		u.never[seed.players-1] = sh
		return false
	}
	return true
}
