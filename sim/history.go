package sim

import "encoding/binary"

// History remembers where the rows of a table were at the last ticks, so that
// a hit can be judged at what the shooter saw. It is part of the state.
type History[T any] struct {
	w     *World
	table *Table[T]
	at    func(*T) Vec
	depth int
	seen  [][]past // by tick modulo depth, then slot
}

type past struct {
	at    Vec
	reuse uint16
	live  bool
}

// NewHistory declares that the positions of t's rows are remembered for depth
// ticks, 2 to 64. at must depend on nothing but the row.
func NewHistory[T any](w *World, t *Table[T], depth int, at func(*T) Vec) *History[T] {
	h := &History[T]{w: w, table: t, at: at, depth: min(max(depth, 2), 64)}
	h.seen = make([][]past, h.depth)
	for i := range h.seen {
		h.seen[i] = make([]past, t.Cap())
	}
	w.hist = append(w.hist, h)
	return h
}

// At returns where a row was age/16 ticks ago, between two ticks on the line
// between them. During the step of tick n, age 16 is the end of tick n-1, the
// newest there is; less than that, and more than is remembered, is moved to
// the nearest that is remembered. False when the row was not alive then.
func (h *History[T]) At(ref Ref, age int) (Vec, bool) {
	slot := h.table.find(ref)
	if slot < 0 {
		return Vec{}, false
	}
	age = min(max(age, 16), 16*h.depth)
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

// past returns the position that was recorded by the step `back` ticks before
// the one that runs now.
func (h *History[T]) past(slot int, reuse uint16, back int) (Vec, bool) {
	if int64(h.w.tick) <= int64(back) || back > h.depth {
		return Vec{}, false
	}
	p := &h.seen[int(h.w.tick.Add(-back))%h.depth][slot]
	return p.at, p.live && p.reuse == reuse
}

func (h *History[T]) record() {
	now := h.seen[int(h.w.tick)%h.depth]
	for slot := range h.table.high {
		now[slot] = past{}
		if h.table.live(slot) {
			now[slot] = past{h.at(&h.table.rows[slot]), h.table.reuse[slot], true}
		}
	}
	clear(now[h.table.high:])
}

func (h *History[T]) reset() {
	for _, tick := range h.seen {
		clear(tick)
	}
}

func (h *History[T]) append(b []byte) []byte {
	for _, tick := range h.seen {
		for _, p := range tick[:h.table.high] {
			b = binary.AppendUvarint(b, uint64(p.reuse)<<1|uint64(one(p.live)))
			if p.live {
				b = binary.AppendVarint(b, int64(p.at.X))
				b = binary.AppendVarint(b, int64(p.at.Y))
			}
		}
	}
	return b
}

func (h *History[T]) restore(r *reader) {
	h.reset()
	for _, tick := range h.seen {
		for slot := range h.table.high {
			v := r.uvarint(1<<13 - 1)
			p := past{reuse: uint16(v >> 1), live: v&1 != 0}
			if p.live {
				p.at = Vec{Fixed(r.varint()), Fixed(r.varint())}
			}
			tick[slot] = p
		}
	}
}
