package queue

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// nearby is how many entries Explain has a round with, the nearest by rating. A
// smaller pool it takes whole.
const nearby = 512

// Explain implements Matcher. It looks at each entry of the pool once, and at those
// that are nearest by rating several times: what would a round make of them if this
// or that were not asked?
func (s *standard) Explain(pool *Pool, entry *Entry, now time.Time) Explanation {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &s.round
	entries := pool.Entries
	at := slices.Index(entries, entry)
	if at < 0 {
		at, _ = slices.BinarySearchFunc(entries, entry, older)
		entries = slices.Insert(slices.Clone(entries), at, entry)
	}
	if !r.saw(entries, now) { // as when several are explained at once
		r.see(entries, now)
	}
	x := explainer{r: r, now: now, pool: pool, w: r.who[at], at: at}
	x.Explanation = Explanation{
		Waited: x.w.waited, Window: orAny(x.w.window), Latency: orAny(x.w.latency),
		Seen: len(entries) - 1,
	}
	if !x.w.anything {
		x.Fill = min(max(s.c.Widening.Fill.At(x.w.waited, 0), 0), 1)
	}
	if x.never() {
		return x.Explanation
	}
	x.compare()
	x.judge(entries)
	return x.Explanation
}

// older is the order of a pool.
func older(a, b *Entry) int {
	return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
}

// orAny is a bound as an Explanation has it.
func orAny(bound float64) float64 {
	if math.IsInf(bound, 1) {
		return -1
	}
	return bound
}

// explainer works out why one entry waits.
type explainer struct {
	Explanation
	r    *round
	now  time.Time
	pool *Pool
	w    waiter
	at   int // its place in the pool
	// kept is who is kept away by what two entries ask of each other, candidates who
	// is not.
	kept       []kept
	candidates []bool          // by place in the pool
	near       map[*Entry]bool // the candidates of the pool that rounds are had with
	tally      tally
	players    int
}

// kept is the others that one cause keeps away.
type kept struct {
	cause            Cause
	entries, players int
	nearest          float64 // how far the nearest is, by rating
}

// never reports whether the entry can be in no match, whoever comes.
func (x *explainer) never() bool {
	c := x.r.s.c
	switch n := len(x.w.entry.Members); {
	case n == 0 || n > x.r.s.party:
		x.say(CauseLarge, 0, "A party of %d fits in no team: the largest has %s.", n, count(x.r.s.party, "player"))
	case x.w.regions == 0:
		name, ms := x.nearestRegion()
		last := 0.0
		for _, p := range c.Widening.Latency {
			if p.Waited >= x.w.waited {
				last = max(last, p.Value)
			}
		}
		switch {
		case name == "":
			x.say(CauseNoRegion, 0, "None of the queue's regions was measured: it knows no round-trip time to %s.", strings.Join(c.Regions, ", "))
		case float64(ms) <= last || c.Limit.Then == LimitPlay:
			x.say(CauseRegion, x.Seen, "The nearest region, %s, is %d ms away, and up to %.0f ms are accepted by now; that grows as it waits.", name, ms, x.w.latency)
		default:
			x.say(CauseNoRegion, x.Seen, "No region is near enough: the nearest, %s, is %d ms away, and no more than %.0f ms are accepted.", name, ms, max(last, x.w.latency))
		}
	default:
		return false
	}
	return true
}

// nearestRegion is the region of the queue that is nearest to the entry, and how far
// it is, ms; "" if it measured none.
func (x *explainer) nearestRegion() (name string, ms int) {
	for _, region := range x.r.s.c.Regions {
		if is, ok := x.w.entry.Latency[region]; ok && (name == "" || is < ms) {
			name, ms = region, is
		}
	}
	return name, ms
}

