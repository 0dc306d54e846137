package netproto

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// backlog is what a viewer was not sent yet, because it did not fit.
type backlog struct {
	// starved: nothing of that went out with the last snapshot.
	starved bool
	// turn is the group from which on those that wait are served, upward and
	// around; those before it were served last.
	turn sim.Group
	// own and group are of which not all rows went out: the own rows, and one
	// group.
	own, group partial
}

const (
	// chunkHead is the most that a chunk takes beside its rows, bytes: tag and
	// length 5, group 6, age 3, key 2, tag and length of the rows 5.
	chunkHead = 21
	// sectionHeadMost is the most that a section takes before its rows, bytes.
	sectionHeadMost = 10
	// newcomers is which part of a frame is kept for groups that wait, when
	// those that the viewer has would take all of it.
	newcomers = 4
)

// spread appends what fits of a snapshot that is over the limit, by need: first
// the own rows; then the groups that the viewer has, each with all that is new
// or not at all; then those that wait, in turn, the last of them with as many
// rows as fit, the others of which come later. A group that is left out is
// out of view until it comes again as a keyframe.
func (c *composer) spread(e *Encoder, seat sim.Seat) {
	v, limit := c.view, c.limit
	if v.late == nil {
		v.late = &backlog{}
	}
	c.apart = true
	unseeing := 0 // bytes to be kept for groups that leave the view
	for _, id := range v.seen {
		unseeing += unseeSize(id)
	}
	if c.hasOwn(e) {
		c.plane, c.field, c.last, c.limit = e.own, serverOwn, 0, limit-unseeing
		c.ownRows(e.own.groups.get(sim.Group(seat)))
	}
	c.plane, c.field, c.last = e.shared, serverChunk, 0
	s := spreading{composer: c, limit: limit, unseeing: unseeing, given: make([]bool, len(v.next))}
	s.begun()
	s.unfinished()
	s.waiting()
	v.late.starved = !s.progress
	if !v.late.own.active && !v.late.group.active && !slices.Contains(s.given, false) {
		v.late = nil
	}
	keep := v.next[:0]
	for i, id := range v.next {
		if s.given[i] {
			keep = append(keep, id)
		}
	}
	v.next = keep
	c.unsee()
}

// ownRows appends the seat's own rows, or the first of them.
func (c *composer) ownRows(g *group) {
	p := &c.view.late.own
	if p.active {
		if !c.extend(g, 0, p) {
			c.begin(g, 0, p, true)
		}
	} else if !c.whole(g, 0, c.view.sent) {
		c.begin(g, 0, p, true)
	}
}

// spreading is the shared groups' part of a spread.
type spreading struct {
	*composer
	limit    int
	unseeing int    // bytes to be kept for groups that are not given
	given    []bool // by place in view.next: in this snapshot
	progress bool   // something that waited went out
}

// room sets the limit for one group: of those in seen that are not given, the
// end of the frame is kept.
func (s *spreading) room(id sim.Group, most int) {
	s.composer.limit = most - s.unseeing
	if s.saw(id) {
		s.composer.limit += unseeSize(id)
	}
}

func (s *spreading) give(i int) {
	s.given[i] = true
	if id := s.view.next[i]; s.saw(id) {
		s.unseeing -= unseeSize(id)
	}
}

func (s *spreading) saw(id sim.Group) bool {
	_, ok := slices.BinarySearch(s.view.seen, id)
	return ok
}

// begun appends what is new of the groups that the viewer has whole. When that
// is too much, it is those that came first which are left out, but group 0 is
// the last.
func (s *spreading) begun() {
	most := s.limit
	if s.view.late.starved {
		most -= (s.limit - len(s.b)) / newcomers
	}
	serve := func(i int) {
		id := s.view.next[i]
		if !s.saw(id) || s.partly(id) {
			return
		}
		s.room(id, most)
		if s.whole(s.plane.groups.get(id), id, true) {
			s.give(i)
		}
	}
	serve(0) // everybody sees group 0
	next := s.view.next
	turn, _ := slices.BinarySearch(next, s.view.late.turn)
	for n := range next {
		if i := (turn - 1 - n + len(next)) % len(next); i > 0 {
			serve(i)
		}
	}
}

