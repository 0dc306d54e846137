package sim

import (
	"fmt"
	"math/bits"
	"unsafe"
)

// Ref names one row of a table for as long as it lives: once the row is
// removed, Get of the same Ref finds nothing, however often its id was used
// again. The zero Ref names no row.
//
// From the lowest bit: 20 bits of the row's id, 32 bits that count how often the
// id was used before, 12 bits of the table's place from 1. All 64 are the name:
// a Ref that was squeezed into 32 bits is another one. Without a table (0) a
// Ref names the row of that id in whichever table is asked.
type Ref uint64

const (
	refIDBits    = 20
	refReuseBits = 32
	refTableBits = 12
	refTableAt   = refIDBits + refReuseBits
	refIDs       = 1<<refIDBits - 1
	maxRows      = refIDs - 1
	maxTables    = 1<<refTableBits - 1
	// refRow is a Ref without its table.
	refRow = 1<<refTableAt - 1
	// retired is the reuse count of an id that is not given out again: one more
	// and an old Ref would name a new row.
	retired = 1<<refReuseBits - 1
)

// ID returns the row's id on the wire, from 1; 0 for the zero Ref.
func (r Ref) ID() uint32 { return uint32(r & refIDs) }

func (r Ref) slot() int     { return int(r&refIDs) - 1 }
func (r Ref) reuse() uint32 { return uint32(r >> refIDBits) }
func (r Ref) table() int    { return int(r >> refTableAt) }

// Table holds all rows of one kind, up to a fixed number, so that pointers to
// rows stay good while the row lives. Ids are reused, lowest first, and rows
// are visited in the order of their ids: both depend on the state alone.
type Table[T any] struct {
	core
	rows    []T
	groupBy func(*T) Group
}

// core is what the engine knows of a table without its type.
type core struct {
	name    string
	world   *World
	number  int // place among the world's tables, from 1
	columns []Column
	base    unsafe.Pointer
	stride  uintptr
	alive   []uint64 // bit per slot
	reuse   []uint32 // per slot; retired is the last
	count   int
	high    int // slots at and above were never used
	group   func(slot int) Group
	owner   int // column, or -1
	single  bool
	grouped bool
	perSeat bool // one row per occupied seat, made by the engine
	hidden  bool // not on the players' wire
	spare   int  // slots at the end that only an Ahead has, for the rows that it makes
	first   int  // the lowest slot that Add takes
}

// NewTable declares a table of at most capacity rows in w, 1 to 1,048,574. The struct's fields
// are its columns; see [Column] and the `wire` tags linear, linear=FIELD,
// private, local and owner. Faults are reported by [Start].
func NewTable[T any](w *World, name string, capacity int) *Table[T] {
	return newTable[T](w, name, capacity, columnsOf[T])
}

// newTable declares a table whose columns are found by a function of its name.
func newTable[T any](w *World, name string, capacity int, columns func(string) ([]Column, error)) *Table[T] {
	t := &Table[T]{core: core{name: name, world: w, number: len(w.tables) + 1, owner: -1}}
	cols, err := columns(name)
	w.fault(err)
	if !validName(name) {
		w.fault(fmt.Errorf("table %q: the name must be 1 to 32 of a-z, 0-9 and '-'", name))
	}
	if capacity < 1 || capacity > maxRows {
		w.fault(fmt.Errorf("table %s: capacity %d, want 1 to %d", name, capacity, maxRows))
		capacity = 1
	}
	t.columns = cols
	t.spare = w.spare
	capacity += t.spare
	t.rows = make([]T, capacity)
	t.base, t.stride = base(&t.rows[0]), unsafe.Sizeof(t.rows[0])
	t.alive = make([]uint64, (capacity+63)/64)
	t.reuse = make([]uint32, capacity)
	t.group = func(slot int) Group {
		if t.groupBy == nil {
			return 0
		}
		return t.groupBy(&t.rows[slot])
	}
	w.fault(t.findOwner())
	w.addTable(&t.core)
	return t
}

func (c *core) findOwner() error {
	private := false
	for i := range c.columns {
		if c.columns[i].Owner {
			if c.owner >= 0 {
				return fmt.Errorf("%s.%s: a second owner column", c.name, c.columns[i].Name)
			}
			c.owner = i
		}
		private = private || c.columns[i].Private
	}
	if private && c.owner < 0 {
		return fmt.Errorf("%s: private columns need a column of type sim.Seat tagged `wire:\"owner\"`", c.name)
	}
	return nil
}