// compare looks at all others, each beside the entry alone.
func (x *explainer) compare() {
	x.candidates = make([]bool, len(x.r.who))
	x.tally.begin(&x.w)
	x.r.add(&x.tally, x.w.players, x.w.masks)
	for i := range x.r.who {
		if i == x.at {
			continue
		}
		o := &x.r.who[i]
		apart := math.Abs(o.rating - x.w.rating)
		cause := x.between(int32(i), o, apart)
		if cause == "" {
			x.candidates[i] = true
			x.Candidates++
			x.r.add(&x.tally, o.players, o.masks)
			continue
		}
		k := slices.IndexFunc(x.kept, func(k kept) bool { return k.cause == cause })
		if k < 0 {
			k = len(x.kept)
			x.kept = append(x.kept, kept{cause: cause, nearest: math.Inf(1)})
		}
		x.kept[k].entries++
		x.kept[k].players += int(o.players)
		x.kept[k].nearest = min(x.kept[k].nearest, apart)
	}
	x.players = x.tally.players
	slices.SortStableFunc(x.kept, func(a, b kept) int {
		return cmp.Or(cmp.Compare(b.entries, a.entries), cmp.Compare(a.cause, b.cause))
	})
}

// between is what keeps another from playing with or against the entry, whoever else
// plays; "": nothing.
func (x *explainer) between(i int32, o *waiter, apart float64) Cause {
	switch {
	case o.players == 0 || int(o.players) > x.r.s.party:
		return CauseParty
	case o.regions&x.w.regions == 0:
		return CauseRegion
	case apart > x.w.window:
		return CauseRating
	case apart > o.window:
		return CauseTheirs
	}
	beside, against := x.r.s.room(int(x.w.players), int(o.players))
	switch {
	case !beside && !against:
		return CauseParty
	case !(beside && len(x.r.s.c.Teams) > 1) && (o.insists || x.w.insists) && x.r.conflict(int32(x.at), i):
		return CauseAvoid
	}
	return ""
}

// room reports whether two entries of so many players have room in one team of a
// match, and whether they have in two.
func (s *standard) room(a, b int) (beside, against bool) {
	for i, t := range s.c.Teams {
		beside = beside || a+b <= t.Most
		for j, u := range s.c.Teams {
			against = against || i != j && a <= t.Most && b <= u.Most
		}
	}
	return beside, against
}

// judge says what blocks.
func (x *explainer) judge(entries []*Entry) {
	sh := x.r.shapeFor(&x.w, x.r.bots(&x.w))
	enough := x.players >= sh.least
	// Others may be content with fewer than it is.
	if x.players >= x.r.least || x.r.s.c.Backfill && len(x.pool.Vacancies) > 0 {
		if x.decide(entries) {
			return
		}
	}
	switch {
	case enough: // decide has said it
	case x.Seen == 0:
		x.say(CauseAlone, 0, "Nobody else is in the queue.")
	default:
		x.tooFew(sh)
	}
	for _, k := range x.kept {
		x.sayKept(k)
	}
}

// tooFew says why there are not enough candidates: the one cause without which there
// would be, if there is one.
func (x *explainer) tooFew(sh *shape) {
	small := x.r.s.newShape(0, sh.bots)
	if x.players >= small.least && x.r.valueOf(&x.tally, small) > 0 {
		x.say(CauseFill, 0, "There are %d of the %d players that a match must have by now; it waits for a fuller one, and plays with %d later.", x.players, sh.least, small.least)
		return
	}
	for _, k := range x.kept {
		if x.players+k.players >= sh.least {
			x.sayKept(k)
			return
		}
	}
	total := x.players
	for _, k := range x.kept {
		total += k.players
	}
	if total >= sh.least && len(x.kept) > 0 {
		x.sayKept(x.kept[0])
	}
	x.say(CauseFew, 0, "There are %d of the %d players that a match must have.", x.players, sh.least)
}

