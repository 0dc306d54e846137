package netproto

import "math/bits"

// List is the rows of one table in one group, in wire order, by columns.
type List struct {
	ids  []uint32
	vals [][]uint32
	diff [][]uint32 // nil where not linear
}

// IDs returns the rows' ids. Not to be changed; valid until the next frame.
func (l *List) IDs() []uint32 { return l.ids }

// Column returns a column's values, sign extended to 32 bits, one per id.
func (l *List) Column(i int) []uint32 { return l.vals[i] }

func (l *List) shape(cols []columnShape) {
	l.vals = make([][]uint32, len(cols))
	l.diff = make([][]uint32, len(cols))
}

// advance moves every linear column on by its last change.
func (l *List) advance(cols []columnShape) {
	if len(l.ids) == 0 {
		return
	}
	for i := range cols {
		c := &cols[i]
		if !c.linear {
			continue
		}
		vals, diff := l.vals[i], l.diff[i]
		for j, d := range diff {
			if d != 0 {
				vals[j] = canonical(vals[j]+d, c.narrow, c.signed)
			}
		}
	}
}

func (l *List) leave(p *mirrorPlane, raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	gone := p.rows[:0]
	in := numbers{b: raw}
	for next := 0; in.more(); {
		pos := next + in.upTo(len(l.ids))
		if in.bad || pos >= len(l.ids) {
			return errMalformed
		}
		gone, next = append(gone, int32(pos)), pos+1
	}
	p.rows = gone
	if in.bad {
		return errMalformed
	}
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

func (l *List) change(p *mirrorPlane, raw []byte, cols []columnShape) error {
	in := numbers{b: raw}
	p.was = p.was[:0]
	for in.more() {
		header := in.next()
		col := int(header >> 2)
		if col >= len(cols) {
			return errMalformed
		}
		if header&3 != rowsAsBefore {
			p.was = l.positions(p.was[:0], &in, header&3)
		}
		c := &cols[col]
		vals, diff := l.vals[col], l.diff[col]
		for _, pos := range p.was {
			r := unzigzag(in.next())
			vals[pos] = canonical(vals[pos]+r, c.narrow, c.signed)
			if c.linear {
				diff[pos] = wrap(diff[pos]+r, c.narrow)
			}
		}
	}
	if in.bad {
		return errMalformed
	}
	return nil
}

// positions reads which rows a column changed in.
func (l *List) positions(rows []int32, in *numbers, how uint32) []int32 {
	n := len(l.ids)
	switch how {
	case rowsGaps:
		next := 0
		for range in.upTo(n) {
			pos := next + in.upTo(n)
			if pos >= n {
				in.bad, in.b = true, nil
				return rows
			}
			rows, next = append(rows, int32(pos)), pos+1
		}
	case rowsBitmap:
		for from := 0; from < n; from += bitmapWord {
			for word := in.next(); word != 0; word &= word - 1 {
				pos := from + bits.TrailingZeros32(word)
				if pos >= n {
					in.bad, in.b = true, nil
					return rows
				}
				rows = append(rows, int32(pos))
			}
		}
	case rowsAll:
		for pos := range n {
			rows = append(rows, int32(pos))
		}
	}
	return rows
}

func (l *List) enter(raw []byte, cols []columnShape) error {
	in := numbers{b: raw}
	for in.more() {
		l.ids = append(l.ids, in.next())
		for i := range cols {
			v := in.next()
			if cols[i].signed {
				v = unzigzag(v)
			}
			l.vals[i] = append(l.vals[i], v)
			if cols[i].linear {
				l.diff[i] = append(l.diff[i], unzigzag(in.next()))
			}
		}
	}
	if in.bad {
		return errMalformed
	}
	return nil
}
