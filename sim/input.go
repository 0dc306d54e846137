package sim

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
)

// Origin says where the input of a seat came from.
type Origin uint8

const (
	// Neutral: nothing came for too long; the input is all zero (clamped).
	Neutral Origin = iota
	// Received: it came in time.
	Received
	// Repeated: it is the one of an earlier tick again.
	Repeated
)

// Inputs says who is seated and how their inputs came. The fields themselves
// are in the game's [Input].
type Inputs struct {
	seats []Seat
	taken []bool // by seat
	seen  []uint16
	from  []Origin
}

func (in *Inputs) init(seats int) {
	in.taken = make([]bool, seats+1)
	in.seen = make([]uint16, seats+1)
	in.from = make([]Origin, seats+1)
}

// Seats returns the occupied seats, ascending.
func (in *Inputs) Seats() []Seat { return in.seats }

// Seen returns how old the world was that the player of a seat saw when they
// gave the input, in 1/16 tick before this one; 0 when it was not received.
func (in *Inputs) Seen(seat Seat) int {
	if int(seat) >= len(in.seen) {
		return 0
	}
	return int(in.seen[seat])
}

// Origin says where the input of a seat came from; Neutral for an empty seat.
func (in *Inputs) Origin(seat Seat) Origin {
	if int(seat) >= len(in.from) {
		return Neutral
	}
	return in.from[seat]
}

func (in *Inputs) occupied(seat Seat) bool { return int(seat) < len(in.taken) && in.taken[seat] }

func (in *Inputs) sit(seat Seat) bool {
	if in.taken[seat] {
		return false
	}
	in.taken[seat] = true
	at, _ := slices.BinarySearch(in.seats, seat)
	in.seats = slices.Insert(in.seats, at, seat)
	return true
}

func (in *Inputs) stand(seat Seat) bool {
	if !in.occupied(seat) {
		return false
	}
	in.taken[seat], in.seen[seat], in.from[seat] = false, 0, Neutral
	at, _ := slices.BinarySearch(in.seats, seat)
	in.seats = slices.Delete(in.seats, at, at+1)
	return true
}

func (in *Inputs) clear() {
	for _, seat := range in.seats {
		in.seen[seat], in.from[seat] = 0, Neutral
	}
}

// InputField is one field of a game's input.
type InputField struct {
	Name     string
	Min, Max int32
	// Buttons: one button a bit; a press survives when its input comes late.
	Buttons bool
	// Once: buttons whose press counts exactly once: an input that is repeated,
	// because none came, does not press them again.
	Once bool
}

// Input holds the inputs of all seats at one step. A game declares one.
type Input[T any] struct {
	cols   []Column
	fields []InputField
	rows   []T
	zero   T
}

// inputReader is an Input without its type.
type inputReader interface {
	set(seat Seat, values []int32)
	clear(seats ...Seat)
	reset()
	schema() []InputField
	shape(*hash)
}

// NewInput declares the input of w's game: a plain struct of integers of at
// most 32 bits, bools, Fixed and Angle. The `input` tag gives ranges
// ("min=-127,max=127") that the engine clamps to, "buttons", and "once" for
// buttons whose press must count exactly once. Faults are reported by [Start].
func NewInput[T any](w *World) *Input[T] {
	if w.input != nil {
		w.fault(errors.New("input: declared twice"))
	}
	cols, err := columnsOf[T]("input")
	w.fault(err)
	in := &Input[T]{cols: cols, rows: make([]T, w.mode.Seats+1)}
	in.fields, err = inputFields(reflect.TypeFor[T](), cols)
	w.fault(err)
	in.write(&in.zero, nil)
	in.reset()
	w.input = in
	return in
}

// Of returns the input of a seat at this step, to be read only. Every field is
// in its range; a seat that is empty or does not exist has the neutral input.
func (in *Input[T]) Of(seat Seat) *T {
	if int(seat) >= len(in.rows) {
		seat = 0
	}
	return &in.rows[seat]
}

func (in *Input[T]) set(seat Seat, values []int32) { in.write(&in.rows[seat], values) }

