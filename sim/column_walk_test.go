package sim

import (
	"strings"
	"testing"
)

// wantError checks that err is nil, or that it has the words.
func wantError(t testing.TB, err error, fine bool, words ...string) {
	t.Helper()
	if fine {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("got %v, want an error with %q", err, word)
		}
	}
}

type everyKind struct {
	I8  int8
	I16 int16
	I32 int32 `wire:"linear"`
	U8  uint8 `wire:"private"`
	U16 uint16
	U32 uint32
	B   bool
	F   Fixed `wire:"linear=I32"`
	A   Angle
	S   Seat `wire:"owner"`
	R   Ref
	I64 int64  `wire:"local"`
	U64 uint64 `wire:" local "`
	T   Tick
	P   Vec `wire:"linear=V"`
	V   Vec
	C   [2]item
	D   [2][2]uint8 `wire:"private"`
	N   [1]struct {
		A bool
		B bool `wire:"local"`
	} `wire:"private"`
}

func TestColumnsOfEveryKind(t *testing.T) {
	var table *Table[everyKind]
	declare(t, func(w *World) { table = NewTable[everyKind](w, "all", 1) })
	var got []string
	for _, c := range table.columns {
		word := c.Name
		for _, flag := range []struct {
			on   bool
			name string
		}{{c.Linear, "linear"}, {c.Private, "private"}, {c.Local, "local"}, {c.Owner, "owner"}} {
			if flag.on {
				word += "," + flag.name
			}
		}
		if c.Seed >= 0 {
			word += "=" + table.columns[c.Seed].Name
		}
		got = append(got, word)
	}
	want := "i8 i16 i32,linear u8,private u16 u32 b f,linear=i32 a s,owner r i64,local u64,local t " +
		"p.x,linear=v.x p.y,linear=v.y v.x v.y c.0.n c.1.n d.0.0,private d.0.1,private d.1.0,private d.1.1,private " +
		"n.0.a,private n.0.b,local"
	if have := strings.Join(got, " "); have != want {
		t.Errorf("got  %s\nwant %s", have, want)
	}
}

func TestColumnKinds(t *testing.T) {
	cols, err := columnsOf[everyKind]("all")
	wantError(t, err, true)
	want := []Kind{KindInt8, KindInt16, KindInt32, KindUint8, KindUint16, KindUint32, KindBool, KindFixed, KindAngle,
		KindSeat, KindRef, KindInt64, KindUint64, KindTick, KindFixed, KindFixed, KindFixed, KindFixed, KindInt32}
	for i, kind := range want {
		if cols[i].Kind != kind || cols[i].Wide() != (kind == KindInt64 || kind == KindUint64) {
			t.Errorf("%s: kind %d, wide %t, want kind %d", cols[i].Name, cols[i].Kind, cols[i].Wide(), kind)
		}
	}
}

func refuse[T any](t *testing.T, words ...string) {
	t.Helper()
	_, err := declared(func(w *World) { NewTable[T](w, "ship", 4) }, nil)
	wantError(t, err, false, words...)
}

func TestColumnsRefuseTypes(t *testing.T) {
	refuse[struct{ X int }](t, "ship.X: int has another size on other machines")
	refuse[struct{ X uint }](t, "ship.X: uint has another size on other machines")
	refuse[struct{ X uintptr }](t, "ship.X: uintptr cannot be a column")
	refuse[struct{ X float32 }](t, "ship.X: float32 gives other results")
	refuse[struct{ X float64 }](t, "ship.X: float64 gives other results")
	refuse[struct{ X complex64 }](t, "ship.X: complex64 cannot be a column")
	refuse[struct{ X string }](t, "ship.X: string cannot be a column")
	refuse[struct{ X *int32 }](t, "ship.X: *int32 cannot be a column")
	refuse[struct{ X []int32 }](t, "ship.X: []int32 cannot be a column")
	refuse[struct{ X map[int32]bool }](t, "ship.X: map[int32]bool cannot be a column")
	refuse[struct{ X func() }](t, "ship.X: func() cannot be a column")
	refuse[struct{ X any }](t, "ship.X: interface {} cannot be a column")
	refuse[struct{ X chan int }](t, "ship.X: chan int cannot be a column")
	refuse[struct{ x int32 }](t, "ship.x: the field must be exported")
	refuse[struct{ _ int32 }](t, "ship._: the field must be exported")
	refuse[struct{}](t, "ship.: the struct has no fields")
	refuse[struct{ X [0]int32 }](t, "the struct has no fields")
	refuse[int32](t, "ship: int32 is not a struct")
	refuse[struct{ X [257]int8 }](t, "257 columns, at most 256")
	refuse[struct{ Pos struct{ X float32 } }](t, "ship.Pos.X: float32")
	refuse[struct{ Pos [2]struct{ X string } }](t, "ship.Pos.0.X: string", "ship.Pos.1.X: string")
	refuse[struct{ Pos struct{ x int32 } }](t, "ship.Pos.x: the field must be exported")
	refuse[struct{ AB, Ab int32 }](t, "ship.Ab: in lower case it has the name of AB")
	refuse[struct {
		X int
		Y string
	}](t, "ship.X", "ship.Y") // all faults at once
	if _, err := columnsOf[struct{ X [256]int8 }]("ship"); err != nil {
		t.Errorf("256 columns are refused: %v", err)
	}
}

