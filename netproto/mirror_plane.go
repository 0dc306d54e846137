package netproto

import (
	"cmp"
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// mirrorPlane is the mirror's half of a plane: the groups that it has heard
// of. A group that it has not is empty.
type mirrorPlane struct {
	shapes []tableShape
	groups []*mirrorGroup // by id
	most   int            // groups
	rows   []int32        // scratch
}

type mirrorGroup struct {
	id uint32
	at sim.Tick
	// lists are by table, made when the first row comes: what a server can
	// make a client allocate is in proportion to what it sends.
	lists []*List
}

// find returns where a group is or would be.
func (p *mirrorPlane) find(id uint32) (int, bool) {
	return slices.BinarySearchFunc(p.groups, id, func(g *mirrorGroup, id uint32) int { return cmp.Compare(g.id, id) })
}

func (p *mirrorPlane) drop(id uint32) {
	if i, ok := p.find(id); ok {
		p.groups = slices.Delete(p.groups, i, i+1)
	}
}

func (p *mirrorPlane) clear() {
	clear(p.groups)
	p.groups = p.groups[:0]
}

func (p *mirrorPlane) visit(table int, yield func(*List) bool) {
	for _, g := range p.groups {
		for _, l := range g.lists {
			if l.table == table && len(l.ids) > 0 && !yield(l) {
				return
			}
		}
	}
}

// advance predicts all groups up to a tick.
func (p *mirrorPlane) advance(t sim.Tick) {
	for _, g := range p.groups {
		g.advance(t)
	}
}

func (g *mirrorGroup) advance(t sim.Tick) {
	if n := t.Since(g.at); n > 0 {
		for _, l := range g.lists {
			l.advance(uint32(n))
		}
		g.at = t
	}
}

// list returns the group's rows of a table, made if there are none.
func (g *mirrorGroup) list(p *mirrorPlane, table int) *List {
	i := 0
	for ; i < len(g.lists) && g.lists[i].table <= table; i++ {
		if g.lists[i].table == table {
			return g.lists[i]
		}
	}
	l := newList(g.id, table, p.shapes[table].cols)
	g.lists = slices.Insert(g.lists, i, l)
	return l
}

// chunk applies one chunk of a frame.
func (m *Mirror) chunk(p *mirrorPlane, raw []byte, f *ServerFrame) error {
	id, age, key, ok := chunkHeader(raw)
	if !ok || age > f.Skipped || key && age > 0 {
		return errMalformed
	}
	at := f.Tick.Add(-int(age))
	i, found := p.find(id)
	if !found {
		if len(p.groups) >= p.most {
			return fmt.Errorf("%w: more than %d groups", errMalformed, p.most)
		}
		p.groups = slices.Insert(p.groups, i, &mirrorGroup{id: id, at: at})
	}
	g := p.groups[i]
	switch {
	case key:
		g.at = at
		for _, l := range g.lists {
			l.clear()
		}
	case found && g.at >= at:
		return fmt.Errorf("%w: group %d twice at tick %d", errMalformed, id, at)
	default:
		g.advance(at)
	}
	return m.content(p, g, raw)
}

// chunkHeader reads what is about the whole chunk.
func chunkHeader(raw []byte) (id, age uint32, key, ok bool) {
	w := fields{b: raw}
	for w.next() {
		if w.typ == protowire.VarintType {
			switch w.num {
			case chunkGroup:
				id = uint32Of(w.val)
			case chunkAge:
				age = uint32Of(w.val)
			case chunkKey:
				key = w.val != 0
			}
		}
	}
	return id, age, key, !w.bad
}

func (m *Mirror) content(p *mirrorPlane, g *mirrorGroup, raw []byte) error {
	w := fields{b: raw}
	for w.next() {
		var err error
		switch {
		case w.is(chunkTable, protowire.BytesType):
			err = g.change(p, w.raw)
		case w.is(chunkEvent, protowire.BytesType):
			err = m.events.read(w.raw, g.id, g.at)
		case w.num == chunkEvent: // allowed by protobuf, written by nobody
			err = errMalformed
		}
		if err != nil {
			return err
		}
	}
	return nil
}