func (in *Input[T]) write(row *T, values []int32) {
	p := base(row)
	for i := range in.cols {
		v := int32(0)
		if i < len(values) {
			v = values[i]
		}
		in.cols[i].store(p, uint64(min(max(v, in.fields[i].Min), in.fields[i].Max)))
	}
}

func (in *Input[T]) clear(seats ...Seat) {
	for _, seat := range seats {
		in.rows[seat] = in.zero
	}
}

func (in *Input[T]) reset() {
	for i := range in.rows {
		in.rows[i] = in.zero
	}
}

func (in *Input[T]) schema() []InputField { return in.fields }

// InputFields returns the shape of the game's input.
func (w *World) InputFields() []InputField { return w.input.schema() }

// SetInput gives a seat its input for the next step: the fields in order,
// missing ones 0, each clamped to its range. seen is in 1/16 tick. Nothing
// happens when the seat is empty.
func (w *World) SetInput(seat Seat, values []int32, seen int, from Origin) {
	if !w.inputs.occupied(seat) {
		return
	}
	w.input.set(seat, values)
	w.inputs.seen[seat] = uint16(min(max(seen, 0), math.MaxUint16))
	w.inputs.from[seat] = from
}

// rangeOf is what fits each kind an input may have.
var rangeOf = map[Kind][2]int64{
	KindInt8: {math.MinInt8, math.MaxInt8}, KindInt16: {math.MinInt16, math.MaxInt16},
	KindInt32: {math.MinInt32, math.MaxInt32}, KindFixed: {math.MinInt32, math.MaxInt32},
	KindUint8: {0, math.MaxUint8}, KindUint16: {0, math.MaxUint16}, KindAngle: {0, math.MaxUint16},
	KindBool: {0, 1}, KindUint32: {0, math.MaxInt32},
}

// buttons reports whether the bits of two values may be put together.
func (c *Column) buttons() bool {
	return c.Kind == KindUint8 || c.Kind == KindUint16 || c.Kind == KindUint32 || c.Kind == KindBool
}

func inputFields(t reflect.Type, cols []Column) ([]InputField, error) {
	var faults []error
	fields := make([]InputField, len(cols))
	if t.Kind() != reflect.Struct || t.NumField() != len(cols) {
		return fields, errors.New("input: the struct must have plain fields only, no arrays or structs")
	}
	for i, c := range cols {
		f, err := inputField(t.Field(i), c)
		if err != nil {
			faults = append(faults, fmt.Errorf("input.%s: %w", t.Field(i).Name, err))
		}
		fields[i] = f
	}
	if len(fields) > 32 {
		faults = append(faults, fmt.Errorf("input: %d fields, at most 32", len(fields)))
	}
	return fields, errors.Join(faults...)
}

func inputField(sf reflect.StructField, c Column) (InputField, error) {
	span, ok := rangeOf[c.Kind]
	if !ok {
		return InputField{}, fmt.Errorf("%s cannot be an input", sf.Type)
	}
	if c.Linear || c.Private || c.Local || c.Owner {
		return InputField{}, errors.New("an input has no wire tags")
	}
	f := InputField{Name: c.Name}
	t, err := parseTags(sf.Tag, "input", "min", "max", "buttons", "once")
	if err != nil {
		return f, err
	}
	if f.Min, f.Max, err = t.span(span); err != nil {
		return f, err
	}
	_, f.Once = t["once"]
	_, f.Buttons = t["buttons"]
	switch {
	case t["buttons"] != "":
		return f, errors.New("buttons takes no value")
	case t["once"] != "":
		return f, errors.New("once takes no value")
	case (f.Buttons || f.Once) && !c.buttons():
		return f, fmt.Errorf("%s cannot be buttons; use an unsigned integer or bool", sf.Type)
	}
	f.Buttons = f.Buttons || f.Once
	return f, nil
}

// noInput is the input of a game that has none.
type noInput struct{}

func (noInput) set(Seat, []int32)    {}
func (noInput) clear(...Seat)        {}
func (noInput) reset()               {}
func (noInput) schema() []InputField { return nil }
func (noInput) shape(*hash)          {}