func (s *spreading) partly(id sim.Group) bool {
	p := &s.view.late.group
	return p.active && p.id == id
}

// unfinished appends what is new of the group of which the viewer has some
// rows, and further ones.
func (s *spreading) unfinished() {
	p := &s.view.late.group
	if !p.active {
		return
	}
	i, inView := slices.BinarySearch(s.view.next, p.id)
	if !inView {
		*p = partial{}
		return
	}
	g, had := s.plane.groups.get(p.id), p.rows()
	s.room(p.id, s.limit)
	if s.extend(g, p.id, p) || s.begin(g, p.id, p, false) {
		s.give(i)
		s.progress = s.progress || !p.active || p.rows() > had
	}
}

// waiting appends the groups that the viewer has not, until the frame is full.
// What was left out of this snapshot waits for the next.
func (s *spreading) waiting() {
	late, next := s.view.late, s.view.next
	turn, _ := slices.BinarySearch(next, late.turn)
	for n := range next {
		i := (turn + n) % len(next)
		id := next[i]
		if s.given[i] || s.saw(id) {
			continue
		}
		if late.group.active {
			return // one at a time
		}
		s.room(id, s.limit)
		g := s.plane.groups.get(id)
		if !s.whole(g, id, false) && !s.begin(g, id, &late.group, false) {
			return
		}
		s.give(i)
		late.turn, s.progress = id+1, true
	}
}

// whole appends what a viewer needs to have all of a group, or nothing and
// false when that is over the limit. Events are the first to be left out.
func (c *composer) whole(g *group, id sim.Group, had bool) bool {
	start, last := len(c.b), c.last
	if c.group(g, id, had) {
		return true
	}
	c.b, c.last = c.b[:start], last
	if start+g.least > c.limit {
		return false
	}
	rows := g.keyframe(c.plane, c.tick)
	for _, events := range [][]byte{g.now.events, nil} {
		if c.chunk(id, 0, true, rows, events); len(c.b) <= c.limit {
			return true
		}
		c.b, c.last = c.b[:start], last
	}
	return false
}

// begin appends the first rows of a group, as many as fit, and notes in p how
// many. Without even one it does nothing and reports false, unless it must.
func (c *composer) begin(g *group, id sim.Group, p *partial, must bool) bool {
	p.begin(g, id)
	rows := p.appendMore(nil, c.plane, g, c.limit-len(c.b)-chunkHead)
	if len(rows) == 0 && !must {
		*p = partial{}
		return false
	}
	c.chunk(id, 0, true, rows, nil)
	return true
}

// extend appends what is new of the rows that the viewer has of a group, and
// further rows, as many as fit. False and nothing when it cannot be done: the
// group must begin anew.
func (c *composer) extend(g *group, id sim.Group, p *partial) bool {
	if g == nil { // empty by now
		*p = partial{}
		return true
	}
	start, last := len(c.b), c.last
	for age := c.tick.Since(c.view.last) - 1; age >= 0; age-- {
		at, kept := g.at(c.plane, c.tick.Add(-age))
		if !kept {
			break
		}
		rows, ok := p.follow(c.plane, at)
		if !ok {
			break
		}
		if age == 0 {
			rows = p.appendMore(rows, c.plane, g, c.limit-len(c.b)-chunkHead)
		}
		if len(rows) > 0 {
			c.chunk(id, age, false, rows, nil)
		}
		if len(c.b) > c.limit {
			break
		}
		if age == 0 {
			return true
		}
	}
	c.b, c.last = c.b[:start], last
	return false
}

func unseeSize(id sim.Group) int { return 1 + protowire.SizeVarint(uint64(id)) }
