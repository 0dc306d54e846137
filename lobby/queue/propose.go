package queue

import (
	"math"
	"math/bits"
)

// propose returns the match that was arranged, with its bots and its region, and
// takes its entries out of the round.
func (r *round) propose(region int, sh *shape) Proposal {
	low, high := math.Inf(1), math.Inf(-1)
	all := ^uint64(0)
	for i := range r.placed.all() {
		w := &r.who[r.list[i]]
		low, high = min(low, w.rating), max(high, w.rating)
		all &= w.regions
	}
	p := r.proposal()
	p.Spread = high - low
	p.Bots = r.addBots(sh)
	if len(r.s.c.Regions) > 0 {
		p.Region = r.s.c.Regions[r.nearest(all, region)]
	}
	return p
}

// proposal returns who is in the teams, in their roles, and takes them out of the
// round.
func (r *round) proposal() Proposal {
	p := Proposal{Teams: make([][]*Entry, len(r.teams)), Gap: r.gap()}
	for t := range r.teams {
		for i := range r.teams[t].all() {
			p.Teams[t] = append(p.Teams[t], r.who[r.list[i]].entry)
		}
		if r.roles != nil && r.canCast(&r.teams[t], t) {
			for _, a := range r.cast {
				if a.role >= 0 {
					if p.Roles == nil {
						p.Roles = map[string]string{}
					}
					p.Roles[a.member.User] = r.s.c.Roles[a.role].Name
				}
			}
		}
		for i := range r.teams[t].all() {
			r.take(r.list[i])
		}
	}
	return p
}

// addBots returns how many bots take seats in each team: first those that the match
// must have, then whatever is free, as far as bots may.
func (r *round) addBots(sh *shape) []int {
	left := r.bots(&r.who[r.seed])
	if left == 0 {
		return nil
	}
	is := append([]int(nil), r.players...)
	bots := make([]int, len(is))
	any := false
	for ; left > 0; left-- {
		t := sh.emptiest(is)
		if t < 0 {
			break
		}
		is[t]++
		bots[t]++
		any = true
	}
	if !any {
		return nil
	}
	return bots
}

// nearest is the region, of some, that is best for whom it is worst for; of those
// that are alike, the one that was searched.
func (r *round) nearest(of uint64, region int) int {
	best, worst := region, r.worst(region)
	for left := of; left != 0; left &= left - 1 {
		g := bits.TrailingZeros64(left)
		if w := r.worst(g); w < worst {
			best, worst = g, w
		}
	}
	return best
}

// worst is the longest round-trip time of those who were placed, ms.
func (r *round) worst(region int) int32 {
	longest := int32(0)
	for i := range r.placed.all() {
		if w := &r.who[r.list[i]]; w.measured {
			longest = max(longest, r.pings[int(w.at)+region])
		}
	}
	return longest
}
