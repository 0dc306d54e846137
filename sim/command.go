package sim

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
)

const (
	// maxCommandFields is how many fields a command may have beside its list.
	maxCommandFields = 32
	// MaxCommandList is the most numbers that a command's list may have. Why 64: a
	// group of units, or a hand of cards, in 256 bytes.
	MaxCommandList = 64
	// usualCommandList is how many numbers a list may have whose tag does not say.
	usualCommandList = 16
)

// CommandField is one field of a game's command.
type CommandField struct {
	Name     string
	Min, Max int32
	// List: the field is a list of at most Most such numbers. There is one list at
	// most, and it comes last.
	List bool
	Most int
}

// Command holds the commands of all seats at one step. A command is like an
// input in form and unlike it in fate: numbered per seat, it is given to exactly
// one step, however often it was sent and whatever connection it came over. A
// game declares one kind; a field of it can say which order it is.
type Command[T any] struct {
	cols   []Column
	fields []CommandField
	listAt uintptr // offset of the list in T
	list   bool
	given  []commandOf[T]
	lists  []int32 // of all that were given
}

type commandOf[T any] struct {
	seat   Seat
	number uint32
	first  int // of its list in lists
	count  int
	row    T
}

// commandReader is a Command without its type.
type commandReader interface {
	give(seat Seat, number uint32, values, list []int32)
	ready()
	reset()
	schema() []CommandField
	shape(*hash)
}

// NewCommand declares the command of w's game: a plain struct of integers of at
// most 32 bits, bools, Fixed and Angle, and as its last field, if any, a list
// []int32. The `command` tag gives ranges ("min=1,max=100"), and of a list how
// many numbers it may have ("len=5", 16 without, 64 at most). What is out of
// range is refused before it comes to the rules. Faults are reported by [Start].
func NewCommand[T any](w *World) *Command[T] {
	c := &Command[T]{}
	if w.command != nil {
		w.fault(errors.New("command: declared twice"))
	}
	var err error
	c.cols, c.fields, c.listAt, c.list, err = commandFields(reflect.TypeFor[T]())
	w.fault(err)
	w.command = c
	w.commanded = make([]uint32, w.mode.Seats+1)
	return c
}

// All visits the commands of this step, by seat and then in the order in which
// the player gave them. What is visited is good until the step is over.
func (c *Command[T]) All(yield func(Seat, *T) bool) {
	for i := range c.given {
		if !yield(c.given[i].seat, &c.given[i].row) {
			return
		}
	}
}

// Len returns how many commands this step has.
func (c *Command[T]) Len() int { return len(c.given) }

func (c *Command[T]) give(seat Seat, number uint32, values, list []int32) {
	g := commandOf[T]{seat: seat, number: number, first: len(c.lists), count: len(list)}
	p := base(&g.row)
	for i := range c.cols {
		c.cols[i].store(p, uint64(values[i]))
	}
	c.lists = append(c.lists, list...)
	c.given = append(c.given, g)
}

// ready puts the commands in their order and gives each its list.
func (c *Command[T]) ready() {
	slices.SortStableFunc(c.given, func(a, b commandOf[T]) int {
		return cmp.Or(cmp.Compare(a.seat, b.seat), cmp.Compare(a.number, b.number))
	})
	for i := range c.given {
		if g := &c.given[i]; c.list && g.count > 0 {
			storeList(base(&g.row), c.listAt, c.lists[g.first:g.first+g.count:g.first+g.count])
		}
	}
}

func (c *Command[T]) reset() {
	clear(c.given)
	c.given, c.lists = c.given[:0], c.lists[:0]
}

func (c *Command[T]) schema() []CommandField { return c.fields }

func (c *Command[T]) shape(h *hash) {
	hashColumns(h, c.cols)
	for _, f := range c.fields {
		h.text(f.Name)
		h.add(uint64(f.Min))
		h.add(uint64(f.Max))
		h.add(uint64(f.Most))
	}
}

// CommandFields returns the shape of the game's command; none: it has no
// commands.
func (w *World) CommandFields() []CommandField {
	if w.command == nil {
		return nil
	}
	return w.command.schema()
}

// Commanded returns the number of the last command that was given to a step for
// the player of a seat; 0: none yet. It is part of the state.
func (w *World) Commanded(seat Seat) uint32 {
	if int(seat) >= len(w.commanded) {
		return 0
	}
	return w.commanded[seat]
}

