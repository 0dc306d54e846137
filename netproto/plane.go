package netproto

import (
	"math/bits"

	"github.com/metronome-server/metronome/sim"
)

// plane is either what groups share or what seats see of their own rows
// (group = owner). Both are encoded alike.
type plane struct {
	lanes  []*lane
	groups groupTable
	// order is the groups in the order they appeared.
	order []*group
	// since is the tick from which on none was left out.
	since sim.Tick
	spare []*group // gone, to be used again
	// of says to which group a row belongs; false: to none, nobody sees it here.
	of func(view sim.TableView, slot int) (sim.Group, bool)
	// joins: a viewer may see both groups between which a row moves.
	joins bool
}

func newPlane(w *sim.World, private bool) *plane {
	p := &plane{of: groupOf, joins: true}
	if private {
		p.of, p.joins = ownerOf, false
	}
	for i, view := range w.Tables() {
		if l := newLane(i, view, private); l != nil {
			p.lanes = append(p.lanes, l)
		}
	}
	return p
}

func groupOf(v sim.TableView, slot int) (sim.Group, bool) { return v.Group(slot), true }

func ownerOf(v sim.TableView, slot int) (sim.Group, bool) {
	owner := v.Owner(slot)
	return sim.Group(owner), owner != 0
}

func (p *plane) encode(t sim.Tick) {
	for i, l := range p.lanes {
		p.placeAll(i, l, t)
	}
	keep := p.order[:0]
	for _, g := range p.order {
		g.encode(p, t)
		// Seats may still need its last chunks, in which the rows left.
		if g.rows == 0 && t.Since(g.touched) > history {
			p.groups.put(g.id, nil)
			p.spare = append(p.spare, g)
			continue
		}
		keep = append(keep, g)
	}
	clear(p.order[len(keep):])
	p.order = keep
}

// placeAll finds out which rows of a table appeared, went or changed groups.
func (p *plane) placeAll(i int, l *lane, t sim.Tick) {
	high := max(l.high, l.view.High())
	l.high = l.view.High()
	for word := range (high + 63) / 64 {
		now, was := l.view.Alive(word), l.seen[word]
		l.seen[word] = now
		for look := now | was; look != 0; look &= look - 1 {
			slot := word*64 + bits.TrailingZeros64(look)
			alive := now>>(slot%64)&1 != 0
			at := &l.place[slot]
			if alive && at.alive && !l.moves && at.reuse == l.view.Reuse(slot) {
				continue
			}
			p.placeRow(i, l, slot, alive, t)
		}
	}
}

// placeRow brings one row's placement up to date.
func (p *plane) placeRow(i int, l *lane, slot int, alive bool, t sim.Tick) {
	at := &l.place[slot]
	same := alive && at.alive && at.reuse == l.view.Reuse(slot)
	var id sim.Group
	if alive {
		id, alive = p.of(l.view, slot)
	}
	if alive && same && at.group.id == id {
		return
	}
	var from *group
	if at.alive {
		from = at.group
		list := &from.lists[i]
		list.left = append(list.left, at.pos)
		from.rows--
	}
	*at = placement{}
	if !alive {
		return
	}
	g := p.group(id, t)
	g.rows++
	g.touched = t
	*at = placement{group: g, alive: true, reuse: l.view.Reuse(slot)}
	if same && p.joins {
		g.joined = append(g.joined, joined{from.id, i, int32(slot)})
		return
	}
	l.remember(int32(slot), !same)
	g.lists[i].entered = append(g.lists[i].entered, int32(slot))
}

// group returns a group, made if there is none. A used one keeps its buffers;
// its old chunks are told by their ticks, which are before it was born again.
func (p *plane) group(id sim.Group, t sim.Tick) *group {
	g := p.groups.get(id)
	if g != nil {
		return g
	}
	if n := len(p.spare); n > 0 {
		g, p.spare = p.spare[n-1], p.spare[:n-1]
	} else {
		g = &group{lists: make([]rowList, len(p.lanes))}
	}
	g.id, g.born, g.touched = id, t, t
	g.chunks.clear()
	g.now, g.least = &nothing, 0
	p.groups.put(id, g)
	p.order = append(p.order, g)
	return g
}
