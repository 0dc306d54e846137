package netproto

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// chunkFrame is a Chunk with its packed fields as they came.
type chunkFrame struct {
	group, age   uint32
	key          bool
	rows, events []byte
}

// readChunk takes a Chunk apart. Protobuf would also allow packed fields in
// several parts or unpacked; no encoder writes them so, and they are refused
// rather than read differently than generated code does.
func readChunk(raw []byte) (c chunkFrame, ok bool) {
	w := fields{b: raw}
	for w.next() {
		switch {
		case w.is(chunkGroup, protowire.VarintType):
			c.group = uint32Of(w.val)
		case w.is(chunkAge, protowire.VarintType):
			c.age = uint32Of(w.val)
		case w.is(chunkKey, protowire.VarintType):
			c.key = w.val != 0
		case w.is(chunkRows, protowire.BytesType) && c.rows == nil:
			c.rows = w.raw
		case w.is(chunkEvent, protowire.BytesType) && c.events == nil:
			c.events = w.raw
		case w.num == chunkRows || w.num == chunkEvent:
			return c, false
		}
	}
	return c, !w.bad
}

// chunks applies the chunks of a frame to one plane.
func (m *Mirror) chunks(p *mirrorPlane, raws [][]byte, f *ServerFrame) error {
	id := uint32(0)
	for _, raw := range raws {
		c, ok := readChunk(raw)
		if !ok || c.age > f.Skipped || c.key && c.age > 0 {
			return errMalformed
		}
		id += c.group
		if err := m.chunk(p, id, &c, f); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mirror) chunk(p *mirrorPlane, id uint32, c *chunkFrame, f *ServerFrame) error {
	at := f.Tick.Add(-int(c.age))
	i, found := p.find(id)
	if !found {
		if len(p.groups) >= p.most {
			return fmt.Errorf("%w: more than %d groups", errMalformed, p.most)
		}
		p.groups = slices.Insert(p.groups, i, &mirrorGroup{id: id, at: at})
	}
	g := p.groups[i]
	switch {
	case c.key:
		g.at = at
		for _, l := range g.lists {
			l.clear()
		}
	case found && g.last >= at:
		return fmt.Errorf("%w: group %d twice at tick %d", errMalformed, id, at)
	default:
		g.advance(at)
	}
	g.last = at
	if err := p.sections(g, c.rows); err != nil {
		return err
	}
	return m.events.read(c.events, id, at)
}

// sections applies what happened to a group's rows, in order.
func (p *mirrorPlane) sections(g *mirrorGroup, raw []byte) error {
	for in := (numbers{b: raw}); in.more(); {
		head := in.next()
		table := int(head >> 2)
		if in.bad || table >= len(p.shapes) || len(p.shapes[table]) == 0 {
			return errMalformed
		}
		if l := g.find(table); l != nil || head&3 == sectionEnter || head&3 == sectionMoved {
			p.section(l, g, table, int(head&3), &in)
		} else {
			in.fail() // a change of no rows
		}
		if in.bad {
			return errMalformed
		}
	}
	return nil
}

func (p *mirrorPlane) section(l *List, g *mirrorGroup, table, section int, in *numbers) {
	switch section {
	case sectionLeave:
		l.leave(p, in)
	case sectionChange:
		l.change(p, in)
	default:
		// Every row takes at least a byte.
		count := in.upTo(len(in.b))
		if count == 0 {
			in.fail()
			return
		}
		l = g.list(table, p.shapes[table])
		for range count {
			if section == sectionEnter {
				l.enter(in)
			} else {
				p.move(l, in.next(), in)
			}
		}
	}
}
