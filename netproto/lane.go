package netproto

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/metronome-server/metronome/sim"
)

// Row sets of a changed column, in the low 2 bits of its header in
// TableChange.change. docs/PROTOCOL.md §5.3.
const (
	rowsAsBefore = 0 // those of the column before
	rowsGaps     = 1 // count, then distances
	rowsBitmap   = 2 // words of 28 rows
	rowsAll      = 3
	bitmapWord   = 28 // rows a word: 4 bytes of varint
)

// lane is what the encoder keeps of one table on one plane: which columns go
// out, what was sent of each row, and in which group it was.
type lane struct {
	table int
	view  sim.TableView
	cols  []laneColumn
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

func newLane(table int, view sim.TableView, private bool) *lane {
	l := &lane{table: table, view: view, moves: private || view.Grouped()}
	for i, c := range view.Columns() {
		if c.Local {
			continue
		}
		if c.Private == private {
			col := laneColumn{column: i, seed: c.Seed, linear: c.Linear, signed: signed(c.Kind), narrow: narrow(c.Kind)}
			col.last = make([]uint32, view.Cap())
			if c.Linear {
				col.diff = make([]uint32, view.Cap())
			}
			l.cols = append(l.cols, col)
		}
	}
	if len(l.cols) == 0 {
		return nil
	}
	l.place = make([]placement, view.Cap())
	l.seen = make([]uint64, (view.Cap()+63)/64)
	return l
}

func signed(k sim.Kind) bool {
	return k == sim.KindInt8 || k == sim.KindInt16 || k == sim.KindInt32 || k == sim.KindFixed
}

func narrow(k sim.Kind) uint8 {
	switch k {
	case sim.KindInt8, sim.KindUint8:
		return 24
	case sim.KindInt16, sim.KindUint16, sim.KindAngle:
		return 16
	}
	return 0
}

// wrap brings a difference of two values into the column's width, signed.
func wrap(d uint32, narrow uint8) uint32 { return uint32(int32(d<<narrow) >> narrow) }

// canonical brings a sum into the form that a column of this width has.
func canonical(v uint32, narrow uint8, signed bool) uint32 {
	if signed {
		return wrap(v, narrow)
	}
	return v << narrow >> narrow
}

// remember takes a row's values as sent. fresh rows have no last change yet:
// it comes from the seed column.
func (l *lane) remember(slot int32, fresh bool) {
	one := [1]int32{slot}
	var v, s [1]uint32
	for i := range l.cols {
		c := &l.cols[i]
		l.view.Gather(c.column, one[:], v[:])
		if c.linear {
			switch {
			case !fresh:
				c.diff[slot] = wrap(v[0]-c.last[slot], c.narrow)
			case c.seed >= 0:
				l.view.Gather(c.seed, one[:], s[:])
				c.diff[slot] = wrap(s[0], c.narrow)
			default:
				c.diff[slot] = 0
			}
		}
		c.last[slot] = v[0]
	}
}

// appendFull appends a row's id and everything that is known of it.
func (l *lane) appendFull(b []byte, slot int32) []byte {
	b = protowire.AppendVarint(b, uint64(slot+1))
	for i := range l.cols {
		c := &l.cols[i]
		v := c.last[slot]
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

// appendChanges appends the changed columns of rows and takes them as sent.
func (l *lane) appendChanges(b []byte, slots []int32) []byte {
	n := len(slots)
	if cap(l.vals) < n {
		l.vals = make([]uint32, n, 2*n)
		l.rows, l.was = make([]int32, 0, 2*n), make([]int32, 0, 2*n)
	}
	l.was = l.was[:0]
	for i := range l.cols {
		c := &l.cols[i]
		l.view.Gather(c.column, slots, l.vals[:n])
		l.residuals(c, slots)
		if len(l.rows) > 0 {
			b = l.appendColumn(b, i, n)
		}
	}
	return b
}

// residuals leaves in l.rows which rows differ from their prediction, and in
// l.res by how much.
func (l *lane) residuals(c *laneColumn, slots []int32) {
	rows, res, vals := l.rows[:0], l.res[:0], l.vals[:len(slots)]
	last := c.last
	if !c.linear {
		for i, slot := range slots {
			if v := vals[i]; v != last[slot] {
				rows = append(rows, int32(i))
				res = protowire.AppendVarint(res, uint64(zigzag(wrap(v-last[slot], c.narrow))))
				last[slot] = v
			}
		}
	} else {
		diff := c.diff
		for i, slot := range slots {
			v := vals[i]
			d := wrap(v-last[slot], c.narrow)
			if r := wrap(d-diff[slot], c.narrow); r != 0 {
				rows = append(rows, int32(i))
				res = protowire.AppendVarint(res, uint64(zigzag(r)))
			}
			last[slot], diff[slot] = v, d
		}
	}
	l.rows, l.res = rows, res
}

func (l *lane) appendColumn(b []byte, col, n int) []byte {
	header := uint64(col) << 2
	switch {
	case len(l.was) > 0 && slices.Equal(l.rows, l.was):
		b = protowire.AppendVarint(b, header|rowsAsBefore)
	case len(l.rows) == n:
		b = protowire.AppendVarint(b, header|rowsAll)
	case gapBytes(l.rows) <= bitmapBytes(n):
		b = protowire.AppendVarint(b, header|rowsGaps)
		b = protowire.AppendVarint(b, uint64(len(l.rows)))
		b = appendGaps(b, l.rows)
	default:
		b = protowire.AppendVarint(b, header|rowsBitmap)
		b = appendBitmap(b, l.rows, n)
	}
	l.rows, l.was = l.was, l.rows
	return append(b, l.res...)
}

func gapBytes(rows []int32) int {
	size, next := protowire.SizeVarint(uint64(len(rows))), int32(0)
	for _, row := range rows {
		size += protowire.SizeVarint(uint64(row - next))
		next = row + 1
	}
	return size
}

// bitmapBytes is the most that a bitmap of n rows takes.
func bitmapBytes(n int) int { return (n + 6) / 7 }

// appendGaps appends ascending positions, each as its distance from the first
// that it could be.
func appendGaps(b []byte, rows []int32) []byte {
	next := int32(0)
	for _, row := range rows {
		b = protowire.AppendVarint(b, uint64(row-next))
		next = row + 1
	}
	return b
}

func appendBitmap(b []byte, rows []int32, n int) []byte {
	for from := 0; from < n; from += bitmapWord {
		word := uint64(0)
		for len(rows) > 0 && int(rows[0]) < from+bitmapWord {
			word |= 1 << (int(rows[0]) - from)
			rows = rows[1:]
		}
		b = protowire.AppendVarint(b, word)
	}
	return b
}
