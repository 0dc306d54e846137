package netproto

import "slices"

// List is the rows of one table in one group, in wire order, by columns. It is
// the mirror's and not to be changed; what it returns is good until the next
// frame.
type List struct {
	group uint32
	table int
	cols  []columnShape
	ids   []uint32
	vals  [][]uint32
	diff  [][]uint32 // nil where not linear
}

func newList(group uint32, table int, cols []columnShape) *List {
	columns := make([][]uint32, 2*len(cols))
	return &List{group: group, table: table, cols: cols, vals: columns[:len(cols)], diff: columns[len(cols):]}
}

// Group returns the rows' group; 0 in Mirror.Own.
func (l *List) Group() uint32 { return l.group }

// IDs returns the rows' ids.
func (l *List) IDs() []uint32 { return l.ids }

// Index returns where the row with an id is, or -1.
func (l *List) Index(id uint32) int { return slices.Index(l.ids, id) }

// Column returns a column's values, sign extended to 32 bits, one per id. See
// Find for its number.
func (l *List) Column(i int) []uint32 { return l.vals[i] }

// Change returns by how much a linear column's values are predicted to change
// in the next tick, sign extended, one per id; nil for other columns.
func (l *List) Change(i int) []uint32 { return l.diff[i] }

func (l *List) clear() {
	l.ids = l.ids[:0]
	for i := range l.vals {
		l.vals[i], l.diff[i] = l.vals[i][:0], l.diff[i][:0]
	}
}

// advance moves every linear column on by n times its last change.
func (l *List) advance(n uint32) {
	for i := range l.cols {
		c := &l.cols[i]
		if !c.linear {
			continue
		}
		vals, diff := l.vals[i], l.diff[i]
		for j, d := range diff {
			if d != 0 {
				vals[j] = canonical(vals[j]+d*n, c.narrow, c.signed)
			}
		}
	}
}

func (l *List) leave(p *mirrorPlane, raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	in := numbers{b: raw}
	// Each distance takes a byte, so there are no more than bytes of them.
	gone := p.rows[:0]
	for next := 0; in.more(); next = int(gone[len(gone)-1]) + 1 {
		pos := next + in.upTo(len(l.ids))
		if in.bad || pos >= len(l.ids) {
			return errMalformed
		}
		gone = append(gone, int32(pos))
	}
	p.rows = gone
	l.ids = without(l.ids, gone)
	for i := range l.vals {
		l.vals[i], l.diff[i] = without(l.vals[i], gone), without(l.diff[i], gone)
	}
	return nil
}

// without takes ascending positions out; the others keep their order.
func without(v []uint32, gone []int32) []uint32 {
	if len(v) == 0 {
		return v
	}
	keep := int(gone[0])
	for i, pos := range gone {
		end := len(v)
		if i+1 < len(gone) {
			end = int(gone[i+1])
		}
		keep += copy(v[keep:], v[pos+1:end])
	}
	return v[:keep]
}

func (l *List) change(p *mirrorPlane, raw []byte) error {
	in := numbers{b: raw}
	rows := p.rows[:0]
	for in.more() {
		header := in.next()
		col, how := int(header>>2), header&3
		if col >= len(l.cols) {
			return errMalformed
		}
		if how != rowsAsBefore {
			rows = readRowSet(rows[:0], &in, how, len(l.ids))
		}
		c := &l.cols[col]
		vals, diff := l.vals[col], l.diff[col]
		for _, pos := range rows {
			r := unzigzag(in.next())
			vals[pos] = canonical(vals[pos]+r, c.narrow, c.signed)
			if c.linear {
				diff[pos] = wrap(diff[pos]+r, c.narrow)
			}
		}
	}
	p.rows = rows
	if in.bad {
		return errMalformed
	}
	return nil
}

func (l *List) enter(raw []byte) error {
	in := numbers{b: raw}
	for in.more() {
		l.ids = append(l.ids, in.next())
		for i := range l.cols {
			c := &l.cols[i]
			v := in.next()
			if c.signed {
				v = unzigzag(v)
			}
			l.vals[i] = append(l.vals[i], canonical(v, c.narrow, c.signed))
			if c.linear {
				l.diff[i] = append(l.diff[i], wrap(unzigzag(in.next()), c.narrow))
			}
		}
	}
	if in.bad {
		return errMalformed
	}
	return nil
}
