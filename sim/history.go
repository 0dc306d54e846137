package sim

import (
	"encoding/binary"
	"fmt"
)

// History remembers where the rows of a table were at the last ticks, so that
// a hit can be judged at what the shooter saw. It is part of the state. For other
// numbers than positions there is [HistoryOf].
type History[T any] struct {
	w     *World
	table *Table[T]
	at    func(*T) Vec
	depth int
	seen  [][]past // by tick modulo depth+1, then slot
}

// past is where a row was. row is its reuse count and 1, so that 0 is nobody.
type past struct {
	at  Vec
	row uint32
}

// NewHistory declares that the positions of t's rows are remembered for depth
// ticks, 2 to 64: as far back as an input can have seen, 267 ms at 240 Hz.
// Count it from the mode's Hz. at must depend on nothing but the row. Faults are reported
// by [Start].
func NewHistory[T any](w *World, t *Table[T], depth int, at func(*T) Vec) *History[T] {
	h := newHistory(w, t, depthOf(w, t.name, depth), at)
	w.hist = append(w.hist, h)
	return h
}

// depthOf returns a depth that can be, and notes a fault where it cannot.
func depthOf(w *World, table string, depth int) int {
	if depth < 2 || depth > 64 {
		w.fault(fmt.Errorf("history of table %s: depth %d, want 2 to 64", table, depth))
		return 2
	}
	return depth
}

func newHistory[T any](w *World, t *Table[T], depth int, at func(*T) Vec) *History[T] {
	h := &History[T]{w: w, table: t, at: at, depth: depth}
	// One more than depth, so that the tick just recorded does not push out the
	// oldest before the next step begins.
	h.seen = make([][]past, depth+1)
	for i := range h.seen {
		h.seen[i] = make([]past, t.Cap())
	}
	return h
}

// At returns where a row was age/16 ticks ago, between two ticks on the line
// between them. During the step of tick n, age 16 is the end of tick n-1, the
// newest there is; less than that, and more than is remembered, is moved to
// the nearest that is remembered. False when the row was not alive then.
func (h *History[T]) At(ref Ref, age int) (Vec, bool) {
	slot, age, ok := h.find(ref, age)
	if !ok {
		return Vec{}, false
	}
	newer, ok := h.past(slot, ref.reuse(), age/16)
	part := int64(age % 16)
	if !ok || part == 0 {
		return newer, ok
	}
	older, ok := h.past(slot, ref.reuse(), age/16+1)
	if !ok {
		return newer, true
	}
	return Vec{
		newer.X + Fixed((int64(older.X)-int64(newer.X))*part/16),
		newer.Y + Fixed((int64(older.Y)-int64(newer.Y))*part/16),
	}, true
}

// find returns the slot of a living row, and the age moved to the nearest that is
// remembered; false when there is no such row or nothing is remembered yet.
func (h *History[T]) find(ref Ref, age int) (slot, nearest int, ok bool) {
	slot = h.table.find(ref)
	ticks := min(int64(h.depth), int64(h.w.tick)-1)
	if slot < 0 || ticks < 1 {
		return 0, 0, false
	}
	return slot, min(max(age, 16), 16*int(ticks)), true
}

// past returns the position that was recorded by the step `back` ticks before
// the one that runs now.
func (h *History[T]) past(slot int, reuse uint32, back int) (Vec, bool) {
	p := &h.of(h.w.tick.Add(-back))[slot]
	return p.at, p.row == reuse+1
}

func (h *History[T]) of(t Tick) []past { return h.seen[t%Tick(len(h.seen))] }

func (h *History[T]) record() {
	now := h.of(h.w.tick)
	for slot := range h.table.high {
		now[slot] = past{}
		if h.table.live(slot) {
			now[slot] = past{h.at(&h.table.rows[slot]), h.table.reuse[slot] + 1}
		}
	}
}

func (h *History[T]) reset() {
	for _, tick := range h.seen {
		clear(tick)
	}
}

// appendPast appends where rows were at one tick.
func appendPast(b []byte, tick []past) []byte {
	for _, p := range tick {
		if p.row == 0 {
			b = append(b, 0)
			continue
		}
		b = binary.AppendUvarint(b, uint64(p.row-1)<<1|1)
		b = binary.AppendVarint(b, int64(p.at.X))
		b = binary.AppendVarint(b, int64(p.at.Y))
	}
	return b
}

func (h *History[T]) restore(r *reader) {
	h.reset()
	for _, tick := range h.seen {
		readPast(r, tick[:h.table.high])
	}
}

// readPast reads where rows were at one tick.
func readPast(r *reader, tick []past) {
	for slot := range tick {
		v := r.uvarint(mostReuse)
		if v&1 != 0 {
			tick[slot] = past{Vec{r.fixed(), r.fixed()}, uint32(v>>1) + 1}
		} else if v != 0 {
			r.fail("a past row is neither there nor gone")
		}
	}
}

func (h *History[T]) remembered() (*core, [][]past) { return &h.table.core, h.seen }

func (h *History[T]) columns() []Column { return nil }
