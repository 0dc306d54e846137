package sim

// Layout is what the bytes of a state mean, by names: with it a world of another build
// reads a state that its own tables do not fit. See [World.Migrate].
type Layout struct {
	Tables    []TableLayout
	Histories []HistoryLayout
	Effects   []EffectLayout
	// Inputs are the names of the fields of an input, in their order.
	Inputs []string
	// Commands are the names of a command's fields but its list; none: the game has no
	// commands, or of a list alone.
	Commands []string
	// List is the name of a command's list; "": it has none.
	List string
}

// TableForm is who makes a table's rows.
type TableForm uint8

// The forms of tables. Their numbers are in journals.
const (
	// FreeRows: the rules add and remove them.
	FreeRows TableForm = iota
	// SeatRows: the engine has one for each taken seat.
	SeatRows
	// SingleRow: there is always one.
	SingleRow
)

// String says it for people.
func (f TableForm) String() string {
	switch f {
	case SeatRows:
		return "one row per seat"
	case SingleRow:
		return "a single row"
	default:
		return "free rows"
	}
}

// TableLayout is one table of a layout.
type TableLayout struct {
	Name    string
	Rows    int // as many fit
	Form    TableForm
	Columns []ColumnLayout
}

// ColumnLayout is one column, local ones included.
type ColumnLayout struct {
	Name string
	Kind Kind
}

// HistoryLayout is one [History], or a part of a [HistoryOf].
type HistoryLayout struct {
	Table int // its place in Layout.Tables
	Depth int // ticks
	// Columns are what of a HistoryOf it remembers, one or two; none: positions.
	Columns []ColumnLayout
}

// EffectLayout is one kind of [Effect].
type EffectLayout struct {
	Name    string
	Columns []ColumnLayout
}

// Layout returns what [World.Append] writes.
func (w *World) Layout() *Layout {
	l := &Layout{}
	for _, t := range w.tables {
		l.Tables = append(l.Tables, TableLayout{t.name, len(t.reuse), t.form(), layoutOf(t.columns)})
	}
	for _, h := range w.hist {
		table, seen := h.remembered()
		l.Histories = append(l.Histories, HistoryLayout{table.number - 1, len(seen) - 1, layoutOf(h.columns())})
	}
	for _, e := range w.effects {
		l.Effects = append(l.Effects, EffectLayout{e.Name, layoutOf(e.Columns)})
	}
	for _, f := range w.InputFields() {
		l.Inputs = append(l.Inputs, f.Name)
	}
	for _, f := range w.CommandFields() {
		if f.List {
			l.List = f.Name
		} else {
			l.Commands = append(l.Commands, f.Name)
		}
	}
	return l
}

// commands reports whether the state has the number of each seat's last command.
func (l *Layout) commands() bool { return len(l.Commands) > 0 || l.List != "" }

func (c *core) form() TableForm {
	switch {
	case c.perSeat:
		return SeatRows
	case c.single:
		return SingleRow
	}
	return FreeRows
}

func layoutOf(cols []Column) []ColumnLayout {
	if len(cols) == 0 {
		return nil
	}
	out := make([]ColumnLayout, len(cols))
	for i := range cols {
		out[i] = ColumnLayout{cols[i].Name, cols[i].Kind}
	}
	return out
}
