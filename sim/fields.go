package sim

// Fields reads and writes a struct's columns by their names: for programs outside of a
// world that know its rows, inputs or commands as the game's own types.
type Fields[T any] struct{ cols []Column }

// NewFields returns the columns of T, which is a row, an input or a command without a
// list; what names it in errors. Errors: every field that is not fit for a column.
func NewFields[T any](what string) (*Fields[T], error) {
	cols, err := columnsOf[T](what)
	return &Fields[T]{cols}, err
}

// Columns returns the columns, in their order. They must not be changed.
func (f *Fields[T]) Columns() []Column { return f.cols }

// Value returns a column of a row, signed kinds sign-extended, cut to 32 bits.
func (f *Fields[T]) Value(row *T, column int) int32 {
	return int32(f.cols[column].load(base(row)))
}

// Set sets a column of a row; bits that do not fit are cut off. A reference names the
// row of that id, in whichever table.
func (f *Fields[T]) Set(row *T, column int, value uint32) {
	v := uint64(value)
	if k := f.cols[column].Kind; k == KindInt64 {
		v = uint64(int64(int32(value)))
	}
	f.cols[column].store(base(row), v)
}
