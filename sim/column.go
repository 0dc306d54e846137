package sim

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// Kind is the type of a column. The numbers are those of the wire's Kind.
type Kind uint8

// The kinds. The last four are for rows that are never sent.
const (
	KindInt8 Kind = iota + 1
	KindInt16
	KindInt32
	KindUint8
	KindUint16
	KindUint32
	KindBool
	KindFixed
	KindAngle
	KindSeat
	KindRef
	KindInt64
	KindUint64
)

// maxColumns is how many columns a struct may have. It catches an array of
// the wrong length; the largest sensible row is far below.
const maxColumns = 256

// Column is one field of a row or of an event. Columns come from the fields
// of a plain struct; array fields give one column per element.
type Column struct {
	// Name is the field's name in lower case, with ".0", ".1" for array elements.
	Name string
	Kind Kind
	// Linear: predicted on the wire by its last change instead of its last value.
	Linear bool
	// Seed is the column whose value is the first predicted change of a row
	// that enters, or -1 for none. Only for linear columns.
	Seed int
	// Private columns go to the owner of the row only.
	Private bool
	// Local columns are never sent.
	Local bool
	// Owner marks the Seat column that owns the row.
	Owner bool

	offset uintptr
}

// Wide reports whether the column has 64 bits.
func (c *Column) Wide() bool { return c.Kind >= KindInt64 }

// changes reports whether the column is a number that can change by an amount.
func (c *Column) changes() bool {
	return c.Kind != KindBool && c.Kind != KindSeat && c.Kind != KindRef
}

// load returns the column's value of the row at p; signed kinds are sign-extended.
func (c *Column) load(p unsafe.Pointer) uint64 {
	q := unsafe.Add(p, c.offset)
	switch c.Kind {
	case KindInt8:
		return uint64(*(*int8)(q))
	case KindInt16:
		return uint64(*(*int16)(q))
	case KindInt32, KindFixed:
		return uint64(*(*int32)(q))
	case KindUint8, KindBool:
		return uint64(*(*uint8)(q))
	case KindUint16, KindAngle, KindSeat:
		return uint64(*(*uint16)(q))
	case KindUint32, KindRef:
		return uint64(*(*uint32)(q))
	default:
		return *(*uint64)(q)
	}
}

// store is the inverse of load; bits that do not fit are cut off.
func (c *Column) store(p unsafe.Pointer, v uint64) {
	q := unsafe.Add(p, c.offset)
	switch c.Kind {
	case KindBool:
		*(*bool)(q) = v != 0
	case KindInt8, KindUint8:
		*(*uint8)(q) = uint8(v)
	case KindInt16, KindUint16, KindAngle, KindSeat:
		*(*uint16)(q) = uint16(v)
	case KindInt32, KindFixed, KindUint32, KindRef:
		*(*uint32)(q) = uint32(v)
	default:
		*(*uint64)(q) = v
	}
}

// gather reads one column of many rows. The switch stands outside the loops
// because this is the inner loop of every snapshot.
func (c *Column) gather(base unsafe.Pointer, stride uintptr, slots []int32, dst []uint32) {
	p := unsafe.Add(base, c.offset)
	switch c.Kind {
	case KindInt8:
		for i, s := range slots {
			dst[i] = uint32(*(*int8)(unsafe.Add(p, uintptr(s)*stride)))
		}
	case KindInt16:
		for i, s := range slots {
			dst[i] = uint32(*(*int16)(unsafe.Add(p, uintptr(s)*stride)))
		}
	case KindUint8, KindBool:
		for i, s := range slots {
			dst[i] = uint32(*(*uint8)(unsafe.Add(p, uintptr(s)*stride)))
		}
	case KindUint16, KindAngle, KindSeat:
		for i, s := range slots {
			dst[i] = uint32(*(*uint16)(unsafe.Add(p, uintptr(s)*stride)))
		}
	case KindRef:
		for i, s := range slots {
			dst[i] = *(*uint32)(unsafe.Add(p, uintptr(s)*stride)) & refSlots
		}
	default:
		for i, s := range slots {
			dst[i] = *(*uint32)(unsafe.Add(p, uintptr(s)*stride))
		}
	}
}

// base returns the address of a struct, for load and store.
func base[T any](row *T) unsafe.Pointer { return unsafe.Pointer(row) }

var kindOf = map[reflect.Type]Kind{
	reflect.TypeFor[Fixed](): KindFixed,
	reflect.TypeFor[Angle](): KindAngle,
	reflect.TypeFor[Seat]():  KindSeat,
	reflect.TypeFor[Ref]():   KindRef,
}

