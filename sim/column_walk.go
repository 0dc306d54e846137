package sim

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// maxColumns is how many columns a struct may have. It catches an array of
// the wrong length; the largest sensible row is far below.
const maxColumns = 256

var kindOf = map[reflect.Type]Kind{
	reflect.TypeFor[Fixed](): KindFixed,
	reflect.TypeFor[Angle](): KindAngle,
	reflect.TypeFor[Seat]():  KindSeat,
	reflect.TypeFor[Ref]():   KindRef,
	reflect.TypeFor[Tick]():  KindTick,
}

var kindOfBasic = map[reflect.Kind]Kind{
	reflect.Int8: KindInt8, reflect.Int16: KindInt16, reflect.Int32: KindInt32, reflect.Int64: KindInt64,
	reflect.Uint8: KindUint8, reflect.Uint16: KindUint16, reflect.Uint32: KindUint32, reflect.Uint64: KindUint64,
	reflect.Bool: KindBool,
}

// columnsOf derives the columns of struct T from its fields and `wire` tags.
// Errors name every unfit field.
func columnsOf[T any](what string) ([]Column, error) {
	return (&columnWalk{what: what}).of(reflect.TypeFor[T]())
}

// recordOf derives the columns of struct T, whose values leave the room on
// another way than its players' connections: they may have 64 bits, and no wire
// tags.
func recordOf[T any](what string) ([]Column, error) {
	w := &columnWalk{what: what, record: true}
	return w.of(reflect.TypeFor[T]())
}

// columnsOfFields derives the columns of some fields of a struct.
func columnsOfFields(what string, fields []reflect.StructField) ([]Column, error) {
	w := &columnWalk{what: what}
	for _, f := range fields {
		w.structField(f, "", 0, "")
	}
	return w.end()
}

func (w *columnWalk) of(t reflect.Type) ([]Column, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s: %s is not a struct", w.what, t)
	}
	w.fields(t, "", 0, "")
	if len(w.cols) == 0 && len(w.faults) == 0 {
		w.fault("", "the struct has no fields")
	}
	return w.end()
}

// end checks the columns together.
func (w *columnWalk) end() ([]Column, error) {
	w.names()
	w.seeds()
	return w.cols, errors.Join(w.faults...)
}

// columnTag is what is needed of a column's field until all are known.
type columnTag struct{ field, seed string }

type columnWalk struct {
	what   string
	record bool // not for the players' wire
	cols   []Column
	tags   []columnTag // by column
	faults []error
}

func (w *columnWalk) fault(field, format string, args ...any) {
	w.faults = append(w.faults, fmt.Errorf("%s.%s: %s", w.what, field, fmt.Sprintf(format, args...)))
}

func (w *columnWalk) fields(t reflect.Type, prefix string, offset uintptr, tag reflect.StructTag) {
	for i := range t.NumField() {
		w.structField(t.Field(i), prefix, offset, tag)
	}
}

func (w *columnWalk) structField(f reflect.StructField, prefix string, offset uintptr, tag reflect.StructTag) {
	if !f.IsExported() {
		w.fault(prefix+f.Name, "the field must be exported (start with a capital letter)")
		return
	}
	if f.Tag != "" {
		tag = f.Tag
	}
	w.field(f.Type, prefix+f.Name, offset+f.Offset, tag)
}

func (w *columnWalk) field(t reflect.Type, name string, offset uintptr, tag reflect.StructTag) {
	kind, ok := kindOf[t]
	if !ok {
		kind, ok = kindOfBasic[t.Kind()]
	}
	switch {
	case ok:
		w.column(Column{Name: fieldName(name), Kind: kind, Seed: -1, offset: offset}, name, tag)
	case t.Kind() == reflect.Struct:
		w.fields(t, name+".", offset, tag)
	case t.Kind() == reflect.Array:
		for i := range t.Len() {
			if len(w.cols) > maxColumns {
				return // names says so; an array may be of a billion
			}
			w.field(t.Elem(), name+"."+strconv.Itoa(i), offset+uintptr(i)*t.Elem().Size(), tag)
		}
	case t.Kind() == reflect.Int || t.Kind() == reflect.Uint:
		w.fault(name, "%s has another size on other machines; use int32 or another sized integer", t)
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		w.fault(name, "%s gives other results on other machines; use sim.Fixed", t)
	default:
		w.fault(name, "%s cannot be a column; use sized integers, bool, sim.Fixed, sim.Angle, sim.Seat, sim.Ref, sim.Tick, or structs and arrays of them", t)
	}
}

func (w *columnWalk) column(c Column, field string, tag reflect.StructTag) {
	seed := ""
	for _, word := range strings.Split(tag.Get("wire"), ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(word), "=")
		switch key {
		case "":
		case "linear":
			c.Linear, seed = true, strings.ToLower(value)
		case "private":
			c.Private = true
		case "local":
			c.Local = true
		case "owner":
			c.Owner = true
		default:
			w.fault(field, "unknown wire tag %q; there are linear, linear=FIELD, private, local and owner", key)
		}
	}
	if c.Local && (c.Linear || c.Private) {
		w.fault(field, "a local column is never sent; linear and private mean nothing there")
	}
	if w.record && (c.Linear || c.Private || c.Local || c.Owner) {
		w.fault(field, "it is not sent to players; wire tags mean nothing there")
	}
	if c.Wide() && !c.Local && !w.record {
		w.fault(field, "64-bit columns cannot be sent; tag it `wire:\"local\"` or use 32 bits")
	}
	if c.Linear && !c.changes() {
		w.fault(field, "a bool, seat or reference has no linear change")
	}
	if c.Owner && c.Kind != KindSeat {
		w.fault(field, "the owner must be a sim.Seat")
	}
	w.cols, w.tags = append(w.cols, c), append(w.tags, columnTag{field, seed})
}

// fieldName is the name of a field for the world outside.
func fieldName(name string) string { return strings.ToLower(name) }

// names refuses what would be told apart by capital letters only.
func (w *columnWalk) names() {
	if len(w.cols) > maxColumns {
		w.fault("", "%d columns, at most %d", len(w.cols), maxColumns)
		return
	}
	for i := range w.cols {
		for j := range i {
			if w.cols[i].Name == w.cols[j].Name {
				w.fault(w.tags[i].field, "in lower case it has the name of %s", w.tags[j].field)
			}
		}
	}
}

// seeds resolves linear=FIELD once all columns are known.
func (w *columnWalk) seeds() {
	for i, tag := range w.tags {
		if tag.seed == "" {
			continue
		}
		col := &w.cols[i]
		col.Seed = w.find(tag.seed, col.Name)
		if col.Seed < 0 {
			w.fault(tag.field, "linear=%s names no column", tag.seed)
			continue
		}
		// The seed may be local: its value goes out as the first change of the
		// linear column when a row enters.
		if seed := &w.cols[col.Seed]; !seed.changes() || seed.Wide() {
			w.fault(tag.field, "linear=%s: that column is no change of a number", tag.seed)
		}
	}
}

// find returns the column with a name, or -1. The name of a struct stands for
// its part of the same name: with linear=Vel, pos.x finds vel.x.
func (w *columnWalk) find(name, column string) int {
	part := name
	if dot := strings.LastIndexByte(column, '.'); dot >= 0 {
		part += column[dot:]
	}
	return slices.IndexFunc(w.cols, func(c Column) bool { return c.Name == name || c.Name == part })
}
