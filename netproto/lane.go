package netproto

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// lane is what the encoder keeps of one table on one plane: which columns go
// out, what was sent of each row, and in which group it was.
type lane struct {
	table int
	view  sim.TableView
	cols  []laneColumn
	least int         // bytes of a row in a keyframe, at least
	moves bool        // rows can change groups
	place []placement // by slot
	seen  []uint64    // by 64 slots: alive at the last Encode
	high  int

	vals []uint32 // scratch of one column
	rows []int32  // scratch: positions that changed
	was  []int32  // and those of the column before
	res  []byte   // scratch: residuals
}

// placement is where a slot's row is on the wire.
type placement struct {
	group *group
	pos   int32
	reuse uint16
	alive bool
}

// laneColumn is one column and the predictor's state: by slot the last value
// and, if linear, the last change. The mirror keeps the same.
type laneColumn struct {
	column int
	seed   int // column, or -1
	linear bool
	signed bool
	narrow uint8 // 32 - width in bits: arithmetic wraps at the width
	last   []uint32
	diff   []uint32
}

// newLane returns nil for a table that has nothing to send on this plane.
func newLane(table int, view sim.TableView, private bool) *lane {
	l := &lane{table: table, view: view, least: 1, moves: private || view.Grouped()}
	for i, c := range view.Columns() {
		if c.Local || c.Private != private {
			continue
		}
		col := laneColumn{column: i, seed: c.Seed, linear: c.Linear, signed: signed(c.Kind), narrow: narrow(c.Kind)}
		col.last = make([]uint32, view.Cap())
		l.least++
		if c.Linear {
			col.diff = make([]uint32, view.Cap())
			l.least++
		}
		l.cols = append(l.cols, col)
	}
	if len(l.cols) == 0 {
		return nil
	}
	l.place = make([]placement, view.Cap())
	l.seen = make([]uint64, (view.Cap()+63)/64)
	return l
}

// remember takes a row's values as sent. fresh rows have no last change yet:
// it comes from the seed column.
func (l *lane) remember(slot int32, fresh bool) {
	for i := range l.cols {
		c := &l.cols[i]
		v := l.value(c.column, slot)
		if c.linear {
			switch {
			case !fresh:
				c.diff[slot] = wrap(v-c.last[slot], c.narrow)
			case c.seed >= 0:
				c.diff[slot] = wrap(l.value(c.seed, slot), c.narrow)
			default:
				c.diff[slot] = 0
			}
		}
		c.last[slot] = v
	}
}

func (l *lane) value(column int, slot int32) uint32 {
	var v [1]uint32
	l.view.Gather(column, []int32{slot}, v[:])
	return v[0]
}

// appendFull appends a row's id and everything that is known of it, ahead
// ticks after it was sent last: 0, or 1 for what is predicted.
func (l *lane) appendFull(b []byte, slot int32, ahead uint32) []byte {
	b = protowire.AppendVarint(b, uint64(slot+1))
	for i := range l.cols {
		c := &l.cols[i]
		v := c.last[slot]
		if c.linear {
			v = canonical(v+ahead*c.diff[slot], c.narrow, c.signed)
		}
		if c.signed {
			v = zigzag(v)
		}
		b = protowire.AppendVarint(b, uint64(v))
		if c.linear {
			b = protowire.AppendVarint(b, uint64(zigzag(c.diff[slot])))
		}
	}
	return b
}

// appendChanges appends the section of the changed columns of rows and takes
// them as sent.
func (l *lane) appendChanges(b []byte, slots []int32) []byte {
	n := len(slots)
	if cap(l.vals) < n {
		l.vals = make([]uint32, n, 2*n)
		l.rows, l.was = make([]int32, 0, 2*n), make([]int32, 0, 2*n)
	}
	l.was = l.was[:0]
	head := -1 // where the head of the column before is in b
	for i := range l.cols {
		c := &l.cols[i]
		l.view.Gather(c.column, slots, l.vals[:n])
		if c.linear {
			l.linear(c, slots)
		} else {
			l.still(c, slots)
		}
		if len(l.rows) == 0 {
			continue
		}
		if head < 0 {
			b = protowire.AppendVarint(b, sectionHead(l.table, sectionChange))
		} else {
			b[head] |= moreColumns
		}
		head = len(b)
		b = appendRowSet(b, i, l.rows, l.was, n)
		b = append(b, l.res...)
		l.rows, l.was = l.was, l.rows
	}
	return b
}

// still leaves in l.rows which rows are not what they were, and in l.res by
// how much.
func (l *lane) still(c *laneColumn, slots []int32) {
	rows, res, vals := l.rows[:0], l.res[:0], l.vals[:len(slots)]
	last := c.last
	for i, slot := range slots {
		if v := vals[i]; v != last[slot] {
			rows = append(rows, int32(i))
			res = protowire.AppendVarint(res, uint64(zigzag(wrap(v-last[slot], c.narrow))))
			last[slot] = v
		}
	}
	l.rows, l.res = rows, res
}

// linear does the same for a column that is predicted by its last change.
func (l *lane) linear(c *laneColumn, slots []int32) {
	rows, res, vals := l.rows[:0], l.res[:0], l.vals[:len(slots)]
	last, diff := c.last, c.diff
	for i, slot := range slots {
		v := vals[i]
		d := wrap(v-last[slot], c.narrow)
		if r := wrap(d-diff[slot], c.narrow); r != 0 {
			rows = append(rows, int32(i))
			res = protowire.AppendVarint(res, uint64(zigzag(r)))
		}
		last[slot], diff[slot] = v, d
	}
	l.rows, l.res = rows, res
}
