package netproto

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// partial is a group of which a viewer has the first rows of each list only:
// its keyframe is longer than what was left of a frame. As rows enter a list at
// its end and leave it without a change of order, what the viewer has stays
// the first part; of each chunk it is sent what concerns that part, and behind
// that further rows, until it has all.
type partial struct {
	active bool
	id     sim.Group
	lists  []partialList // by lane
	pos    []int32       // scratch: positions of rows
	was    []int32       // and those of the column before
}

// partialList is one list: how many rows the viewer has, of how many.
type partialList struct{ have, of int }

// begin starts with no rows of a group as it is now.
func (p *partial) begin(g *group, id sim.Group) {
	p.active, p.id, p.lists = true, id, p.lists[:0]
	for i := range g.lists {
		p.lists = append(p.lists, partialList{0, len(g.lists[i].slots)})
	}
}

// rows counts the rows that the viewer has.
func (p *partial) rows() (n int) {
	for i := range p.lists {
		n += p.lists[i].have
	}
	return n
}

// appendMore appends further rows, at most room bytes with what b has. With the
// last one, the group is partial no more.
func (p *partial) appendMore(b []byte, plane *plane, g *group, room int) []byte {
	for i := range p.lists {
		list := &p.lists[i]
		if list.have == list.of {
			continue
		}
		l, n, start := plane.lanes[i], 0, len(b)
		for _, slot := range g.lists[i].slots[list.have:] {
			before := len(b)
			if b = l.appendFull(b, slot, 0); len(b)+sectionHeadMost > room {
				b = b[:before]
				break
			}
			n++
		}
		if n > 0 {
			head := protowire.AppendVarint(nil, sectionHead(l.table, sectionEnter))
			b = slices.Insert(b, start, protowire.AppendVarint(head, uint64(n))...)
		}
		if list.have += n; list.have < list.of {
			return b
		}
	}
	*p = partial{}
	return b
}

// follow returns what a chunk means to the viewer; false when the chunk and
// what the viewer has do not fit each other.
func (p *partial) follow(plane *plane, c *chunk) ([]byte, bool) {
	var b []byte
	ok := true
	for i := range c.joins {
		j := &c.joins[i]
		b, ok = p.sections(b, ok, plane, c.side[j.mid:j.end])
	}
	return p.sections(b, ok, plane, c.rows)
}

func (p *partial) sections(b []byte, ok bool, plane *plane, raw []byte) ([]byte, bool) {
	in := numbers{b: raw, bad: !ok}
	for in.more() {
		head := in.next()
		i := slices.IndexFunc(plane.lanes, func(l *lane) bool { return l.table == int(head>>2) })
		if i < 0 {
			return b, false
		}
		switch head & 3 {
		case sectionLeave:
			b = p.leave(b, head, &p.lists[i], &in)
		case sectionChange:
			b = p.change(b, head, &p.lists[i], &in)
		default:
			b = p.lists[i].enter(b, head, plane.lanes[i], &in)
		}
	}
	return b, !in.bad
}

// below returns how many of ascending positions the viewer has.
func (l *partialList) below(pos []int32) int {
	n, _ := slices.BinarySearch(pos, int32(l.have))
	return n
}

func (p *partial) leave(b []byte, head uint32, list *partialList, in *numbers) []byte {
	p.pos = readGaps(p.pos[:0], in, in.upTo(list.of), list.of)
	n := list.below(p.pos)
	if n > 0 {
		b = protowire.AppendVarint(b, uint64(head))
		b = protowire.AppendVarint(b, uint64(n))
		b = appendGaps(b, p.pos[:n])
	}
	list.of -= len(p.pos)
	list.have -= n
	return b
}

func (p *partial) change(b []byte, head uint32, list *partialList, in *numbers) []byte {
	p.pos, p.was = p.pos[:0], p.was[:0]
	column := -1 // where the head of the column before is in b
	for more := true; more && !in.bad; {
		h := in.next()
		more = h&moreColumns != 0
		if how := h & 3; how != rowsAsBefore {
			p.pos = readRowSet(p.pos[:0], in, how, list.of)
		}
		n := list.below(p.pos)
		from := in.b
		for range p.pos[:n] {
			in.next()
		}
		residuals := from[:len(from)-len(in.b)]
		for range p.pos[n:] {
			in.next()
		}
		if n == 0 || in.bad {
			continue
		}
		if column < 0 {
			b = protowire.AppendVarint(b, uint64(head))
		} else {
			b[column] |= moreColumns
		}
		column = len(b)
		b = appendRowSet(b, int(h>>columnShift), p.pos[:n], p.was, list.have)
		b = append(b, residuals...)
		p.was = append(p.was[:0], p.pos[:n]...)
	}
	return b
}

// enter takes rows that were added at the end: the viewer is sent them if it
// has all before.
func (l *partialList) enter(b []byte, head uint32, lane *lane, in *numbers) []byte {
	count := in.upTo(len(in.b))
	from := in.b
	for range count * lane.least { // numbers
		in.next()
	}
	if in.bad {
		return b
	}
	if l.have == l.of {
		b = protowire.AppendVarint(b, uint64(head))
		b = protowire.AppendVarint(b, uint64(count))
		b = append(b, from[:len(from)-len(in.b)]...)
		l.have += count
	}
	l.of += count
	return b
}