var kindOfBasic = map[reflect.Kind]Kind{
	reflect.Int8: KindInt8, reflect.Int16: KindInt16, reflect.Int32: KindInt32, reflect.Int64: KindInt64,
	reflect.Uint8: KindUint8, reflect.Uint16: KindUint16, reflect.Uint32: KindUint32, reflect.Uint64: KindUint64,
	reflect.Bool: KindBool,
}

// columnsOf derives the columns of struct T from its fields and `wire` tags.
// Errors name every unfit field.
func columnsOf[T any](what string) ([]Column, error) {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s: %s is not a struct", what, t)
	}
	w := &columnWalk{what: what}
	w.fields(t, "", 0, reflect.StructTag(""))
	w.names()
	w.seeds()
	if len(w.cols) == 0 && len(w.faults) == 0 {
		w.fault("", "the struct has no fields")
	}
	return w.cols, errors.Join(w.faults...)
}

// columnTag is what is needed of a column's field until all are known.
type columnTag struct{ field, seed string }

type columnWalk struct {
	what   string
	cols   []Column
	tags   []columnTag // by column
	faults []error
}

func (w *columnWalk) fault(field, format string, args ...any) {
	w.faults = append(w.faults, fmt.Errorf("%s.%s: %s", w.what, field, fmt.Sprintf(format, args...)))
}

func (w *columnWalk) fields(t reflect.Type, prefix string, offset uintptr, tag reflect.StructTag) {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			w.fault(prefix+f.Name, "the field must be exported (start with a capital letter)")
			continue
		}
		use := f.Tag
		if use == "" {
			use = tag
		}
		w.field(f.Type, prefix+f.Name, offset+f.Offset, use)
	}
}

func (w *columnWalk) field(t reflect.Type, name string, offset uintptr, tag reflect.StructTag) {
	kind, ok := kindOf[t]
	if !ok {
		kind, ok = kindOfBasic[t.Kind()]
	}
	switch {
	case ok:
		w.column(Column{Name: strings.ToLower(name), Kind: kind, Seed: -1, offset: offset}, name, tag)
	case t.Kind() == reflect.Struct:
		w.fields(t, name+".", offset, tag)
	case t.Kind() == reflect.Array:
		for i := range t.Len() {
			w.field(t.Elem(), name+"."+strconv.Itoa(i), offset+uintptr(i)*t.Elem().Size(), tag)
		}
	case t.Kind() == reflect.Int || t.Kind() == reflect.Uint:
		w.fault(name, "%s has another size on other machines; use int32 or another sized integer", t)
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		w.fault(name, "%s gives other results on other machines; use sim.Fixed", t)
	default:
		w.fault(name, "%s cannot be a column; use sized integers, bool, sim.Fixed, sim.Angle, sim.Seat, sim.Ref, or structs and arrays of them", t)
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
	if c.Wide() && !c.Local {
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

// value returns one field of the row in a slot.
func (c *core) value(column, slot int) uint64 {
	return c.columns[column].load(unsafe.Add(c.base, uintptr(slot)*c.stride))
}

func (c *core) setValue(column, slot int, v uint64) {
	c.columns[column].store(unsafe.Add(c.base, uintptr(slot)*c.stride), v)
}

// hashColumn mixes one column of all slots in; dead slots are zero.
func (c *core) hashColumn(h *hash, column int) {
	p := unsafe.Add(c.base, c.columns[column].offset)
	switch c.columns[column].Kind {
	case KindInt8:
		hashLanes[int8](h, p, c.stride, c.high)
	case KindInt16:
		hashLanes[int16](h, p, c.stride, c.high)
	case KindInt32, KindFixed:
		hashLanes[int32](h, p, c.stride, c.high)
	case KindUint8, KindBool:
		hashLanes[uint8](h, p, c.stride, c.high)
	case KindUint16, KindAngle, KindSeat:
		hashLanes[uint16](h, p, c.stride, c.high)
	case KindUint32, KindRef:
		hashLanes[uint32](h, p, c.stride, c.high)
	default:
		hashLanes[uint64](h, p, c.stride, c.high)
	}
}

// hashLanes mixes n values in, in four lanes: one alone would wait for each
// multiplication before the next.
func hashLanes[N int8 | int16 | int32 | uint8 | uint16 | uint32 | uint64](h *hash, p unsafe.Pointer, stride uintptr, n int) {
	at := func(i int) uint64 { return uint64(*(*N)(unsafe.Add(p, uintptr(i)*stride))) }
	a, b, c, d := *h, hash(1), hash(2), hash(3)
	i := 0
	for ; i+4 <= n; i += 4 {
		a.add(at(i))
		b.add(at(i + 1))
		c.add(at(i + 2))
		d.add(at(i + 3))
	}
	for ; i < n; i++ {
		a.add(at(i))
	}
	a.add(uint64(b))
	a.add(uint64(c))
	a.add(uint64(d))
	*h = a
}
