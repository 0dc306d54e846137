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

// leave reads a section of rows that left.
func (l *List) leave(p *mirrorPlane, in *numbers) {
	count := in.upTo(len(l.ids))
	if count == 0 {
		in.fail()
		return
	}
	gone := readGaps(p.rows[:0], in, count, len(l.ids))
	p.rows = gone
	if in.bad {
		return
	}
	if p.moves {
		for _, pos := range gone {
			p.departed.keep(l, pos)
		}
	}
	l.without(gone)
}

// without takes ascending positions out; the others keep their order.
func (l *List) without(gone []int32) {
	l.ids = without(l.ids, gone)
	for i := range l.cols {
		l.vals[i] = without(l.vals[i], gone)
		if l.cols[i].linear {
			l.diff[i] = without(l.diff[i], gone)
		}
	}
}

func without(v []uint32, gone []int32) []uint32 {
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

// change reads a section of changed columns.
func (l *List) change(p *mirrorPlane, in *numbers) {
	rows := p.rows[:0]
	for more := true; more && !in.bad; {
		head := in.next()
		col, how := int(head>>columnShift), head&3
		more = head&moreColumns != 0
		if col >= len(l.cols) {
			in.fail()
			return
		}
		if how != rowsAsBefore {
			rows = readRowSet(rows[:0], in, how, len(l.ids))
			p.rows = rows
		}
		l.add(in, col, rows)
	}
}

// add reads the residuals of one column.
func (l *List) add(in *numbers, col int, rows []int32) {
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

// enter reads one row in full.
func (l *List) enter(in *numbers) {
	id := in.next()
	if id == 0 {
		in.fail()
		return
	}
	l.ids = append(l.ids, id)
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

// copy appends a row of a list of the same table.
func (l *List) copy(from *List, pos int) {
	l.ids = append(l.ids, from.ids[pos])
	for i := range l.cols {
		l.vals[i] = append(l.vals[i], from.vals[i][pos])
		if l.cols[i].linear {
			l.diff[i] = append(l.diff[i], from.diff[i][pos])
		}
	}
}
