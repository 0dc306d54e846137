package sim

// PerSeat is a table with one row per occupied seat: the engine makes it, all
// zero, before Rules.Join, and removes it after Rules.Leave. Its id on the wire
// is the seat's number, and a column that owns rows is set to the seat. So no
// game needs to remember which row is whose.
type PerSeat[T any] struct{ table *Table[T] }

// NewPerSeat declares a table of one row per seat in w. Columns are as those of
// [NewTable]. Faults are reported by [Start].
func NewPerSeat[T any](w *World, name string) *PerSeat[T] {
	p := &PerSeat[T]{NewTable[T](w, name, w.mode.Seats)}
	p.table.perSeat = true
	return p
}

// GroupBy is [Table.GroupBy].
func (p *PerSeat[T]) GroupBy(group func(row *T) Group) *PerSeat[T] {
	p.table.GroupBy(group)
	return p
}

// Of returns the row of a seat, or nil when nobody sits there. The pointer is
// good until the seat is left.
func (p *PerSeat[T]) Of(seat Seat) *T {
	if slot := int(seat) - 1; slot >= 0 && slot < p.table.high && p.table.live(slot) {
		return &p.table.rows[slot]
	}
	return nil
}

// Ref returns the name of a seat's row, for other tables to keep; 0 when nobody
// sits there.
func (p *PerSeat[T]) Ref(seat Seat) Ref {
	if p.Of(seat) == nil {
		return 0
	}
	return p.table.ref(int(seat) - 1)
}

// Get returns the row that ref names, or nil when that player has left.
func (p *PerSeat[T]) Get(ref Ref) *T { return p.table.Get(ref) }

// All visits the rows by seat.
func (p *PerSeat[T]) All(yield func(Seat, *T) bool) {
	for ref, row := range p.table.All {
		if !yield(Seat(ref.ID()), row) {
			return
		}
	}
}

// Len returns how many seats are taken.
func (p *PerSeat[T]) Len() int { return p.table.count }

// Table returns the table beneath, for [NewHistory].
func (p *PerSeat[T]) Table() *Table[T] { return p.table }

// addSeatRows makes the row of a seat in every table that has one per seat.
func (w *World) addSeatRows(seat Seat) {
	for _, t := range w.tables {
		if t.perSeat {
			t.place(int(seat) - 1)
			if t.owner >= 0 {
				t.setValue(t.owner, int(seat)-1, uint64(seat))
			}
		}
	}
}

// removeSeatRows removes the rows of a seat.
func (w *World) removeSeatRows(seat Seat) {
	for _, t := range w.tables {
		if t.perSeat {
			for i := range t.columns {
				t.setValue(i, int(seat)-1, 0)
			}
			t.unplace(int(seat) - 1)
		}
	}
}

// perSeatFits reports whether the table has rows for the taken seats and no
// others, as a state may not say.
func (c *core) perSeatFits(in *Inputs) bool {
	if c.count != len(in.seats) {
		return false
	}
	for _, seat := range in.seats {
		slot := int(seat) - 1
		if slot >= c.high || !c.live(slot) || c.owner >= 0 && Seat(c.value(c.owner, slot)) != seat {
			return false
		}
	}
	return true
}
