package queue

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// A round is one pass of the standard matcher over a pool.
type round struct {
	s   *standard
	now time.Time
	who []waiter // the pool's entries, the oldest first
	was []waiter // those of the round before
	// pings are the round-trip times of all entries to the queue's regions, ms, one
	// entry's after the other's; masks the roles that their players would play, a bit
	// each. Of the round before: oldPings, oldMasks.
	pings, oldPings []int32
	masks, oldMasks []uint32
	// apart: some entry of the pool insists on not meeting somebody again.
	apart bool
	// least is how many players a match of this round has at least.
	least int
	// roles are standard.roles, and anyFill has teams need no more than their least:
	// what Explain looks at is a round of which something is not asked.
	roles   []int
	anyFill bool
	// reach is how many places an entry looks at, of each kind to each side. It is
	// smaller in a large pool, so that a round in which nothing fits stays short.
	reach int
	// work is what is left of what a round may do on top of what it must.
	work int
	// hopeful: sizes and roles do not speak against the entry that is sought for.
	hopeful bool

	shapes map[shapeKey]*shape
	order  []int // regions of an entry
	lines
	search
	arrangement
}

// waiter is an entry as a round sees it. What follows from the entry alone is worked
// out once, when it is new in the pool: most entries of a large pool were there in
// the round before, and looking them all up again takes longer than the round.
type waiter struct {
	entry    *Entry
	since    time.Time
	rating   float64
	sum      float64 // of its players' ratings
	players  int32
	kind     uint8 // of its players' number and roles
	measured bool  // it knows some round-trip time
	played   bool  // some of its players have played somebody of late
	at       int32 // its place in pings, by regions
	masks    int32 // its place in masks

	waited   time.Duration
	window   float64 // how far others may be from its rating
	latency  float64 // ms to a region that it accepts
	regions  uint64  // that it accepts, a bit each
	lines    uint64  // regions in which it looks for a match, a bit each
	insists  bool    // on not meeting again whom it has just played
	anything bool    // it has waited so long that it plays whatever can be had
	gone     bool    // in a match, or left aside
}

const (
	// looks bounds the places that a round looks at while it collects neighbours.
	looks = 4_000_000
	// roundWork bounds what a round does about entries that have enough neighbours and
	// still no match, in neighbours that are looked at.
	roundWork = 2_000_000
)

// see has r.who be the entries as they are at a time.
func (r *round) see(entries []*Entry, now time.Time) {
	r.recall(entries)
	r.now = now
	n, c := len(entries), r.s.c
	r.roles, r.apart, r.anyFill = r.s.roles, false, false
	r.reach = min(max(looks/max(n, 1), 2*r.s.most+16), max(n, 1))
	r.work = roundWork
	window, latency, fill := walk{curve: c.Widening.Rating}, walk{curve: c.Widening.Latency}, walk{curve: c.Widening.Fill}
	lowest, bots := 1.0, 0
	for i := range r.who {
		w := &r.who[i]
		w.waited = max(0, now.Sub(w.since))
		w.gone, w.regions = false, 0
		if w.players == 0 || int(w.players) > r.s.party {
			continue // fits in no team
		}
		w.anything = c.Limit.Then == LimitPlay && c.Limit.After > 0 && w.waited >= c.Limit.After
		w.window = max(0, window.at(w.waited, math.Inf(1)))
		w.latency = latency.at(w.waited, math.Inf(1))
		lowest = min(lowest, fill.at(w.waited, 0))
		if w.anything {
			w.window, w.latency, lowest = math.Inf(1), math.Inf(1), 0
		}
		w.regions = r.accepted(w)
		w.insists = w.played && c.Avoid.Last > 0 && w.waited < c.Avoid.For
		r.apart = r.apart || w.insists
		bots = max(bots, r.bots(w))
	}
	r.least = -bots
	for _, t := range c.Teams {
		r.least += needed(t, lowest)
	}
	r.least = max(1, r.least)
}

// saw reports whether r.who is these entries at this time, but for who is gone.
func (r *round) saw(entries []*Entry, now time.Time) bool {
	if len(r.who) != len(entries) || !r.now.Equal(now) {
		return false
	}
	for i := range r.who {
		if r.who[i].entry != entries[i] {
			return false
		}
	}
	return true
}

