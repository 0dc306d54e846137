package sim

import "fmt"

// TableView lets the encoder and tools read a table without its type.
type TableView struct{ c *core }

// Tables returns the tables in the order they were declared, but that of an
// [Outcome].
func (w *World) Tables() []TableView {
	views := make([]TableView, 0, len(w.tables))
	for _, t := range w.tables {
		if !t.hidden {
			views = append(views, TableView{t})
		}
	}
	return views
}

// Name returns the table's name.
func (v TableView) Name() string { return v.c.name }

// Columns returns the columns, local ones included. Not to be changed.
func (v TableView) Columns() []Column { return v.c.columns }

// Cap returns how many rows fit; slots are 0 to Cap-1 and ids are slot+1.
func (v TableView) Cap() int { return len(v.c.reuse) }

// High returns the slot after the highest that was ever used.
func (v TableView) High() int { return v.c.high }

// Alive returns 64 slots' liveness, a bit each, from slot 64*word on.
func (v TableView) Alive(word int) uint64 { return v.c.alive[word] }

// Reuse returns how often the slot's row was removed, modulo 65,536: a row that
// has another number than a tick ago is another row.
func (v TableView) Reuse(slot int) uint16 { return uint16(v.c.reuse[slot]) }

// Grouped reports whether rows can be in other groups than 0.
func (v TableView) Grouped() bool { return v.c.grouped }

// PerSeat reports whether the engine makes the rows, one for each taken seat.
func (v TableView) PerSeat() bool { return v.c.perSeat }

// Single reports whether there is always one row.
func (v TableView) Single() bool { return v.c.single }

// Group returns the group of the row in a slot.
func (v TableView) Group(slot int) Group { return v.c.group(slot) }

// Owner returns the seat that owns the row in a slot; 0 for nobody.
func (v TableView) Owner(slot int) Seat {
	if v.c.owner < 0 {
		return 0
	}
	return Seat(v.c.value(v.c.owner, slot))
}

// Gather reads a column of at most 32 bits of many slots into dst, sign
// extended; references become ids, 0 where the row is gone. dst is at least as
// long as slots.
func (v TableView) Gather(column int, slots []int32, dst []uint32) {
	v.c.columns[column].gather(v.c.world, v.c.base, v.c.stride, slots, dst)
}

// Value reads one field, sign extended to 64 bits; a reference as it is kept.
func (v TableView) Value(column, slot int) uint64 { return v.c.value(column, slot) }

// Difference is the first place where two worlds differ.
type Difference struct {
	Table string
	// Row is the id, from 1; 0 when it is not about one row.
	Row uint32
	// Field is the column, or what else differs.
	Field string
	A, B  int64
}

// String says it in one line.
func (d Difference) String() string {
	return fmt.Sprintf("table %s, row %d, field %s: %d and %d", d.Table, d.Row, d.Field, d.A, d.B)
}

// Diff returns the first difference between two worlds of the same mode, by
// table, then row, then field, then what no table has; false when there is none.
// Past positions (History) are not looked at.
func Diff(a, b *World) (Difference, bool) {
	switch {
	case a.tick != b.tick:
		return Difference{Table: "world", Field: "tick", A: int64(a.tick), B: int64(b.tick)}, true
	case a.rand != b.rand:
		return Difference{Table: "world", Field: "random generator", A: int64(a.rand.state), B: int64(b.rand.state)}, true
	case len(a.inputs.seats) != len(b.inputs.seats):
		return Difference{Table: "world", Field: "seats taken", A: int64(len(a.inputs.seats)), B: int64(len(b.inputs.seats))}, true
	}
	for i, seat := range a.inputs.seats {
		if other := b.inputs.seats[i]; seat != other {
			return Difference{Table: "world", Field: "seat taken", A: int64(seat), B: int64(other)}, true
		}
	}
	for i, t := range a.tables {
		if d, ok := diffTable(t, b.tables[i]); ok {
			return d, true
		}
	}
	return diffRest(a, b)
}

// diffRest compares the state that is in no table.
func diffRest(a, b *World) (Difference, bool) {
	differ := func(field string, x, y int64) (Difference, bool) {
		return Difference{Table: "world", Field: field, A: x, B: y}, true
	}
	for _, seat := range a.inputs.seats {
		x, y := a.sitters[seat], b.sitters[seat]
		switch {
		case a.Commanded(seat) != b.Commanded(seat):
			return differ(fmt.Sprintf("last command of seat %d", seat), int64(a.Commanded(seat)), int64(b.Commanded(seat)))
		case x.user != y.user:
			return differ(fmt.Sprintf("user of seat %d", seat), int64(x.user), int64(y.user))
		case x.team != y.team:
			return differ(fmt.Sprintf("team of seat %d", seat), int64(x.team), int64(y.team))
		}
	}
	switch x, y := &a.room, &b.room; {
	case x.ended != y.ended:
		return differ("ended", one(x.ended), one(y.ended))
	case x.locked != y.locked:
		return differ("locked", one(x.locked), one(y.locked))
	case x.wake != y.wake:
		return differ("tick of the next step", int64(x.wake), int64(y.wake))
	}
	if x, y := hashOf(a.out.append(nil)), hashOf(b.out.append(nil)); x != y {
		return differ("hash of the wishes and effects that wait", x, y)
	}
	if x, y := hashOf(a.events.append(nil)), hashOf(b.events.append(nil)); x != y {
		return differ("hash of the events that wait", x, y)
	}
	return Difference{}, false
}

func hashOf(b []byte) int64 {
	h := hash(0)
	h.text(string(b))
	return int64(h)
}

func diffTable(a, b *core) (Difference, bool) {
	if a.high != b.high {
		return Difference{Table: a.name, Field: "rows ever used", A: int64(a.high), B: int64(b.high)}, true
	}
	for slot := range a.high {
		id := uint32(slot + 1)
		if a.live(slot) != b.live(slot) {
			return Difference{Table: a.name, Row: id, Field: "alive", A: one(a.live(slot)), B: one(b.live(slot))}, true
		}
		if a.reuse[slot] != b.reuse[slot] {
			return Difference{Table: a.name, Row: id, Field: "times reused", A: int64(a.reuse[slot]), B: int64(b.reuse[slot])}, true
		}
		for i := range a.columns {
			if x, y := a.identity(i, slot), b.identity(i, slot); x != y {
				return Difference{Table: a.name, Row: id, Field: a.columns[i].Name, A: int64(x), B: int64(y)}, true
			}
		}
	}
	return Difference{}, false
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
