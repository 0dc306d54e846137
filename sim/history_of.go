package sim

import (
	"errors"
	"fmt"
)

// HistoryOf remembers what of the rows of a table was like at the last ticks: any
// numbers of theirs, where a [History] remembers positions. It is part of the
// state.
type HistoryOf[T, V any] struct {
	cols  []Column
	parts []*columnsPast[T] // one or two columns each
}

// columnsPast is a History whose positions are the values of one or two columns of
// another struct, so that states, images and journals have it like any other.
type columnsPast[T any] struct {
	*History[T]
	cols []Column // one of 64 bits, or one or two of fewer
}

// NewHistoryOf declares that what `of` makes of each of t's rows is remembered for
// depth ticks, 2 to 64. V is a plain struct of numbers, like a row, of 64 bits too,
// but without references and wire tags. `of` must depend on nothing but the row.
// Each two columns take 12 bytes for each row of the table and each tick. Faults are
// reported by [Start].
func NewHistoryOf[T, V any](w *World, t *Table[T], depth int, of func(*T) V) *HistoryOf[T, V] {
	cols, err := recordOf[V]("history of table " + t.name)
	for i := range cols {
		if cols[i].Kind == KindRef {
			err = errors.Join(err, fmt.Errorf("history of table %s.%s: a reference is not remembered; keep what is needed of its row", t.name, cols[i].Name))
		}
	}
	w.fault(err)
	depth = depthOf(w, t.name, depth)
	h := &HistoryOf[T, V]{cols: cols}
	for first := 0; err == nil && first < len(cols); {
		n := 1
		if !cols[first].Wide() && first+1 < len(cols) && !cols[first+1].Wide() {
			n = 2
		}
		part := &columnsPast[T]{cols: cols[first : first+n]}
		part.History = newHistory(w, t, depth, func(row *T) Vec {
			v := of(row)
			a := part.cols[0].load(base(&v))
			if len(part.cols) == 1 {
				return Vec{Fixed(a), Fixed(a >> 32)}
			}
			return Vec{Fixed(a), Fixed(part.cols[1].load(base(&v)))}
		})
		w.hist = append(w.hist, part)
		h.parts = append(h.parts, part)
		first += n
	}
	return h
}

// At returns what a row was like age/16 ticks ago, at the later of the two ticks
// when it is between them. Ages are as of [History.At]: 16 is the end of the last
// tick, and what is not remembered is moved to the nearest that is. False when the
// row was not alive then.
func (h *HistoryOf[T, V]) At(ref Ref, age int) (v V, ok bool) {
	if len(h.parts) == 0 {
		return v, false
	}
	slot, age, ok := h.parts[0].find(ref, age)
	if ok {
		ok = h.read(&v, slot, ref, age/16)
	}
	return v, ok
}

// Between returns what a row was like at the two ticks around age/16 ticks ago, and
// how far from the newer to the older that was, in 1/16: for who goes on the line
// between them. Both are the same where part is 0 or the row was not alive at the
// older.
func (h *HistoryOf[T, V]) Between(ref Ref, age int) (newer, older V, part int, ok bool) {
	if len(h.parts) == 0 {
		return newer, older, 0, false
	}
	slot, age, ok := h.parts[0].find(ref, age)
	if !ok || !h.read(&newer, slot, ref, age/16) {
		return newer, older, 0, false
	}
	if part = age % 16; part == 0 || !h.read(&older, slot, ref, age/16+1) {
		return newer, newer, 0, true
	}
	return newer, older, part, true
}

// read sets v to what the row in a slot was like so many ticks before the one that
// runs now; false when it was not alive.
func (h *HistoryOf[T, V]) read(v *V, slot int, ref Ref, back int) bool {
	for _, part := range h.parts {
		at, ok := part.past(slot, ref.reuse(), back)
		if !ok {
			return false
		}
		if len(part.cols) == 1 {
			part.cols[0].store(base(v), uint64(uint32(at.X))|uint64(uint32(at.Y))<<32)
			continue
		}
		part.cols[0].store(base(v), uint64(at.X))
		part.cols[1].store(base(v), uint64(at.Y))
	}
	return true
}

func (p *columnsPast[T]) columns() []Column { return p.cols }

func (p *columnsPast[T]) shape(sum *hash) {
	p.History.shape(sum)
	hashColumns(sum, p.cols)
}
