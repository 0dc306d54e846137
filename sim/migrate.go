package sim

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrMigrate is the cause when the state of another build is not taken on: it is whole,
// and does not fit.
var ErrMigrate = errors.New("the state of another build of the game does not fit this one")

// Migrator is a part of Rules for those that names are not enough for, when the state
// of another build of the game is taken on.
type Migrator interface {
	// Migrate completes the tables once everything was copied that has the same name:
	// columns that are new are zero, and from has what was there before. It may change
	// all that Join may, and must come to the same from the same. An error, or a
	// panic, refuses the state: then the room stays on the build that it was on.
	Migrate(from *Former) error
}

// Migrate replaces the whole state with one that a world of another layout has
// appended: tables and columns go by their names. Those that this build does not have
// are left out, columns that are new are zero, and tables that are new are as at the
// start of a match, with a row for each taken seat where rows are per seat. A reference
// to a row of a table that is gone names none; events that wait for their step are
// forgotten, as they are for show. Then the rules' [Migrator] has its turn. params are
// what the room was made with.
//
// What would lose something silently is refused, and never bent to fit: a value that a
// narrower column does not hold, a column that was another kind of thing, a row or seat
// for which there is no more space. After an error the world is empty at tick 0 and must
// not be used. Errors: ErrMigrate with what does not fit, ErrState.
func (w *World) Migrate(from *Layout, params []Param, state []byte) error {
	m := &migration{w: w, from: from, r: &reader{b: state}, former: Former{params: params}}
	m.pair()
	for _, part := range []func(){m.head, m.tables, m.histories, m.rest, m.complete} {
		part()
		// What was found in a state that is damaged may be wrong.
		if err := cmp.Or(m.r.bad, m.refused); err != nil {
			w.empty()
			return err
		}
	}
	return nil
}

// migration is a state on its way into a world.
type migration struct {
	w       *World
	from    *Layout
	r       *reader
	former  Former
	numbers []int  // by place in the layout: the table's number here; 0: it is gone
	kept    []ring // the histories that were there before
	refused error
}

func (m *migration) refuse(format string, args ...any) {
	if m.refused == nil {
		m.refused = fmt.Errorf("%w: %s", ErrMigrate, fmt.Sprintf(format, args...))
	}
}

// pair finds the table of each name.
func (m *migration) pair() {
	m.numbers = make([]int, len(m.from.Tables))
	for i := range m.from.Tables {
		if c := m.w.tableNamed(m.from.Tables[i].Name); c != nil {
			m.numbers[i] = c.number
		}
	}
}

func (w *World) tableNamed(name string) *core {
	for _, c := range w.tables {
		if c.name == name {
			return c
		}
	}
	return nil
}

// head reads what comes before the tables.
func (m *migration) head() {
	w, r := m.w, m.r
	if version := r.byte(); r.bad == nil && version != StateVersion {
		r.fail(fmt.Sprintf("it is of version %d, and this build knows %d", version, StateVersion))
	}
	r.word() // the shape, which is another one
	w.tick, w.rested = Tick(r.uvarint(uint64(LastTick))), false
	w.rand.state = r.word()
	w.inputs.restore(&reader{})
	w.input.reset()
	last := Seat(0)
	for n := r.uvarint(MaxSeats); n > 0 && r.bad == nil; n-- {
		seat := Seat(r.uvarint(MaxSeats))
		if seat <= last {
			r.fail("seats are not ascending")
			return
		}
		last = seat
		if int(seat) > w.mode.Seats {
			m.refuse("seat %d is taken, and the room has %d seats here", seat, w.mode.Seats)
			continue
		}
		w.inputs.sit(seat)
	}
}

// tables reads every table and copies those that are still there.
func (m *migration) tables() {
	for _, c := range m.w.tables {
		c.reset()
	}
	for i := range m.from.Tables {
		t := m.read(&m.from.Tables[i])
		if m.r.bad != nil {
			return
		}
		t.number = m.numbers[i]
		m.former.tables = append(m.former.tables, t)
		if t.number != 0 && m.refused == nil {
			m.copy(&t, m.w.tables[t.number-1])
		}
	}
	for _, c := range m.w.tables {
		if c.perSeat && !slices.Contains(m.numbers, c.number) {
			for _, seat := range m.w.inputs.seats {
				c.place(int(seat) - 1)
			}
		}
		if c.perSeat && c.owner >= 0 {
			for _, seat := range m.w.inputs.seats {
				c.setValue(c.owner, int(seat)-1, uint64(seat))
			}
		}
	}
}

