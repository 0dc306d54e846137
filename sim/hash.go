package sim

import "math/bits"

// hash is a running 64-bit mix: one multiplication and one rotation a word,
// good for telling states apart, not against an attacker.
type hash uint64

func (h *hash) add(v uint64) {
	x := (uint64(*h) ^ v) * 0x9e3779b97f4a7c15
	*h = hash(bits.RotateLeft64(x, 29))
}

func (h *hash) text(s string) {
	h.add(uint64(len(s)))
	for _, c := range []byte(s) {
		h.add(uint64(c))
	}
}

// Hash returns 64 bits that differ when the tick, the seats, the random
// generator or any row differs. Past positions (History) are left out: they
// follow from earlier states.
func (w *World) Hash() uint64 {
	h := hash(0)
	h.add(uint64(w.tick))
	h.add(w.rand.state)
	h.add(uint64(len(w.inputs.seats)))
	for _, seat := range w.inputs.seats {
		h.add(uint64(seat))
	}
	for _, t := range w.tables {
		t.hash(&h)
	}
	if w.command != nil {
		for _, seat := range w.inputs.seats {
			h.add(uint64(w.commanded[seat]))
		}
	}
	if s := w.room; s != (roomState{}) {
		h.add(uint64(one(s.ended)) | uint64(one(s.locked))<<1)
		h.add(uint64(s.wake))
	}
	return uint64(h)
}

func (c *core) hash(h *hash) {
	h.add(uint64(c.high))
	for slot := range c.high {
		h.add(uint64(c.reuse[slot]))
	}
	for _, word := range c.alive[:(c.high+63)/64] {
		h.add(word)
	}
	for i := range c.columns {
		c.hashColumn(h, i)
	}
}

// Shape returns 64 bits that differ when the mode's tables, histories, events
// or input are declared differently. It is the schema's fingerprint.
func (w *World) Shape() uint64 {
	h := hash(0)
	h.add(uint64(len(w.tables)))
	for _, t := range w.tables {
		h.text(t.name)
		h.add(uint64(t.Cap()))
		h.add(uint64(one(t.single)) | uint64(one(t.perSeat))<<1 | uint64(one(t.hidden))<<2)
		hashColumns(&h, t.columns)
	}
	h.add(uint64(len(w.hist)))
	for _, past := range w.hist {
		past.shape(&h)
	}
	h.add(uint64(len(w.events.kinds)))
	for _, e := range w.events.kinds {
		h.text(e.Name)
		hashColumns(&h, e.Columns)
	}
	w.input.shape(&h)
	// What a game has none of leaves the shape as it was.
	if w.command != nil {
		w.command.shape(&h)
	}
	for _, e := range w.effects {
		h.text(e.Name)
		hashColumns(&h, e.Columns)
	}
	for _, p := range w.paramFields {
		h.text(p.Name)
		h.add(uint64(p.Kind))
		h.add(uint64(p.Min))
		h.add(uint64(p.Max))
	}
	return uint64(h)
}

func (h *History[T]) shape(sum *hash) {
	sum.text(h.table.name)
	sum.add(uint64(h.depth))
}

func (in *Input[T]) shape(h *hash) {
	hashColumns(h, in.cols)
	for _, f := range in.fields {
		h.add(uint64(f.Min))
		h.add(uint64(f.Max))
		h.add(uint64(one(f.Buttons)) | uint64(one(f.Once))<<1)
	}
}

func hashColumns(h *hash, cols []Column) {
	h.add(uint64(len(cols)))
	for i := range cols {
		c := &cols[i]
		h.text(c.Name)
		flags := uint64(c.Kind)
		for bit, on := range []bool{c.Linear, c.Private, c.Local, c.Owner} {
			if on {
				flags |= 1 << (8 + bit)
			}
		}
		h.add(flags)
		h.add(uint64(c.Seed))
	}
}