// decide has a round with the nearest, as the next one will be, and then rounds in
// which something is not asked. It reports whether nothing blocks.
func (x *explainer) decide(entries []*Entry) bool {
	sub := x.nearest(entries)
	t := &round{s: x.r.s, shapes: map[shapeKey]*shape{}}
	t.see(sub.Entries, x.now)
	taken := 0
	for _, p := range t.match(x.pool.Vacancies) {
		for _, team := range p.Teams {
			for _, e := range team {
				if e == x.w.entry {
					x.say(CauseNext, 0, "Nothing: it is matched in the next round.")
					return true
				}
				if x.near[e] {
					taken++
				}
			}
		}
	}
	sh := x.r.shapeFor(&x.w, x.r.bots(&x.w))
	if x.players < sh.least {
		return false
	}
	would := func(relax func()) bool {
		t.see(sub.Entries, x.now)
		relax()
		t.lineUp(false)
		_, ok := t.seek(int32(slices.Index(sub.Entries, x.w.entry)))
		return ok
	}
	switch {
	case would(func() {}):
		x.say(CauseOlder, taken, "%s that it could play with %s wanted by older entries.", count(taken, "other"), are(taken))
	case t.roles != nil && would(func() { t.roles = nil }):
		x.say(CauseRole, 0, "%s", x.roles())
	case t.apart && would(func() { x.forget(t) }):
		x.say(CauseAvoid, x.foes(), "It has just played %d of the %s that it could play with, and no teams keep those apart who must not meet until they have waited %s.",
			x.foes(), count(x.Candidates, "other"), seconds(x.r.s.c.Avoid.For))
	case x.Fill > 0 && would(func() { t.anyFill, t.least = true, 1 }):
		x.say(CauseFill, 0, "There are enough players for a small match; it waits for a fuller one, of %d.", sh.least)
	case would(func() { x.agree(t, true, false) }):
		x.say(CauseTheirs, 0, "The %d others that it could play with are too far apart from each other by rating.", x.Candidates)
	case would(func() { x.agree(t, false, true) }):
		x.say(CauseRegion, 0, "The %d others that it could play with accept no region in common.", x.Candidates)
	default:
		x.say(CauseParty, x.Candidates, "%s", x.parties())
	}
	return false
}

// nearest is the pool of those who are nearest to the entry by rating, and of who
// accepts a region of its.
func (x *explainer) nearest(entries []*Entry) *Pool {
	x.near = map[*Entry]bool{}
	within := math.Inf(1)
	if len(entries) > nearby {
		within = x.reach()
	}
	sub := &Pool{}
	for i := range x.r.who {
		w := &x.r.who[i]
		near := w.regions&x.w.regions != 0 && math.Abs(w.rating-x.w.rating) <= within && len(sub.Entries) < 2*nearby
		if i == x.at || near || len(entries) <= nearby {
			sub.Entries = append(sub.Entries, w.entry)
			x.near[w.entry] = x.candidates[i]
		}
	}
	return sub
}

// reach is how far from the entry's rating about as many others are as rounds are had
// with, by a sample of them.
func (x *explainer) reach() float64 {
	var apart []float64
	every := 1 + len(x.r.who)/2048
	for i := 0; i < len(x.r.who); i += every {
		if w := &x.r.who[i]; w.regions&x.w.regions != 0 {
			apart = append(apart, math.Abs(w.rating-x.w.rating))
		}
	}
	if len(apart) <= nearby/every {
		return math.Inf(1)
	}
	slices.Sort(apart)
	return apart[nearby/every]
}

// forget has nobody insist on not meeting somebody again.
func (x *explainer) forget(t *round) {
	t.apart = false
	for i := range t.who {
		t.who[i].insists = false
	}
}

// foes is how many candidates have just played the entry, or it them.
func (x *explainer) foes() (n int) {
	for i := range x.r.who {
		if x.candidates[i] && x.r.conflict(int32(x.at), int32(i)) {
			n++
		}
	}
	return n
}

// agree leaves the candidates only, and has them agree with each other by rating or
// by region.
func (x *explainer) agree(t *round, rating, region bool) {
	for i := range t.who {
		w := &t.who[i]
		switch {
		case w.entry != x.w.entry && !x.near[w.entry]:
			w.regions = 0
		case rating:
			w.window = math.Inf(1)
		case region:
			w.regions = ^uint64(0) >> (64 - max(1, len(x.r.s.c.Regions)))
		}
	}
}