// read reads a table as it was. What it allocates is bounded by the bytes that there are.
func (m *migration) read(l *TableLayout) formerTable {
	r := m.r
	t := formerTable{layout: l}
	high := int(r.uvarint(uint64(l.Rows)))
	if high > len(r.b) {
		r.fail("it is cut off")
		return t
	}
	t.reuse = make([]uint32, high)
	for slot := range high {
		v := r.uvarint(mostReuse)
		t.reuse[slot] = uint32(v >> 1)
		if v&1 != 0 {
			t.slots = append(t.slots, slot)
		}
	}
	t.values = make([][]uint64, len(l.Columns))
	for i := range l.Columns {
		if len(t.slots) > len(r.b) {
			r.fail("it is cut off")
			return t
		}
		t.values[i] = make([]uint64, len(t.slots))
		col := Column{Kind: l.Columns[i].Kind}
		for row := range t.slots {
			t.values[i][row] = m.named(col.Kind, col.read(r))
		}
	}
	return t
}

// named is a value, whose table is the one of its name here if it is a reference.
func (m *migration) named(k Kind, v uint64) uint64 {
	table := int(v >> refTableAt)
	if k != KindRef || table == 0 {
		return v
	}
	if table > len(m.numbers) {
		m.r.fail("a reference names no table")
		return 0
	}
	if m.numbers[table-1] == 0 {
		return 0
	}
	return v&refRow | uint64(m.numbers[table-1])<<refTableAt
}

// copy puts a table's rows into the one of this build, in the same slots: their ids are
// on screens and in references.
func (m *migration) copy(t *formerTable, c *core) {
	if c.form() != t.layout.Form {
		m.refuse("table %s had %v, and has %v", c.name, t.layout.Form, c.form())
		return
	}
	if n := len(t.slots); n > 0 && t.slots[n-1] >= len(c.reuse) {
		m.refuse("table %s has space for %d rows, and row %d lives", c.name, len(c.reuse), t.slots[n-1]+1)
		return
	}
	clear(c.alive)
	c.count = len(t.slots)
	c.high = copy(c.reuse, t.reuse)
	for _, slot := range t.slots {
		c.alive[slot/64] |= 1 << (slot % 64)
	}
	for i := range t.layout.Columns {
		was := &t.layout.Columns[i]
		at := slices.IndexFunc(c.columns, func(col Column) bool { return col.Name == was.Name })
		if at < 0 {
			continue
		}
		col := &c.columns[at]
		if col.Kind != was.Kind && (!col.whole() || !(&Column{Kind: was.Kind}).whole()) {
			m.refuse("column %s.%s is another kind of thing now: give it another name", c.name, col.Name)
			return
		}
		for row, slot := range t.slots {
			v := t.values[i][row]
			c.setValue(at, slot, v)
			if c.value(at, slot) != v || int64(v) < 0 && (col.Kind == KindUint64) != (was.Kind == KindUint64) {
				m.refuse("column %s.%s has a value in row %d that it does not hold any more", c.name, col.Name, slot+1)
				return
			}
		}
	}
	if c.perSeat && !slices.EqualFunc(t.slots, m.w.inputs.seats, func(slot int, s Seat) bool { return slot == int(s)-1 }) {
		m.r.fail("a table has other rows than seats are taken")
	}
	if c.single && c.count != 1 {
		m.r.fail("a single row is missing")
	}
}

// whole reports whether the column is a plain whole number.
func (c *Column) whole() bool {
	return c.Kind <= KindUint32 || c.Wide()
}

// histories reads where rows were, and keeps it as far back as is remembered here.
func (m *migration) histories() {
	for _, h := range m.w.hist {
		h.reset()
	}
	for _, l := range m.from.Histories {
		if m.r.bad != nil {
			return
		}
		if l.Table >= len(m.former.tables) {
			m.r.fail("a history is of no table")
			return
		}
		seen := m.readPast(l.Depth, len(m.former.tables[l.Table].reuse))
		for _, h := range m.w.hist {
			table, here := h.remembered()
			if table.number != m.numbers[l.Table] || slices.Contains(m.kept, h) || !slices.Equal(layoutOf(h.columns()), l.Columns) {
				continue
			}
			for back := range min(len(here), len(seen)) {
				if at := m.w.tick.Add(-back); at > 0 {
					copy(here[at%Tick(len(here))], seen[at%Tick(len(seen))])
				}
			}
			m.kept = append(m.kept, h)
			break
		}
	}
}

func (m *migration) readPast(depth, high int) [][]past {
	if (depth+1)*high > len(m.r.b) {
		m.r.fail("it is cut off")
		return nil
	}
	seen := make([][]past, depth+1)
	for i := range seen {
		seen[i] = make([]past, high)
		readPast(m.r, seen[i])
	}
	return seen
}

