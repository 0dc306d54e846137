package netproto

import (
	"cmp"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// mirrorPlane is the mirror's half of a plane: the groups that it has heard
// of. A group that it has not is empty.
type mirrorPlane struct {
	shapes [][]columnShape // by table
	groups []*mirrorGroup  // by id
	most   int             // groups
	// moves: rows may move between groups in this frame.
	moves    bool
	departed departed
	ghosts   bool    // rows that moved were left where they came from
	rows     []int32 // scratch
}

type mirrorGroup struct {
	id uint32
	at sim.Tick // as of which its rows are
	// last is the tick of its last chunk.
	last sim.Tick
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
		if l := g.find(table); l != nil && len(l.ids) > 0 && !yield(l) {
			return
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

// find returns the group's rows of a table, or nil.
func (g *mirrorGroup) find(table int) *List {
	for _, l := range g.lists {
		if l.table == table {
			return l
		}
	}
	return nil
}

// list returns the group's rows of a table, made if there are none.
func (g *mirrorGroup) list(table int, cols []columnShape) *List {
	l := g.find(table)
	if l == nil {
		l = newList(g.id, table, cols)
		g.lists = append(g.lists, l)
	}
	return l
}