func TestColumnsRefuseTags(t *testing.T) {
	refuse[struct {
		X int32 `wire:"lineer"`
	}](t, `ship.X: unknown wire tag "lineer"`)
	refuse[struct {
		X int32 `wire:"linear,fast"`
	}](t, `ship.X: unknown wire tag "fast"`)
	refuse[struct{ X int64 }](t, "ship.X: 64-bit columns cannot be sent")
	refuse[struct{ X uint64 }](t, "ship.X: 64-bit columns cannot be sent")
	refuse[struct {
		X int32 `wire:"local,linear"`
	}](t, "ship.X: a local column is never sent")
	refuse[struct {
		S Seat  `wire:"owner"`
		X int32 `wire:"private,local"`
	}](t, "ship.X: a local column is never sent")
	refuse[struct {
		X bool `wire:"linear"`
		S Seat `wire:"linear"`
		R Ref  `wire:"linear"`
	}](t, "ship.X: a bool, seat or reference", "ship.S: a bool", "ship.R: a bool")
	refuse[struct {
		X int32 `wire:"linear=Speed"`
	}](t, "ship.X: linear=speed names no column")
	refuse[struct {
		X int32 `wire:"linear=On"`
		Y int32 `wire:"linear=Big"`
		Z [1]struct {
			On bool
		} `wire:"linear=On"`
		On  bool
		Big int64 `wire:"local"`
	}](t, "ship.X: linear=on: that column is no change", "ship.Y: linear=big: that column is no change", "ship.Z.0.On: a bool")
}

func TestColumnOwner(t *testing.T) {
	refuse[struct {
		X uint16 `wire:"owner"`
	}](t, "ship.X: the owner must be a sim.Seat")
	refuse[struct {
		A Seat `wire:"owner"`
		B Seat `wire:"owner"`
	}](t, "ship.b: a second owner column")
	refuse[struct {
		S Seat
		X int32 `wire:"private"`
	}](t, "ship: private columns need a column of type sim.Seat")
	var table *Table[everyKind]
	w := declare(t, func(w *World) { table = NewTable[everyKind](w, "all", 2); NewTable[item](w, "item", 1) })
	table.Add(everyKind{S: 3})
	if got := w.Tables()[0].Owner(0); got != 3 {
		t.Errorf("the owner is %d, want 3", got)
	}
	if got := w.Tables()[1].Owner(0); got != 0 {
		t.Errorf("without an owner column the owner is %d", got)
	}
}

func TestTableNames(t *testing.T) {
	for _, row := range []struct {
		name string
		fine bool
	}{
		{"a", true}, {"ship-2", true}, {strings.Repeat("a", 32), true},
		{"", false}, {strings.Repeat("a", 33), false}, {"Ship", false}, {"a b", false}, {"a_b", false}, {"é", false},
	} {
		_, err := declared(func(w *World) { NewTable[item](w, row.name, 1) }, nil)
		wantError(t, err, row.fine, "the name must be 1 to 32 of a-z, 0-9 and '-'")
		_, err = declared(func(w *World) { NewEvent[item](w, row.name) }, nil)
		wantError(t, err, row.fine, "the name must be 1 to 32 of a-z, 0-9 and '-'")
	}
	_, err := declared(func(w *World) { NewTable[item](w, "a", 1); NewSingle[item](w, "a") }, nil)
	wantError(t, err, false, "table a: declared twice")
}

// TestHugeArraysAreRefused: at once, not after a billion columns.
func TestHugeArraysAreRefused(t *testing.T) {
	_, err := columnsOf[struct{ A [1 << 30]int8 }]("huge")
	wantError(t, err, false, "at most 256")
	_, err = columnsOf[struct{ A [1 << 14][1 << 14]bool }]("huge")
	wantError(t, err, false, "at most 256")
}