// rest reads what is not in tables.
func (m *migration) rest() {
	w, r := m.w, m.r
	clear(w.sitters)
	clear(w.commanded)
	for _, seat := range w.inputs.seats {
		w.sitters[seat] = sitter{r.word(), r.byte()}
		if m.from.commands() {
			if number := uint32(r.uvarint(math.MaxUint32)); w.command != nil {
				w.commanded[seat] = number
			}
		}
	}
	w.room.restore(r)
	m.outgoing()
	if w.command != nil {
		w.command.reset()
	}
	w.events.reset()
	w.events.ready = true
}

// outgoing reads the wishes and effects that wait for their step.
func (m *migration) outgoing() {
	before := make([]EffectKind, len(m.from.Effects))
	for i, e := range m.from.Effects {
		before[i].Columns = make([]Column, len(e.Columns))
	}
	var was outgoing
	was.restore(m.r, before)
	m.w.out.reset()
	m.w.out.wishes, m.w.out.ready = append(m.w.out.wishes, was.wishes...), was.ready
	for _, e := range was.effects {
		l := &m.from.Effects[e.Kind]
		kind := slices.IndexFunc(m.w.effects, func(k EffectKind) bool { return k.Name == l.Name })
		if kind < 0 {
			m.refuse("an effect %s waits to be done, and there are none any more", l.Name)
			return
		}
		first := len(m.w.out.values)
		for _, col := range m.w.effects[kind].Columns {
			v := int64(0)
			if i := slices.IndexFunc(l.Columns, func(c ColumnLayout) bool { return c.Name == col.Name }); i >= 0 {
				v = was.values[e.First+i]
			}
			m.w.out.values = append(m.w.out.values, v)
		}
		e.Kind, e.First, e.Count = kind, first, len(m.w.out.values)-first
		m.w.out.effects = append(m.w.out.effects, e)
	}
}

// complete has the rules complete the state, and make their shortcuts anew.
func (m *migration) complete() {
	defer func() {
		if cause := recover(); cause != nil {
			m.refuse("the rules cannot take it: %v", cause)
		}
	}()
	w := m.w
	if rules, ok := w.rules.(Migrator); ok {
		if err := rules.Migrate(&m.former); err != nil {
			m.refused = fmt.Errorf("%w: %w", ErrMigrate, err)
			return
		}
	}
	for _, h := range w.hist {
		if !slices.Contains(m.kept, h) {
			h.record() // nobody aims at what was before
		}
	}
	if w.restored != nil {
		w.restored()
	}
}

// Former is the state that another build of the game has left: its tables and columns,
// also those that are gone. It is good during [Migrator].Migrate only.
type Former struct {
	tables []formerTable
	params []Param
}

// formerTable is a table as it was.
type formerTable struct {
	layout *TableLayout
	number int // of the table of its name here; 0: there is none
	reuse  []uint32
	slots  []int      // those that live, ascending
	values [][]uint64 // by column and place in slots
}

// FormerRow is one row as it was.
type FormerRow struct {
	// Ref names it, in the table of that name if there still is one: what Get takes,
	// and what columns that refer to it have.
	Ref   Ref
	table *formerTable
	at    int
}

// Rows visits the rows of a table by id; none, when there was no such table.
func (f *Former) Rows(table string) func(yield func(FormerRow) bool) {
	return func(yield func(FormerRow) bool) {
		for i := range f.tables {
			t := &f.tables[i]
			if t.layout.Name != table {
				continue
			}
			for at, slot := range t.slots {
				ref := Ref(slot+1) | Ref(t.reuse[slot])<<refIDBits | Ref(t.number)<<refTableAt
				if !yield(FormerRow{ref, t, at}) {
					return
				}
			}
		}
	}
}

// Has reports whether there was a column of a table, by their names.
func (f *Former) Has(table, column string) bool {
	return slices.ContainsFunc(f.tables, func(t formerTable) bool { return t.layout.Name == table && t.column(column) >= 0 })
}

// Param returns what the room was made with; false, when there was no such param.
func (f *Former) Param(name string) (value string, ok bool) {
	for _, p := range f.params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

func (t *formerTable) column(name string) int {
	return slices.IndexFunc(t.layout.Columns, func(c ColumnLayout) bool { return c.Name == name })
}

// Value returns a column as a whole number: of a [Fixed], [Angle], [Seat], [Ref] or
// [Tick] what converts to it; 0, when the table had no such column.
func (r FormerRow) Value(column string) int64 {
	if i := r.table.column(column); i >= 0 {
		return int64(r.table.values[i][r.at])
	}
	return 0
}
