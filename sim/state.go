package sim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// StateVersion is the first byte of an appended state. Older ones are refused: a
// recording is played by the build that made it.
const StateVersion = 3

// mostReuse is the largest number of a slot in a state: its reuse count times
// two, and 1 for a living row. A retired slot has no row.
const mostReuse = retired << 1

// ErrState is the cause of every failed Restore.
var ErrState = errors.New("state does not fit this world")

// Append appends the whole state: whoever restores it into a world of the same
// mode goes on exactly as this one does.
func (w *World) Append(b []byte) []byte {
	b = w.appendHead(b)
	for _, t := range w.tables {
		b = t.append(b)
	}
	for _, h := range w.hist {
		table, seen := h.remembered()
		for _, tick := range seen {
			b = appendPast(b, tick[:table.high])
		}
	}
	return w.appendTail(b)
}

// appendSitters appends what the engine keeps of each taken seat.
func (w *World) appendSitters(b []byte) []byte {
	for _, seat := range w.inputs.seats {
		b = binary.LittleEndian.AppendUint64(b, w.sitters[seat].user)
		b = append(b, w.sitters[seat].team)
		if w.command != nil {
			b = binary.AppendUvarint(b, uint64(w.commanded[seat]))
		}
	}
	return b
}

func (w *World) restoreSitters(r *reader) {
	clear(w.sitters)
	clear(w.commanded)
	for _, seat := range w.inputs.seats {
		w.sitters[seat] = sitter{r.word(), r.byte()}
		if w.command != nil {
			w.commanded[seat] = uint32(r.uvarint(math.MaxUint32))
		}
	}
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
				b = c.columns[i].append(b, c.value(i, slot))
			}
		}
	}
	return b
}

// append appends a value of the column: a number, after a reference its table.
func (c *Column) append(b []byte, v uint64) []byte {
	if c.Kind != KindRef {
		return binary.AppendVarint(b, int64(v))
	}
	b = binary.AppendVarint(b, int64(v&refRow))
	if v != 0 {
		b = binary.AppendUvarint(b, v>>refTableAt)
	}
	return b
}

// read is the inverse of append.
func (c *Column) read(r *reader) uint64 {
	v := uint64(r.varint())
	if c.Kind != KindRef {
		return v
	}
	if v > refRow {
		r.fail("a value does not fit its column")
		return 0
	}
	if v != 0 {
		v |= r.uvarint(maxTables) << refTableAt
	}
	return v
}

// Restore replaces the whole state with an appended one. After an error the
// world is empty at tick 0 and must not be used. Errors: ErrState with the cause.
func (w *World) Restore(b []byte) error {
	r := &reader{b: b}
	if version := r.byte(); r.bad == nil && version != StateVersion {
		r.fail(fmt.Sprintf("it is of version %d, and this build knows %d", version, StateVersion))
	}
	if r.word() != w.Shape() {
		r.fail("it was made by other tables")
	}
	w.tick = Tick(r.uvarint(uint64(LastTick)))
	w.rand.state = r.word()
	w.inputs.restore(r)
	w.input.reset()
	for _, t := range w.tables {
		t.restore(r)
		if t.perSeat && r.bad == nil && !t.perSeatFits(&w.inputs) {
			r.fail("a table has other rows than seats are taken")
		}
	}
	for _, h := range w.hist {
		h.restore(r)
	}
	w.restoreSitters(r)
	w.room.restore(r)
	w.out.restore(r, w.effects)
	if w.command != nil {
		w.command.reset()
	}
	w.events.restore(r)
	if r.bad == nil && len(r.b) > 0 {
		r.fail("bytes are left over")
	}
	if r.bad == nil && w.restored != nil {
		w.rebuild(r)
	}
	if r.bad != nil {
		w.empty()
	}
	return r.bad
}

// rebuild has the rules make their shortcuts anew. Rows that no step of theirs
// has left, as in a forged state, may be more than they can take.
func (w *World) rebuild(r *reader) {
	defer func() {
		if cause := recover(); cause != nil {
			r.fail(fmt.Sprintf("the rules cannot take it: %v", cause))
		}
	}()
	w.restored()
}

func (w *World) empty() {
	w.tick, w.rand.state = 0, 0
	w.events.reset()
	w.out.reset()
	w.room = roomState{}
	clear(w.sitters)
	clear(w.commanded)
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
		v := r.uvarint(mostReuse)
		c.reuse[slot] = uint32(v >> 1)
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
				v := c.columns[i].read(r)
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

// text reads a length and as many bytes.
func (r *reader) text(most uint64) string {
	n := r.uvarint(most)
	if uint64(len(r.b)) < n {
		r.fail("it is cut off")
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
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
