package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// stateVersion is the first byte of an appended state.
const stateVersion = 1

// ErrState is the cause of every failed Restore.
var ErrState = errors.New("state does not fit this world")

// Append appends the whole state: whoever restores it into a world of the same
// mode goes on exactly as this one does.
func (w *World) Append(b []byte) []byte {
	b = append(b, stateVersion)
	b = binary.LittleEndian.AppendUint64(b, w.Shape())
	b = binary.AppendUvarint(b, uint64(w.tick))
	b = binary.LittleEndian.AppendUint64(b, w.rand.state)
	b = binary.AppendUvarint(b, uint64(len(w.inputs.seats)))
	for _, seat := range w.inputs.seats {
		b = binary.AppendUvarint(b, uint64(seat))
	}
	for _, t := range w.tables {
		b = t.append(b)
	}
	for _, h := range w.hist {
		b = h.append(b)
	}
	return b
}

func (c *core) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(c.high))
	for slot := range c.high {
		live := uint64(0)
		if c.live(slot) {
			live = 1
		}
		b = binary.AppendUvarint(b, uint64(c.reuse[slot])<<1|live)
	}
	for i := range c.columns {
		for slot := range c.high {
			if c.live(slot) {
				b = binary.AppendVarint(b, int64(c.value(i, slot)))
			}
		}
	}
	return b
}

// Restore replaces the whole state with an appended one. After an error the
// world is empty at tick 0 and must not be used. Errors: ErrState with the cause.
func (w *World) Restore(b []byte) error {
	r := &reader{b: b}
	if v := r.byte(); v != stateVersion {
		r.fail(fmt.Sprintf("version %d, want %d", v, stateVersion))
	}
	if r.word() != w.Shape() {
		r.fail("it was made by other tables")
	}
	w.tick = Tick(r.uvarint(1<<32 - 1))
	w.rand.state = r.word()
	w.inputs.restore(r)
	w.input.reset()
	for _, t := range w.tables {
		t.restore(r)
	}
	for _, h := range w.hist {
		h.restore(r)
	}
	w.events.reset()
	if r.bad == nil && len(r.b) > 0 {
		r.fail("bytes are left over")
	}
	if r.bad != nil {
		w.empty()
	}
	return r.bad
}

func (w *World) empty() {
	w.tick, w.rand.state = 0, 0
	w.inputs.restore(&reader{})
	for _, t := range w.tables {
		t.reset()
	}
	for _, h := range w.hist {
		h.reset()
	}
}

func (in *Inputs) restore(r *reader) {
	in.seats = in.seats[:0]
	clear(in.taken)
	clear(in.seen)
	clear(in.from)
	last := uint64(0)
	for range r.uvarint(uint64(len(in.taken) - 1)) {
		seat := r.uvarint(uint64(len(in.taken) - 1))
		if seat <= last {
			r.fail("seats are not ascending")
			return
		}
		last = seat
		in.taken[seat] = true
		in.seats = append(in.seats, Seat(seat))
	}
}

func (c *core) reset() {
	for slot := range c.high {
		for i := range c.columns {
			c.setValue(i, slot, 0)
		}
	}
	clear(c.alive)
	clear(c.reuse)
	c.count, c.high = 0, 0
	if c.single {
		c.alive[0], c.count, c.high = 1, 1, 1
	}
}

func (c *core) restore(r *reader) {
	c.reset()
	high := int(r.uvarint(uint64(len(c.reuse))))
	c.alive[0] = 0
	c.count, c.high = 0, high
	for slot := range high {
		v := r.uvarint(1<<13 - 1)
		c.reuse[slot] = uint16(v >> 1)
		if v&1 != 0 {
			c.alive[slot/64] |= 1 << (slot % 64)
			c.count++
		}
	}
	if c.single && c.count != 1 {
		r.fail("a single row is missing")
	}
	for i := range c.columns {
		for slot := range high {
			if c.live(slot) {
				v := uint64(r.varint())
				c.setValue(i, slot, v)
				if c.value(i, slot) != v {
					r.fail("a value does not fit its column")
				}
			}
		}
	}
}

// reader takes an appended state apart. After the first fault it gives zeros.
type reader struct {
	b   []byte
	bad error
}

func (r *reader) fail(why string) {
	if r.bad == nil {
		r.bad = fmt.Errorf("%w: %s", ErrState, why)
	}
	r.b = nil
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail("it is cut off")
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) word() uint64 {
	if len(r.b) < 8 {
		r.fail("it is cut off")
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

// uvarint reads a number that must not exceed most.
func (r *reader) uvarint(most uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > most {
		r.fail("a number is cut off or too large")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) fixed() Fixed {
	v := r.varint()
	if int64(Fixed(v)) != v {
		r.fail("a value does not fit its column")
	}
	return Fixed(v)
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail("a number is cut off")
		return 0
	}
	r.b = r.b[n:]
	return v
}
