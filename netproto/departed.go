package netproto

// departed keeps the rows that left their groups in this frame, because they
// may turn up in a group that comes later.
type departed struct {
	rows []departedRow
	vals []uint32
}

type departedRow struct {
	table int
	id    uint32
	first int // in vals: values, then changes where linear
}

func (d *departed) reset() { d.rows, d.vals = d.rows[:0], d.vals[:0] }

// keep remembers a row of a list that is about to leave it.
func (d *departed) keep(l *List, pos int32) {
	d.rows = append(d.rows, departedRow{l.table, l.ids[pos], len(d.vals)})
	for i := range l.cols {
		d.vals = append(d.vals, l.vals[i][pos])
		if l.cols[i].linear {
			d.vals = append(d.vals, l.diff[i][pos])
		}
	}
}

// take appends a departed row to a list; false when there is none.
func (d *departed) take(l *List, id uint32) bool {
	for i := range d.rows {
		row := &d.rows[i]
		if row.id != id || row.table != l.table {
			continue
		}
		vals := d.vals[row.first:]
		l.ids = append(l.ids, id)
		for i := range l.cols {
			l.vals[i], vals = append(l.vals[i], vals[0]), vals[1:]
			if l.cols[i].linear {
				l.diff[i], vals = append(l.diff[i], vals[0]), vals[1:]
			}
		}
		row.table = -1 // once
		return true
	}
	return false
}

// move appends a row to a list that another group in view has or just had. It
// is there no more then: a server cannot make two of one.
func (p *mirrorPlane) move(l *List, id uint32, in *numbers) {
	if !p.moves || id == 0 {
		in.fail()
		return
	}
	if p.departed.take(l, id) {
		return
	}
	for _, g := range p.groups {
		from := g.find(l.table)
		if from == nil || from == l {
			continue
		}
		if pos := from.Index(id); pos >= 0 {
			l.copy(from, pos)
			from.ids[pos] = 0 // until the group's own chunk takes it out
			p.ghosts = true
			return
		}
	}
	in.fail()
}

// haunted reports whether a row that moved is still where it came from.
func (p *mirrorPlane) haunted() bool {
	if !p.ghosts {
		return false
	}
	p.ghosts = false
	for _, g := range p.groups {
		for _, l := range g.lists {
			if l.Index(0) >= 0 {
				return true
			}
		}
	}
	return false
}
