package sim

import (
	"math/rand/v2"
	"testing"
)

const benchRows = 1000

type benchRow struct {
	X, Y   Fixed `wire:"linear"`
	DX, DY Fixed
	Aim    Angle
	Owner  Seat  `wire:"owner"`
	Shield uint8 `wire:"private"`
	Wait   Tick  `wire:"local"`
}

func benchWorld(b *testing.B) *World {
	b.Helper()
	var rows *Table[benchRow]
	w := declare(b, func(w *World) { rows = NewTable[benchRow](w, "ship", benchRows) })
	r := rand.New(rand.NewPCG(1, 1))
	for range benchRows {
		rows.Add(benchRow{X: Fixed(r.Int32() >> 11), Y: Fixed(r.Int32() >> 11), Aim: Angle(r.Uint32())})
	}
	return w
}

// perRow says how long one row takes.
func perRow(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

func BenchmarkHash(b *testing.B) {
	w := benchWorld(b)
	for b.Loop() {
		w.Hash()
	}
	perRow(b)
}

func BenchmarkAppend(b *testing.B) {
	w := benchWorld(b)
	buf := w.Append(nil)
	for b.Loop() {
		buf = w.Append(buf[:0])
	}
	b.ReportMetric(float64(len(buf))/benchRows, "bytes/row")
	perRow(b)
}

func BenchmarkRestore(b *testing.B) {
	w := benchWorld(b)
	state := w.Append(nil)
	for b.Loop() {
		if err := w.Restore(state); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b)
}

func BenchmarkGather(b *testing.B) {
	v := benchWorld(b).Tables()[0]
	slots, dst := make([]int32, benchRows), make([]uint32, benchRows)
	for i := range slots {
		slots[i] = int32(i)
	}
	for b.Loop() {
		v.Gather(0, slots, dst)
	}
	perRow(b)
}

func BenchmarkVisit(b *testing.B) {
	var rows *Table[item]
	declare(b, func(w *World) { rows = NewTable[item](w, "item", benchRows) })
	fill(b, rows, benchRows)
	for b.Loop() {
		for _, row := range rows.All {
			row.N++
		}
	}
	perRow(b)
}

func BenchmarkGrid(b *testing.B) {
	g, r := NewGrid(Int(4096), Int(4096), 16), rand.New(rand.NewPCG(1, 1))
	found := 0
	for b.Loop() {
		g.Reset()
		for i := range int32(benchRows) {
			g.Put(i, Vec{Fixed(r.Int32N(4096 << 8)), Fixed(r.Int32N(4096 << 8))})
		}
		g.Build()
		for i := range benchRows {
			g.Near(g.at[i], Int(200), func(int32, Vec) bool { found++; return true })
		}
	}
	b.ReportMetric(float64(found)/float64(b.N)/benchRows, "found/row")
	perRow(b)
}
