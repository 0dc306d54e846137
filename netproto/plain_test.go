package netproto

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// plain is a mirror as somebody would write it who knows docs/PROTOCOL.md and
// generated code and nothing of this package: row by row, kind by kind. It
// also tells in words what it reads. TestMirrorEqualsWorld holds it equal to
// Mirror.
type plain struct {
	schema *pb.Schema
	tick   uint32
	planes [2]map[uint32]*plainGroup // shared, own
	gone   map[[2]uint32]*plainRow   // in this frame, by table and id
	story  *strings.Builder          // nil tells nothing
	events []string
}

type plainGroup struct {
	at     uint32
	tables map[uint32][]*plainRow
}

type plainRow struct {
	id           uint32
	at           uint32
	value, trend []int64 // by column of the plane
}

var errPlain = errors.New("plain mirror")

func newPlain(schema *pb.Schema) *plain {
	p := &plain{schema: schema}
	p.forget()
	return p
}

func (p *plain) forget() {
	p.planes = [2]map[uint32]*plainGroup{{}, {}}
}

func (p *plain) say(format string, args ...any) {
	if p.story != nil {
		fmt.Fprintf(p.story, format+"\n", args...)
	}
}

// apply reads one frame.
func (p *plain) apply(f *pb.ServerFrame) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%w: %v", errPlain, fault)
		}
	}()
	if f.GetKey() {
		p.forget()
	}
	p.advanceAll(f.GetTick() - f.GetSkipped())
	p.gone = map[[2]uint32]*plainRow{}
	p.chunks(0, f.GetChunk(), f.GetTick())
	p.chunks(1, f.GetOwn(), f.GetTick())
	for _, id := range f.GetUnsee() {
		p.say("unsee group %d", id)
		delete(p.planes[0], id)
	}
	p.advanceAll(f.GetTick())
	p.tick = f.GetTick()
	return nil
}

func (p *plain) advanceAll(to uint32) {
	for plane, groups := range p.planes {
		for _, g := range groups {
			p.advance(plane, g, to)
		}
	}
}

func (p *plain) chunks(plane int, chunks []*pb.Chunk, tick uint32) {
	id := uint32(0)
	for _, c := range chunks {
		id += c.GetGroup()
		what := []string{"chunk", "own chunk"}[plane]
		p.say("%s of group %d, age %d, key %v", what, id, c.GetAge(), c.GetKey())
		g := p.planes[plane][id]
		if g == nil || c.GetKey() {
			g = &plainGroup{at: tick - c.GetAge(), tables: map[uint32][]*plainRow{}}
			p.planes[plane][id] = g
		}
		p.advance(plane, g, tick-c.GetAge())
		p.rows(plane, g, c.GetRows())
		p.bangs(id, g.at, c.GetEvent())
	}
}

func (p *plain) advance(plane int, g *plainGroup, to uint32) {
	for table, rows := range g.tables {
		cols := p.columns(plane, table)
		for _, r := range rows {
			for ; r.at != to; r.at++ { // one tick of prediction
				for i, c := range cols {
					if c.GetLinear() {
						r.value[i] = fit(c.GetKind(), r.value[i]+r.trend[i])
					}
				}
			}
		}
	}
	g.at = to
}

// fit wraps a number as a variable of a kind does.
func fit(k pb.Kind, v int64) int64 {
	switch k {
	case pb.Kind_KIND_INT8:
		return int64(int8(v))
	case pb.Kind_KIND_INT16:
		return int64(int16(v))
	case pb.Kind_KIND_INT32, pb.Kind_KIND_FIXED:
		return int64(int32(v))
	case pb.Kind_KIND_UINT8:
		return int64(uint8(v))
	case pb.Kind_KIND_UINT16, pb.Kind_KIND_ANGLE:
		return int64(uint16(v))
	default:
		return int64(uint32(v))
	}
}

// fitTrend wraps a change: signed, as wide as its column.
func fitTrend(k pb.Kind, v int64) int64 {
	switch k {
	case pb.Kind_KIND_INT8, pb.Kind_KIND_UINT8:
		return int64(int8(v))
	case pb.Kind_KIND_INT16, pb.Kind_KIND_UINT16, pb.Kind_KIND_ANGLE:
		return int64(int16(v))
	default:
		return int64(int32(v))
	}
}

func zag(v uint32) int64 {
	if v&1 == 1 {
		return -int64(v>>1) - 1
	}
	return int64(v >> 1)
}

// stream reads numbers; running out of them panics.
type stream struct{ v []uint32 }

func (s *stream) next() uint32 {
	v := s.v[0]
	s.v = s.v[1:]
	return v
}

func (p *plain) columns(plane int, table uint32) []*pb.Column {
	var cols []*pb.Column
	for _, c := range p.schema.GetTable()[table].GetColumn() {
		if c.GetPrivate() == (plane == 1) {
			cols = append(cols, c)
		}
	}
	return cols
}

