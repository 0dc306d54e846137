package bots

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// Seen is what a typed bot knows when it acts: a [View] whose tables are read as the
// game's own row types, by [Rows] and [Mine]. It is reused.
type Seen struct {
	*View
	// Random is where all randomness of the bot comes from.
	Random *rand.Rand
	schema *pb.Schema
	tables map[any]any // *tableOf[T] by tableKey[T]
}

// Of makes bots of a game whose input is an In: act fills in what the player asks for at
// s.Tick; in is as it was left the last time. The swarm's goroutine calls it. The maker's
// error says which fields of In the game's input does not have.
func Of[In any](act func(s *Seen, in *In)) Maker {
	return func(schema *pb.Schema, random *rand.Rand) (Behaviour, error) {
		names := make([]string, len(schema.GetInput()))
		for i, f := range schema.GetInput() {
			names[i] = f.GetName()
		}
		in, err := newFilled[In]("input", names)
		if err != nil {
			return nil, err
		}
		return &inputBot[In]{Seen{Random: random, schema: schema, tables: map[any]any{}}, act, in}, nil
	}
}

// OfOrders makes bots of a game whose command is a C, without a list: order fills in what
// the player orders at s.Tick, and reports whether it orders anything. It is asked at each
// tick at which the room has dealt with all commands before. It sends no inputs.
func OfOrders[C any](order func(s *Seen, c *C) bool) Maker {
	return func(schema *pb.Schema, random *rand.Rand) (Behaviour, error) {
		names := make([]string, len(schema.GetCommand()))
		for i, f := range schema.GetCommand() {
			names[i] = f.GetName()
		}
		c, err := newFilled[C]("command", names)
		if err != nil {
			return nil, err
		}
		return &orderBot[C]{seen: Seen{Random: random, schema: schema, tables: map[any]any{}}, order: order, c: c}, nil
	}
}

type inputBot[In any] struct {
	seen Seen
	act  func(*Seen, *In)
	in   *filled[In]
}

// Act implements Behaviour.
func (b *inputBot[In]) Act(v *View, values []int32) bool {
	b.seen.View = v
	b.act(&b.seen, &b.in.row)
	b.in.read(values)
	return len(values) > 0
}

type orderBot[C any] struct {
	idle
	seen  Seen
	order func(*Seen, *C) bool
	c     *filled[C]
}

// Command implements Commander.
func (b *orderBot[C]) Command(v *View, c *netproto.Command) bool {
	b.seen.View = v
	if !b.order(&b.seen, &b.c.row) {
		return false
	}
	b.c.read(c.Values[:len(b.c.from)])
	c.Count, c.ListCount = len(b.c.from), 0
	return true
}

// filled is a struct that a bot fills in, and where the game has its fields.
type filled[T any] struct {
	row    T
	fields *sim.Fields[T]
	from   []int // by field of the game: its column of T, or -1
}

// newFilled finds the fields of T among the game's. Errors: those that the game lacks.
func newFilled[T any](what string, names []string) (*filled[T], error) {
	fields, err := sim.NewFields[T](what)
	if err != nil {
		return nil, err
	}
	f := &filled[T]{fields: fields, from: make([]int, len(names))}
	at := map[string]int{}
	for i, c := range fields.Columns() {
		at[c.Name] = i
	}
	for i, name := range names {
		f.from[i] = -1
		if column, ok := at[name]; ok {
			f.from[i] = column
			delete(at, name)
		}
	}
	var faults []error
	for name := range at {
		faults = append(faults, fmt.Errorf("the game's %s has no field %q", what, name))
	}
	return f, errors.Join(faults...)
}

// read copies the struct to the game's fields.
func (f *filled[T]) read(values []int32) {
	for i := range values {
		if column := f.from[i]; column >= 0 {
			values[i] = f.fields.Value(&f.row, column)
		}
	}
}

// tableKey names a table that is read as Ts.
type tableKey[T any] struct{ name string }

// tableOf reads a table's rows as Ts.
type tableOf[T any] struct {
	fields *sim.Fields[T]
	places []netproto.Place // by column of T; Table -1: it is not sent
	index  int
	owner  int // column of T, or -1
	row    T
	mine   T
}

// Rows visits the rows of a table that are in view, with their ids. T has the columns that
// the bot wants to know, named as in the game's own row type, which is the simplest T.
// Columns that are sent to a row's owner only are zero in the others' rows. A row is
// good until the next one comes. It visits nothing while nothing is in view, and when
// the game has no such table.
func Rows[T any](s *Seen, table string) iter.Seq2[uint32, *T] {
	t := tableIn[T](s, table)
	return func(yield func(uint32, *T) bool) {
		if t == nil || s.Mirror == nil {
			return
		}
		for l := range s.Mirror.Lists(t.index) {
			for i, id := range l.IDs() {
				t.fill(&t.row, s, l, i)
				if !yield(id, &t.row) {
					return
				}
			}
		}
	}
}

// Mine returns the bot's own row of a table with an owner column, good until Mine is asked
// again; nil: it has none now.
func Mine[T any](s *Seen, table string) *T {
	t := tableIn[T](s, table)
	if t == nil || t.owner < 0 || s.Mirror == nil {
		return nil
	}
	for l := range s.Mirror.Lists(t.index) {
		for i, seat := range l.Column(t.places[t.owner].Column) {
			if sim.Seat(seat) == s.Seat {
				t.fill(&t.mine, s, l, i)
				return &t.mine
			}
		}
	}
	return nil
}

// tableIn returns the reader of a table, and makes it the first time; nil: the game's
// table is not as T wants it.
func tableIn[T any](s *Seen, table string) *tableOf[T] {
	if t, ok := s.tables[tableKey[T]{table}].(*tableOf[T]); ok {
		return t
	}
	fields, err := sim.NewFields[T](table)
	t := &tableOf[T]{fields: fields, index: -1, owner: -1}
	for i, c := range fields.Columns() {
		place, ok := netproto.Find(s.schema, table, c.Name)
		if !ok {
			place.Table = -1
		} else {
			t.index = place.Table
		}
		if ok && c.Owner {
			t.owner = i
		}
		t.places = append(t.places, place)
	}
	if err != nil || t.index < 0 {
		t = nil
	}
	s.tables[tableKey[T]{table}] = t
	return t
}

// fill reads a row of a list.
func (t *tableOf[T]) fill(row *T, s *Seen, l *netproto.List, at int) {
	var zero T
	*row = zero
	id := l.IDs()[at]
	for column, place := range t.places {
		switch {
		case place.Table < 0:
		case !place.Own:
			t.fields.Set(row, column, l.Column(place.Column)[at])
		default:
			for own := range s.Mirror.Own(t.index) {
				if i := own.Index(id); i >= 0 {
					t.fields.Set(row, column, own.Column(place.Column)[i])
				}
			}
		}
	}
}
