package sim

import (
	"fmt"
	"math/bits"
	"unsafe"
)

// Ref names one row of a table for as long as it lives: once the row is
// removed, Get of the same Ref finds nothing. The zero Ref names no row.
// The low 20 bits are the row's id, the high 12 count reuses of the id.
type Ref uint32

const (
	refBits  = 20
	refSlots = 1<<refBits - 1
	maxRows  = refSlots - 1
)

// ID returns the row's id on the wire, from 1; 0 for the zero Ref.
func (r Ref) ID() uint32 { return uint32(r) & refSlots }

func (r Ref) slot() int         { return int(r&refSlots) - 1 }
func (r Ref) reuse() uint16     { return uint16(r >> refBits) }
func refOf(s int, n uint16) Ref { return Ref(s+1) | Ref(n)<<refBits }

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
	columns []Column
	base    unsafe.Pointer
	stride  uintptr
	alive   []uint64 // bit per slot
	reuse   []uint16 // per slot, 12 bits used
	count   int
	high    int // slots at and above were never used
	group   func(slot int) Group
	owner   int // column, or -1
	single  bool
	grouped bool
}

// NewTable declares a table of at most capacity rows in w. The struct's fields
// are its columns; see [Column] and the `wire` tags linear, linear=FIELD,
// private, local and owner. Faults are reported by [Start].
func NewTable[T any](w *World, name string, capacity int) *Table[T] {
	t := &Table[T]{core: core{name: name, owner: -1}}
	cols, err := columnsOf[T](name)
	w.fault(err)
	if !validName(name) {
		w.fault(fmt.Errorf("table %q: the name must be 1 to 32 of a-z, 0-9 and '-'", name))
	}
	if capacity < 1 || capacity > maxRows {
		w.fault(fmt.Errorf("table %s: capacity %d, want 1 to %d", name, capacity, maxRows))
		capacity = 1
	}
	t.columns = cols
	t.rows = make([]T, capacity)
	t.base, t.stride = base(&t.rows[0]), unsafe.Sizeof(t.rows[0])
	t.alive = make([]uint64, (capacity+63)/64)
	t.reuse = make([]uint16, capacity)
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

// Add puts in a row and returns its name, or false when the table is full.
func (t *Table[T]) Add(row T) (Ref, *T, bool) {
	slot := t.free()
	if slot < 0 {
		return 0, nil, false
	}
	t.alive[slot/64] |= 1 << (slot % 64)
	t.count++
	t.high = max(t.high, slot+1)
	t.rows[slot] = row
	return refOf(slot, t.reuse[slot]), &t.rows[slot], true
}

// free returns the lowest free slot, or -1.
func (c *core) free() int {
	if c.count == len(c.reuse) {
		return -1
	}
	for i, word := range c.alive {
		if word != ^uint64(0) {
			if slot := i*64 + bits.TrailingZeros64(^word); slot < len(c.reuse) {
				return slot
			}
		}
	}
	return -1
}

// Remove takes out a row; a Ref that names none does nothing.
func (t *Table[T]) Remove(ref Ref) {
	if slot := t.find(ref); slot >= 0 {
		var zero T
		t.rows[slot] = zero
		t.alive[slot/64] &^= 1 << (slot % 64)
		t.reuse[slot] = (t.reuse[slot] + 1) & 0xfff
		t.count--
	}
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
	return slot
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
		if !yield(refOf(slot, t.reuse[slot]), &t.rows[slot]) {
			return
		}
	}
}

// Len returns how many rows there are.
func (c *core) Len() int { return c.count }

// Cap returns how many rows fit.
func (c *core) Cap() int { return len(c.reuse) }

// Name returns the table's name.
func (c *core) Name() string { return c.name }

// Single is a table with exactly one row that always lives, for what a match
// has one of: its clock, its phase, its score.
type Single[T any] struct{ table *Table[T] }

// NewSingle declares a single row in w, all zero. Its group is 0.
func NewSingle[T any](w *World, name string) *Single[T] {
	s := &Single[T]{NewTable[T](w, name, 1)}
	s.table.single = true
	var zero T
	s.table.Add(zero)
	return s
}

// Get returns the row; the pointer is always good.
func (s *Single[T]) Get() *T { return &s.table.rows[0] }