// CheckCommand says why a command cannot be given: the game has none, a value is
// out of range, there are too many. values are the fields in order, missing ones
// 0, and list is the field that is a list.
func (w *World) CheckCommand(values, list []int32) error {
	fields := w.CommandFields()
	if fields == nil {
		return errors.New("this game has no commands")
	}
	plain := len(fields)
	if fields[plain-1].List {
		plain--
	}
	if len(values) > plain {
		return fmt.Errorf("it has %d values, this game's commands have %d", len(values), plain)
	}
	for i := range fields {
		f := &fields[i]
		if f.List {
			if len(list) > f.Most {
				return fmt.Errorf("%s has %d numbers, at most %d", f.Name, len(list), f.Most)
			}
			for _, v := range list {
				if v < f.Min || v > f.Max {
					return fmt.Errorf("%s has a %d, want %d to %d", f.Name, v, f.Min, f.Max)
				}
			}
			return nil
		}
		v := int32(0)
		if i < len(values) {
			v = values[i]
		}
		if v < f.Min || v > f.Max {
			return fmt.Errorf("%s is %d, want %d to %d", f.Name, v, f.Min, f.Max)
		}
	}
	if len(list) > 0 {
		return errors.New("it has a list, this game's commands have none")
	}
	return nil
}

// GiveCommand gives the next step a command of a seat. Errors: the seat is
// empty; its number is not above that of the one before, so that the step after
// a repetition is none; what CheckCommand says.
func (w *World) GiveCommand(seat Seat, number uint32, values, list []int32) error {
	switch {
	case !w.inputs.occupied(seat):
		return fmt.Errorf("command of seat %d: nobody sits there", seat)
	case w.command == nil:
		return errors.New("this game has no commands")
	case number <= w.commanded[seat]:
		return fmt.Errorf("command %d of seat %d: it was given, the last is %d", number, seat, w.commanded[seat])
	}
	if err := w.CheckCommand(values, list); err != nil {
		return fmt.Errorf("command %d of seat %d: %w", number, seat, err)
	}
	all := w.values[:]
	clear(all[copy(all, values):])
	w.commanded[seat] = number
	w.command.give(seat, number, all, list)
	return nil
}

func commandFields(t reflect.Type) (cols []Column, fields []CommandField, listAt uintptr, list bool, err error) {
	if t.Kind() != reflect.Struct || t.NumField() == 0 {
		return nil, nil, 0, false, fmt.Errorf("command: %s is not a struct with fields", t)
	}
	plain := make([]reflect.StructField, 0, t.NumField())
	var faults []error
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Type != reflect.TypeFor[[]int32]() {
			plain = append(plain, sf)
			continue
		}
		if i != t.NumField()-1 {
			faults = append(faults, fmt.Errorf("command.%s: the list must be the last field, and the only one", sf.Name))
		}
		list, listAt = true, sf.Offset
	}
	if len(plain) > maxCommandFields {
		faults = append(faults, fmt.Errorf("command: %d fields, at most %d", len(plain), maxCommandFields))
	}
	cols, err = columnsOfFields("command", plain)
	faults = append(faults, err)
	if err == nil && len(cols) != len(plain) {
		faults = append(faults, errors.New("command: the struct must have plain fields only, no arrays or structs"))
	}
	if err = errors.Join(faults...); err != nil {
		return nil, nil, 0, false, err
	}
	for i, sf := range plain {
		f, err := commandField(sf, cols[i])
		if err != nil {
			faults = append(faults, fmt.Errorf("command.%s: %w", sf.Name, err))
		}
		fields = append(fields, f)
	}
	if list {
		f, err := commandList(t.Field(t.NumField() - 1))
		faults = append(faults, err)
		fields = append(fields, f)
	}
	return cols, fields, listAt, list, errors.Join(faults...)
}

func commandField(sf reflect.StructField, c Column) (CommandField, error) {
	f := CommandField{Name: c.Name}
	span, ok := rangeOf[c.Kind]
	if !ok || c.Linear || c.Private || c.Local || c.Owner {
		return f, fmt.Errorf("%s with its tags cannot be in a command", sf.Type)
	}
	t, err := parseTags(sf.Tag, "command", "min", "max")
	if err == nil {
		f.Min, f.Max, err = t.span(span)
	}
	return f, err
}

func commandList(sf reflect.StructField) (CommandField, error) {
	f := CommandField{Name: fieldName(sf.Name), List: true}
	t, err := parseTags(sf.Tag, "command", "min", "max", "len")
	if err == nil {
		f.Min, f.Max, err = t.span([2]int64{math.MinInt32, math.MaxInt32})
	}
	if err == nil {
		var most int32
		most, err = t.number("len", usualCommandList, [2]int64{1, MaxCommandList})
		f.Most = int(most)
	}
	if err != nil {
		err = fmt.Errorf("command.%s: %w", sf.Name, err)
	}
	return f, err
}
