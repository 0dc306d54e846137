package sim

import (
	"encoding/binary"
	"unsafe"
)

// Image is a world's state as it was at a tick. It takes a fraction of the time to take
// that encoding the state does, and may be encoded later, by any goroutine.
type Image struct {
	head, tail []byte // what is neither in tables nor in histories, encoded
	tables     []tableImage
	past       [][][]past // by history, tick modulo its length, and slot
}

// tableImage is a table with memory of its own.
type tableImage struct {
	core
	rows []uint64 // words, so that every column is aligned
}

const wordBytes = unsafe.Sizeof(uint64(0))

// Take copies a world's state. What was taken before is lost, and its memory used again.
func (m *Image) Take(w *World) {
	m.head, m.tail = w.appendHead(m.head[:0]), w.appendTail(m.tail[:0])
	m.tables = sized(m.tables, len(w.tables))
	for i, t := range w.tables {
		m.tables[i].copy(t)
	}
	m.past = sized(m.past, len(w.hist))
	for i, h := range w.hist {
		table, seen := h.remembered()
		m.past[i] = sized(m.past[i], len(seen))
		for tick := range seen {
			m.past[i][tick] = append(m.past[i][tick][:0], seen[tick][:table.high]...)
		}
	}
}

// copy makes m another table's image.
func (m *tableImage) copy(t *core) {
	alive, reuse := m.alive, m.reuse
	m.core = *t
	m.alive = append(alive[:0], t.alive...)
	m.reuse = append(reuse[:0], t.reuse[:t.high]...)
	m.world, m.group = nil, nil // nothing keeps a world that is over
	// Rows are numbers, without pointers: see columnsOf.
	size := uintptr(t.high) * t.stride
	m.rows = sized(m.rows, int((size+wordBytes-1)/wordBytes)+1)
	m.base = unsafe.Pointer(&m.rows[0])
	copy(unsafe.Slice((*byte)(m.base), size), unsafe.Slice((*byte)(t.base), size))
}

// sized returns s with n elements, with what they held: their memory is used again.
func sized[T any](s []T, n int) []T {
	if n > cap(s) {
		s = append(s[:cap(s)], make([]T, n-cap(s))...)
	}
	return s[:n]
}

// Append appends the whole state, as [World.Append] did when it was taken.
func (m *Image) Append(b []byte) []byte {
	b = append(b, m.head...)
	for i := range m.tables {
		b = m.tables[i].append(b)
	}
	for _, seen := range m.past {
		for _, tick := range seen {
			b = appendPast(b, tick)
		}
	}
	return append(b, m.tail...)
}

// appendHead appends what comes before the tables.
func (w *World) appendHead(b []byte) []byte {
	b = append(b, StateVersion)
	b = binary.LittleEndian.AppendUint64(b, w.Shape())
	b = binary.AppendUvarint(b, uint64(w.tick))
	b = binary.LittleEndian.AppendUint64(b, w.rand.state)
	b = binary.AppendUvarint(b, uint64(len(w.inputs.seats)))
	for _, seat := range w.inputs.seats {
		b = binary.AppendUvarint(b, uint64(seat))
	}
	return b
}

// appendTail appends what comes after the histories.
func (w *World) appendTail(b []byte) []byte {
	b = w.appendSitters(b)
	b = w.room.append(b)
	b = w.out.append(b)
	return w.events.append(b)
}

// bytes are the rows of slots from to to, in the table's own memory.
func (c *core) bytes(from, to int) []byte {
	return unsafe.Slice((*byte)(unsafe.Add(c.base, uintptr(from)*c.stride)), uintptr(to-from)*c.stride)
}

// loadBytes is load of a row's bytes, which need not be aligned.
func (c *Column) loadBytes(row []byte) uint64 {
	var word [8]byte
	copy(word[:], row[c.offset:])
	at := *c
	at.offset = 0
	return at.load(unsafe.Pointer(&word))
}
