package sim

import "unsafe"

// Kind is the type of a column. The numbers are those of the wire's Kind.
type Kind uint8

// The kinds. Those of 64 bits are for rows that are never sent.
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
	KindTick
)

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
func (c *Column) Wide() bool { return c.Kind == KindInt64 || c.Kind == KindUint64 }

// changes reports whether the column is a number that can change by an amount.
func (c *Column) changes() bool {
	return c.Kind != KindBool && c.Kind != KindSeat && c.Kind != KindRef && c.Kind != KindTick
}

// load returns the column's value of the row at p; signed kinds are
// sign-extended, a reference is whole.
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
	case KindUint32, KindTick:
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
	case KindInt32, KindFixed, KindUint32, KindTick:
		*(*uint32)(q) = uint32(v)
	default:
		*(*uint64)(q) = v
	}
}

// holds reports whether v is what load gives for some field, cut to 32 bits.
func (c *Column) holds(v uint32) bool {
	field := Column{Kind: c.Kind}
	var room uint64
	field.store(unsafe.Pointer(&room), uint64(v))
	return uint32(field.load(unsafe.Pointer(&room))) == v
}

// gather reads one column of many rows. The switch stands outside the loops
// because this is the inner loop of every snapshot. References become the ids
// of rows in w, 0 where the row is gone: its id may be another row's by now.
func (c *Column) gather(w *World, base unsafe.Pointer, stride uintptr, slots []int32, dst []uint32) {
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
			dst[i] = w.liveID(*(*Ref)(unsafe.Add(p, uintptr(s)*stride)))
		}
	default:
		for i, s := range slots {
			dst[i] = *(*uint32)(unsafe.Add(p, uintptr(s)*stride))
		}
	}
}

// scatter is the inverse of gather, but for references, which it does not know: it sets
// one column of the rows with these ids.
func (c *Column) scatter(base unsafe.Pointer, stride uintptr, ids, src []uint32) {
	p := unsafe.Add(base, c.offset)
	src = src[:len(ids)]
	switch c.Kind {
	case KindInt8, KindUint8:
		for i, id := range ids {
			*(*uint8)(unsafe.Add(p, uintptr(id-1)*stride)) = uint8(src[i])
		}
	case KindInt16, KindUint16, KindAngle, KindSeat:
		for i, id := range ids {
			*(*uint16)(unsafe.Add(p, uintptr(id-1)*stride)) = uint16(src[i])
		}
	case KindInt32, KindFixed, KindUint32, KindTick:
		for i, id := range ids {
			*(*uint32)(unsafe.Add(p, uintptr(id-1)*stride)) = src[i]
		}
	default:
		for i, id := range ids {
			c.store(unsafe.Add(base, uintptr(id-1)*stride), uint64(int64(int32(src[i]))))
		}
	}
}

// base returns the address of a struct, for load and store.
func base[T any](row *T) unsafe.Pointer { return unsafe.Pointer(row) }

// storeList sets the list field at an offset of the struct at p.
func storeList(p unsafe.Pointer, offset uintptr, list []int32) {
	*(*[]int32)(unsafe.Add(p, offset)) = list
}

// value returns one field of the row in a slot.
func (c *core) value(column, slot int) uint64 {
	return c.columns[column].load(unsafe.Add(c.base, uintptr(slot)*c.stride))
}

// identity is value, but of a reference without its table: what Hash and Diff
// compare.
func (c *core) identity(column, slot int) uint64 {
	v := c.value(column, slot)
	if c.columns[column].Kind == KindRef {
		v &= refRow
	}
	return v
}

func (c *core) setValue(column, slot int, v uint64) {
	c.columns[column].store(unsafe.Add(c.base, uintptr(slot)*c.stride), v)
}

// hashColumn mixes one column of all slots in; dead slots are zero. Of a
// reference the table is left out, as it follows from the rules.
func (c *core) hashColumn(h *hash, column int) {
	const all = ^uint64(0)
	p := unsafe.Add(c.base, c.columns[column].offset)
	switch c.columns[column].Kind {
	case KindInt8:
		hashLanes[int8](h, p, c.stride, c.high, all)
	case KindInt16:
		hashLanes[int16](h, p, c.stride, c.high, all)
	case KindInt32, KindFixed:
		hashLanes[int32](h, p, c.stride, c.high, all)
	case KindUint8, KindBool:
		hashLanes[uint8](h, p, c.stride, c.high, all)
	case KindUint16, KindAngle, KindSeat:
		hashLanes[uint16](h, p, c.stride, c.high, all)
	case KindUint32, KindTick:
		hashLanes[uint32](h, p, c.stride, c.high, all)
	case KindRef:
		hashLanes[uint64](h, p, c.stride, c.high, refRow)
	default:
		hashLanes[uint64](h, p, c.stride, c.high, all)
	}
}

// hashLanes mixes the kept bits of n values in, in four lanes: one alone would
// wait for each multiplication before the next.
func hashLanes[N int8 | int16 | int32 | uint8 | uint16 | uint32 | uint64](h *hash, p unsafe.Pointer, stride uintptr, n int, keep uint64) {
	at := func(i int) uint64 { return uint64(*(*N)(unsafe.Add(p, uintptr(i)*stride))) & keep }
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