// GroupBy says which group a row belongs to; without it all are in group 0.
// group must depend on nothing but the row. It returns t.
func (t *Table[T]) GroupBy(group func(row *T) Group) *Table[T] {
	t.groupBy = group
	t.grouped = group != nil
	return t
}

// Add puts in a row and returns its name, or false when the table is full. An
// id that was used 4,294,967,295 times is not used again, so that no old Ref
// ever names a new row.
func (t *Table[T]) Add(row T) (Ref, *T, bool) {
	slot := t.free()
	if slot < 0 {
		return 0, nil, false
	}
	t.place(slot)
	t.rows[slot] = row
	return t.ref(slot), &t.rows[slot], true
}

// free returns the lowest free slot, or -1.
func (c *core) free() int {
	if c.count >= c.Cap() {
		return -1
	}
	for i := c.first / 64; i < len(c.alive); i++ {
		for free := ^c.alive[i]; free != 0; free &= free - 1 {
			slot := i*64 + bits.TrailingZeros64(free)
			if slot >= len(c.reuse) {
				break
			}
			if slot >= c.first && c.reuse[slot] != retired {
				return slot
			}
		}
	}
	return -1
}

// ref returns the name of the row in a slot.
func (c *core) ref(slot int) Ref {
	return Ref(slot+1) | Ref(c.reuse[slot])<<refIDBits | Ref(c.number)<<refTableAt
}

// Remove takes out a row; a Ref that names none does nothing.
func (t *Table[T]) Remove(ref Ref) {
	if slot := t.find(ref); slot >= 0 {
		var zero T
		t.rows[slot] = zero
		t.unplace(slot)
	}
}

// place makes the row of a free slot live; its fields are zero.
func (c *core) place(slot int) {
	c.alive[slot/64] |= 1 << (slot % 64)
	c.count++
	c.high = max(c.high, slot+1)
}

// unplace makes a slot free whose fields are zero again.
func (c *core) unplace(slot int) {
	c.alive[slot/64] &^= 1 << (slot % 64)
	c.reuse[slot]++
	c.count--
}

// Get returns the row, or nil when ref names none. The pointer is good until
// the row is removed.
func (t *Table[T]) Get(ref Ref) *T {
	if slot := t.find(ref); slot >= 0 {
		return &t.rows[slot]
	}
	return nil
}

func (c *core) find(ref Ref) int {
	slot := ref.slot()
	if slot < 0 || slot >= c.high || !c.live(slot) || c.reuse[slot] != ref.reuse() {
		return -1
	}
	if table := ref.table(); table != c.number && table != 0 {
		return -1
	}
	return slot
}

// liveID returns the id of the row that ref names, or 0 when it is gone.
func (w *World) liveID(ref Ref) uint32 {
	if ref == 0 || !w.Alive(ref) {
		return 0
	}
	return ref.ID()
}

// Alive reports whether ref names a row that lives, in whichever table.
func (w *World) Alive(ref Ref) bool {
	switch n := ref.table(); {
	case n > len(w.tables):
		return false
	case n > 0:
		return w.tables[n-1].find(ref) >= 0
	}
	for _, t := range w.tables {
		if t.find(ref) >= 0 {
			return true
		}
	}
	return false
}

func (c *core) live(slot int) bool { return c.alive[slot/64]>>(slot%64)&1 != 0 }

// All visits the rows by id. Rows may be changed, added and removed meanwhile:
// removed ones are not visited, added ones are when their id is still to come.
func (t *Table[T]) All(yield func(Ref, *T) bool) {
	for slot := 0; slot < t.high; slot++ {
		word := t.alive[slot/64] >> (slot % 64)
		if word == 0 {
			slot |= 63
			continue
		}
		slot += bits.TrailingZeros64(word)
		if !yield(t.ref(slot), &t.rows[slot]) {
			return
		}
	}
}

// Len returns how many rows there are.
func (c *core) Len() int { return c.count }

// Cap returns how many rows fit.
func (c *core) Cap() int { return len(c.reuse) - c.spare }

// Name returns the table's name.
func (c *core) Name() string { return c.name }

// Single is a table with exactly one row that always lives, for what a match
// has one of: its clock, its phase, its score.
type Single[T any] struct{ table *Table[T] }

// NewSingle declares a single row in w, all zero. Its group is 0.
func NewSingle[T any](w *World, name string) *Single[T] {
	s := &Single[T]{NewTable[T](w, name, 1)}
	s.table.single = true
	s.table.place(0)
	return s
}

// Get returns the row; the pointer is always good.
func (s *Single[T]) Get() *T { return &s.table.rows[0] }
