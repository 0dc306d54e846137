package netproto

import (
	"math/bits"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// Encoder turns a world's ticks into chunks, once per group, and chunks into
// the snapshots of seats. One per room; the room's goroutine owns it.
type Encoder struct {
	world  *sim.World
	tick   sim.Tick
	shared *plane
	own    *plane
	signs  [][]bool // of event fields, by kind
}

// plane is either what groups share or what seats see of their own rows
// (group = owner). Both are encoded alike.
type plane struct {
	lanes  []*lane
	groups map[sim.Group]*group
	// order is the groups in the order they appeared: maps are not walked.
	order []*group
	of    func(view sim.TableView, slot int) sim.Group

	leave, enter, change []byte // scratch
}

// NewEncoder makes the encoder of a world as it is now: the next Encode after
// a step is the first chunk.
func NewEncoder(w *sim.World) *Encoder {
	e := &Encoder{world: w, tick: w.Tick()}
	e.shared = newPlane(w, false, sim.TableView.Group)
	e.own = newPlane(w, true, func(v sim.TableView, slot int) sim.Group { return sim.Group(v.Owner(slot)) })
	for _, kind := range w.EventKinds() {
		signs := make([]bool, len(kind.Columns))
		for i, c := range kind.Columns {
			signs[i] = signed(c.Kind)
		}
		e.signs = append(e.signs, signs)
	}
	e.Encode()
	return e
}

func newPlane(w *sim.World, private bool, of func(sim.TableView, int) sim.Group) *plane {
	p := &plane{groups: map[sim.Group]*group{}, of: of}
	for i, view := range w.Tables() {
		if l := newLane(i, view, private); l != nil {
			p.lanes = append(p.lanes, l)
		}
	}
	return p
}

// Encode writes the chunks of the world's current tick. Call it once after
// each step; a tick that was left out makes every seat need keyframes.
func (e *Encoder) Encode() {
	e.tick = e.world.Tick()
	e.events()
	e.shared.encode(e.tick)
	e.own.encode(e.tick)
}

func (e *Encoder) events() {
	records, values := e.world.Events()
	for _, r := range records {
		g := e.shared.group(r.Group, e.tick)
		g.events = protowire.AppendVarint(g.events, uint64(r.Kind))
		for i, v := range values[r.First : r.First+r.Count] {
			if e.signs[r.Kind][i] {
				v = zigzag(v)
			}
			g.events = protowire.AppendVarint(g.events, uint64(v))
		}
	}
}

func (p *plane) encode(t sim.Tick) {
	for i, l := range p.lanes {
		p.place(i, l, t)
	}
	keep := p.order[:0]
	for _, g := range p.order {
		g.encode(p, t)
		// Seats may still need its last chunks, in which the rows left.
		if g.rows == 0 && t.Since(g.touched) > history {
			delete(p.groups, g.id)
			continue
		}
		keep = append(keep, g)
	}
	clear(p.order[len(keep):])
	p.order = keep
}

// place finds out which rows of a table appeared, went or changed groups.
func (p *plane) place(i int, l *lane, t sim.Tick) {
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
			p.move(i, l, slot, alive, t)
		}
	}
}

// move brings one row's placement up to date.
func (p *plane) move(i int, l *lane, slot int, alive bool, t sim.Tick) {
	at := &l.place[slot]
	same := at.alive && alive && at.reuse == l.view.Reuse(slot)
	var id sim.Group
	if alive {
		id = p.of(l.view, slot)
		if same && at.group.id == id {
			return
		}
	}
	if at.alive {
		list := &at.group.lists[i]
		list.left = append(list.left, at.pos)
		at.group.rows--
	}
	*at = placement{}
	if alive {
		g := p.group(id, t)
		g.rows++
		g.touched = t
		l.remember(int32(slot), !same)
		g.lists[i].entered = append(g.lists[i].entered, int32(slot))
		*at = placement{group: g, alive: true, reuse: l.view.Reuse(slot)}
	}
}

func (p *plane) group(id sim.Group, t sim.Tick) *group {
	g := p.groups[id]
	if g == nil {
		g = &group{id: id, lists: make([]rowList, len(p.lanes)), born: t, touched: t}
		p.groups[id] = g
		p.order = append(p.order, g)
	}
	return g
}