// rows reads the sections of a chunk.
func (p *plain) rows(plane int, g *plainGroup, v []uint32) {
	for in := (&stream{v}); len(in.v) > 0; {
		head := in.next()
		table := head / 4
		name, cols := p.schema.GetTable()[table].GetName(), p.columns(plane, table)
		switch head % 4 {
		case 0:
			pos := -1
			for range in.next() {
				pos += 1 + int(in.next())
				r := g.tables[table][pos]
				p.say("  %s %d leaves (position %d)", name, r.id, pos)
				p.gone[[2]uint32{table, r.id}] = r
				g.tables[table][pos] = nil
			}
			g.tables[table] = slices.DeleteFunc(g.tables[table], func(r *plainRow) bool { return r == nil })
			continue
		case 1:
			p.change(g.tables[table], name, cols, in)
			continue
		}
		for range in.next() {
			r := p.moved(table, in, head%4 == 3)
			if r == nil {
				r = p.entered(in, g.at, cols)
			}
			p.say("  %s %d %s (position %d):%s", name, r.id, []string{"enters", "moves here"}[head%4-2], len(g.tables[table]), r.text(cols, 0))
			g.tables[table] = append(g.tables[table], r)
		}
	}
}

// change reads the changed columns of a list.
func (p *plain) change(rows []*plainRow, name string, cols []*pb.Column, in *stream) {
	var set []int
	for more := true; more; {
		head := in.next()
		more = head&4 != 0
		i := head >> 3
		col := cols[i]
		how := []string{"as before", "gaps", "bitmap", "all"}[head&3]
		set = rowSet(set, head&3, len(rows), in)
		p.say("  %s %s changes, rows by %s:", name, col.GetName(), how)
		for _, pos := range set {
			r, by := rows[pos], zag(in.next())
			r.value[i] = fit(col.GetKind(), r.value[i]+by)
			if col.GetLinear() {
				r.trend[i] = fitTrend(col.GetKind(), r.trend[i]+by)
			}
			p.say("    %d (position %d) by %+d to%s", r.id, pos, by, r.text(cols[i:i+1], int(i)))
		}
	}
}

func rowSet(before []int, how uint32, n int, in *stream) []int {
	var set []int
	switch how {
	case 0:
		return before
	case 1:
		pos := -1
		for range in.next() {
			pos += 1 + int(in.next())
			set = append(set, pos)
		}
	case 2:
		for first := 0; first < n; first += 28 {
			word := in.next()
			for bit := range 28 {
				if word>>bit&1 == 1 {
					set = append(set, first+bit)
				}
			}
		}
	case 3:
		for pos := range n {
			set = append(set, pos)
		}
	}
	return set
}

// moved finds the row that came from another group; nil when told not to.
func (p *plain) moved(table uint32, in *stream, moved bool) *plainRow {
	if !moved {
		return nil
	}
	id := in.next()
	if r := p.gone[[2]uint32{table, id}]; r != nil {
		return r
	}
	for _, g := range p.planes[0] {
		for _, r := range g.tables[table] {
			if r.id == id {
				return r
			}
		}
	}
	panic(fmt.Sprintf("row %d is nowhere", id))
}

func (p *plain) entered(in *stream, at uint32, cols []*pb.Column) *plainRow {
	r := &plainRow{id: in.next(), at: at}
	for _, c := range cols {
		v, trend := int64(0), int64(0)
		switch c.GetKind() {
		case pb.Kind_KIND_INT8, pb.Kind_KIND_INT16, pb.Kind_KIND_INT32, pb.Kind_KIND_FIXED:
			v = zag(in.next())
		default:
			v = int64(in.next())
		}
		if c.GetLinear() {
			trend = fitTrend(c.GetKind(), zag(in.next()))
		}
		r.value, r.trend = append(r.value, fit(c.GetKind(), v)), append(r.trend, trend)
	}
	return r
}

// text tells of some columns, the first of which is number i.
func (r *plainRow) text(cols []*pb.Column, i int) string {
	var b strings.Builder
	for n, c := range cols {
		fmt.Fprintf(&b, " %s %d", c.GetName(), r.value[i+n])
		if c.GetLinear() {
			fmt.Fprintf(&b, " (%+d a tick)", r.trend[i+n])
		}
	}
	return b.String()
}

func (p *plain) bangs(group, tick uint32, v []uint32) {
	for in := (&stream{v}); len(in.v) > 0; {
		kind := p.schema.GetEvent()[in.next()]
		line := fmt.Sprintf("%s in group %d at tick %d:", kind.GetName(), group, tick)
		for _, f := range kind.GetField() {
			v := in.next()
			if k := f.GetKind(); k <= pb.Kind_KIND_INT32 || k == pb.Kind_KIND_FIXED {
				line += fmt.Sprintf(" %s %d", f.GetName(), zag(v))
			} else {
				line += fmt.Sprintf(" %s %d", f.GetName(), v)
			}
		}
		p.events = append(p.events, line)
		p.say("  event %s", line)
	}
}

// table lists all rows of the mirror, sorted.
func (p *plain) table() []fact {
	var all []fact
	for plane, groups := range p.planes {
		for _, g := range groups {
			for table, rows := range g.tables {
				for _, r := range rows {
					f := fact{plane: plane, table: int(table), id: r.id}
					copy(f.value[:], r.value)
					copy(f.trend[:], r.trend)
					all = append(all, f)
				}
			}
		}
	}
	slices.SortFunc(all, fact.compare)
	return all
}
