package sim

import (
	"math"
	"testing"
)

// extremes are the values at and across the limits of every kind.
var extremes = []int64{0, 1, -1, 127, 128, -128, 255, 256, 32767, 32768, -32768, 65535, 65536,
	math.MaxInt32, math.MinInt32, math.MaxUint32, math.MaxInt64, math.MinInt64}

func TestColumnsHoldTheirRange(t *testing.T) {
	row := everyKind{}
	cols, err := columnsOf[everyKind]("all")
	wantError(t, err, true)
	for i := range cols {
		for _, v := range extremes {
			before := row
			cols[i].store(base(&row), uint64(v))
			got := cols[i].load(base(&row))
			if want := fit(cols[i].Kind, v); got != want {
				t.Errorf("%s: stored %d, got %d, want %d", cols[i].Name, v, int64(got), int64(want))
			}
			cols[i].store(base(&row), cols[i].load(base(&before)))
			if row != before {
				t.Fatalf("%s: storing changed another column: %+v, before %+v", cols[i].Name, row, before)
			}
		}
	}
}

func fit(k Kind, v int64) uint64 {
	switch k {
	case KindInt8:
		return uint64(int8(v))
	case KindInt16:
		return uint64(int16(v))
	case KindInt32, KindFixed:
		return uint64(int32(v))
	case KindTick:
		return uint64(uint32(v))
	case KindUint8:
		return uint64(uint8(v))
	case KindUint16, KindAngle, KindSeat:
		return uint64(uint16(v))
	case KindUint32:
		return uint64(uint32(v))
	case KindBool:
		if v != 0 {
			return 1
		}
		return 0
	default:
		return uint64(v)
	}
}

func TestGatherIsLoad(t *testing.T) {
	r := random(t)
	var table *Table[everyKind]
	w := declare(t, func(w *World) { table = NewTable[everyKind](w, "all", 100) })
	v := w.Tables()[0]
	for slot := range 100 {
		table.Add(everyKind{})
		for i := range v.Columns() {
			table.setValue(i, slot, r.Uint64())
		}
		table.rows[slot].R = table.ref(slot)
	}
	table.rows[5].R |= 1 << refIDBits // names no row
	slots := []int32{0, 99, 5, 5, 63, 64}
	dst := make([]uint32, len(slots)+1)
	for i, c := range v.Columns() {
		if c.Wide() {
			continue
		}
		dst[len(slots)] = 12345
		v.Gather(i, slots, dst)
		for at, slot := range slots {
			want := uint32(v.Value(i, int(slot)))
			if c.Kind == KindRef && slot == 5 {
				want = 0
			} else if c.Kind == KindRef {
				want = uint32(slot) + 1
			}
			if dst[at] != want {
				t.Errorf("%s of slot %d: gathered %d, want %d", c.Name, slot, dst[at], want)
			}
		}
		if dst[len(slots)] != 12345 {
			t.Errorf("%s: wrote more than asked", c.Name)
		}
	}
}

func TestScatterIsStore(t *testing.T) {
	r := random(t)
	var table *Table[everyKind]
	w := declare(t, func(w *World) { table = NewTable[everyKind](w, "all", 100) })
	for range 100 {
		table.Add(everyKind{})
	}
	ids := []uint32{1, 100, 6, 64, 65}
	for i, c := range w.Tables()[0].Columns() {
		src := make([]uint32, len(ids))
		for at := range src {
			src[at] = r.Uint32()
		}
		c.scatter(table.base, table.stride, ids, src)
		for at, id := range ids {
			got := table.value(i, int(id)-1)
			table.setValue(i, int(id)-1, uint64(int64(int32(src[at]))))
			if want := table.value(i, int(id)-1); got != want {
				t.Errorf("%s of row %d: scattered %d, want %d", c.Name, id, got, want)
			}
		}
		if got := table.value(i, 1); got != 0 {
			t.Errorf("%s: row 2 has %d, and nobody set it", c.Name, got)
		}
	}
}