// recall has r.who be the entries, with what is known of those of the round before.
func (r *round) recall(entries []*Entry) {
	r.who, r.was = r.was, r.who
	r.pings, r.oldPings = r.oldPings[:0], r.pings
	r.masks, r.oldMasks = r.oldMasks[:0], r.masks
	r.who = slices.Grow(r.who[:0], len(entries))[:len(entries)]
	old := 0
	for i, e := range entries {
		// Both are in the same order, so whoever is older than e has left.
		for old < len(r.was) && r.was[old].entry != e && older(r.was[old].entry, e) <= 0 {
			old++
		}
		w := &r.who[i]
		if old == len(r.was) || r.was[old].entry != e {
			*w = r.meet(e)
			continue
		}
		*w = r.was[old]
		old++
		at, masks := int32(len(r.pings)), int32(len(r.masks))
		r.pings = append(r.pings, r.oldPings[w.at:][:len(r.s.c.Regions)]...)
		if r.s.roles != nil {
			r.masks = append(r.masks, r.oldMasks[w.masks:][:w.players]...)
		}
		w.at, w.masks = at, masks
	}
	clear(r.was)
}

// unmeasured is the round-trip time to a region of which an entry has none.
const unmeasured = math.MaxInt32

// meet works out what follows from an entry alone.
func (r *round) meet(e *Entry) waiter {
	c := r.s.c
	w := waiter{entry: e, since: e.Since, players: int32(len(e.Members)), measured: len(e.Latency) > 0, at: int32(len(r.pings)), masks: int32(len(r.masks))}
	for _, region := range c.Regions {
		ms, ok := e.Latency[region]
		if !ok {
			ms = unmeasured
		}
		r.pings = append(r.pings, int32(min(ms, unmeasured)))
	}
	if len(e.Members) == 0 {
		return w
	}
	rated := c.Rating.Source != RatingNone
	if rated {
		w.rating = e.Rating(c.Party)
	}
	var would uint32
	for i := range e.Members {
		m := &e.Members[i]
		if rated {
			w.sum += m.Rating
		}
		w.played = w.played || len(m.Recent) > 0
		if r.s.roles != nil {
			mask := r.s.mask(m)
			would |= mask
			r.masks = append(r.masks, mask)
		}
	}
	w.kind = kind(len(e.Members), would&r.s.anyRole)
	return w
}

// mask is the roles that a player would play, a bit each.
func (s *standard) mask(m *Member) uint32 {
	if len(m.Roles) == 0 {
		return s.anyRole
	}
	var is uint32
	for i, role := range s.c.Roles {
		if slices.Contains(m.Roles, role.Name) {
			is |= 1 << i
		}
	}
	return is
}

// kind tells entries apart by how many players they are and what these would play, as
// far as a byte goes: an entry looks for the nearest of each kind, so that those who
// are rare are found among many who are not.
func kind(players int, roles uint32) uint8 {
	roles ^= roles >> 16
	roles ^= roles >> 8
	roles ^= roles >> 4
	return uint8((players-1)&15<<4) | uint8(roles&15)
}

// accepted is the regions in which an entry would play, a bit each. One that has
// measured none plays in any.
func (r *round) accepted(w *waiter) uint64 {
	n := len(r.s.c.Regions)
	if n == 0 {
		return 1
	}
	all := ^uint64(0) >> (64 - min(n, MaxRegions))
	if math.IsInf(w.latency, 1) || !w.measured {
		return all
	}
	var is uint64
	for g, ms := range r.pings[w.at:][:n] {
		if float64(ms) <= w.latency {
			is |= 1 << g
		}
	}
	return is & all
}

// regionsOf returns the regions in which an entry looks for a match, as places in the
// configuration, the nearest first.
func (r *round) regionsOf(w *waiter) []int {
	r.order = r.order[:0]
	for left := w.lines; left != 0; left &= left - 1 {
		r.order = append(r.order, bits.TrailingZeros64(left))
	}
	if len(r.order) > 1 {
		pings := r.pings[w.at:]
		slices.SortStableFunc(r.order, func(a, b int) int { return int(pings[a]) - int(pings[b]) })
	}
	return r.order
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
