package sim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// shot is a point that is put in and asked for.
func shot(r *rand.Rand, size Fixed) Vec {
	at := Vec{Fixed(r.Int32N(int32(size)*2)) - size/2, Fixed(r.Int32N(int32(size)*2)) - size/2}
	switch r.IntN(20) {
	case 0: // on the border of a cell
		at.X &^= 1<<16 - 1
	case 1:
		at.Y = 0
	case 2:
		at.X = fixedMin
	case 3:
		at.Y = fixedMax
	}
	return at
}

func near64(p, q Vec, r Fixed) bool {
	dx, dy := float64(p.X)-float64(q.X), float64(p.Y)-float64(q.Y)
	return r >= 0 && dx*dx+dy*dy <= float64(r)*float64(r)
}

func TestGridAgainstBruteForce(t *testing.T) {
	r := random(t)
	for round := range 200 {
		size := Int(1 + r.Int32N(4096))
		g := NewGrid(size, size, uint(14+r.IntN(6)))
		points := make([]Vec, r.IntN(200))
		for i := range points {
			points[i] = shot(r, size)
			g.Put(int32(i), points[i])
		}
		g.Build()
		for range 50 {
			at, reach := shot(r, size), Fixed(r.Int32())>>r.IntN(31)
			var got, want []int32
			g.Near(at, reach, func(id int32, p Vec) bool {
				if p != points[id] {
					t.Fatalf("id %d comes with %v, was put at %v", id, p, points[id])
				}
				got = append(got, id)
				return true
			})
			for i, p := range points {
				if near64(p, at, reach) {
					want = append(want, int32(i))
				}
			}
			inOrder(t, g, points, got)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("round %d: near %v within %d: %v, want %v", round, at, reach, got, want)
			}
		}
	}
}

// inOrder checks that ids come by cell, and in a cell as they were put in.
func inOrder(t *testing.T, g *Grid, points []Vec, ids []int32) {
	t.Helper()
	for i := 1; i < len(ids); i++ {
		a, b := g.Cell(points[ids[i-1]]), g.Cell(points[ids[i]])
		if a > b || a == b && ids[i-1] >= ids[i] {
			t.Fatalf("id %d of cell %d comes before id %d of cell %d", ids[i-1], a, ids[i], b)
		}
	}
}

func TestGridExtremes(t *testing.T) {
	corners := []Vec{{fixedMin, fixedMin}, {fixedMin, fixedMax}, {fixedMax, fixedMin}, {fixedMax, fixedMax}, {}}
	g := NewGrid(Int(100), Int(100), 12) // 7 by 7 cells
	for i, at := range corners {
		g.Put(int32(i), at)
	}
	g.Build()
	for i, at := range corners {
		for _, reach := range []Fixed{0, 1, 10, fixedMax} {
			var got []int32
			g.Near(at, reach, func(id int32, _ Vec) bool { got = append(got, id); return true })
			if !slices.Equal(got, []int32{int32(i)}) && (reach < fixedMax || at != Vec{}) {
				t.Errorf("near %v within %d: %v", at, reach, got)
			}
		}
	}
	g.Near(Vec{}, -1, func(int32, Vec) bool { t.Error("something is within less than nothing"); return false })
}

func TestGridCells(t *testing.T) {
	g := NewGrid(Int(1024), Int(512), 16) // cells of 256 units
	if g.Cells() != 5*3 {
		t.Fatalf("%d cells, want 15", g.Cells())
	}
	for _, row := range []struct {
		at   Vec
		cell int32
	}{
		{Vec{}, 0}, {Vec{Int(256) - 1, 0}, 0}, {Vec{Int(256), 0}, 1}, {Vec{0, Int(256)}, 5},
		{Vec{Int(1024), Int(512)}, 14}, {Vec{fixedMax, fixedMax}, 14}, {Vec{-1, -1}, 0}, {Vec{fixedMin, fixedMax}, 10},
	} {
		if got := g.Cell(row.at); got != row.cell {
			t.Errorf("cell of %v is %d, want %d", row.at, got, row.cell)
		}
	}
	if n := NewGrid(-5, 0, 16).Cells(); n != 1 {
		t.Errorf("a grid of nothing has %d cells", n)
	}
}

func TestGridBlock(t *testing.T) {
	g := NewGrid(Int(1024), Int(512), 16) // 5 by 3
	for _, row := range []struct {
		at    Vec
		cells []int32
	}{
		{Vec{Int(300), Int(300)}, []int32{0, 1, 2, 5, 6, 7, 10, 11, 12}},
		{Vec{}, []int32{0, 1, 5, 6}},
		{Vec{fixedMax, fixedMax}, []int32{8, 9, 13, 14}},
		{Vec{Int(300), fixedMin}, []int32{0, 1, 2, 5, 6, 7}},
	} {
		var got []int32
		g.Block(row.at, func(cell int32) { got = append(got, cell) })
		if !slices.Equal(got, row.cells) {
			t.Errorf("block of %v: %v, want %v", row.at, got, row.cells)
		}
	}
}

func TestGridVisitEnds(t *testing.T) {
	g := NewGrid(Int(512), Int(512), 16)
	for i := range int32(9) {
		g.Put(i, Vec{Int(i * 60), Int(i * 60)})
	}
	g.Build()
	count := 0
	g.Near(Vec{}, Int(4000), func(int32, Vec) bool { count++; return count < 3 })
	if count != 3 {
		t.Errorf("visited %d after false at the third", count)
	}
}

func TestGridIsEmptyAfterReset(t *testing.T) {
	g := NewGrid(Int(512), Int(512), 16)
	none := func(when string) {
		t.Helper()
		g.Near(Vec{}, math.MaxInt32, func(id int32, _ Vec) bool { t.Errorf("%s: found %d", when, id); return true })
	}
	none("new")
	for range 3 { // filled again and again, it stays right
		g.Put(1, Vec{Int(400), Int(400)})
		g.Put(2, Vec{})
		g.Build()
		g.Build()
		var got []int32
		g.Near(Vec{}, Int(1000), func(id int32, _ Vec) bool { got = append(got, id); return true })
		if !slices.Equal(got, []int32{2, 1}) {
			t.Errorf("found %v", got)
		}
		g.Reset()
		none("reset")
	}
}

func TestGridDoesNotAllocate(t *testing.T) {
	g := NewGrid(Int(4096), Int(4096), 16)
	fill := func() {
		g.Reset()
		for i := range int32(100) {
			g.Put(i, Vec{Int(i * 40), Int(i * 40)})
		}
		g.Build()
		g.Near(Vec{}, Int(4000), func(int32, Vec) bool { return true })
	}
	fill()
	if n := testing.AllocsPerRun(10, fill); n != 0 {
		t.Errorf("%v allocations to fill it again", n)
	}
}

// TestGridOfTooManyCells asks for cells that no 32-bit number counts.
func TestGridOfTooManyCells(t *testing.T) {
	for _, size := range []Vec{{fixedMax, fixedMax}, {fixedMax, 1}, {Int(5000), Int(5000)}, {-1, fixedMin}, {0, 0}} {
		for _, shift := range []uint{0, 1, 8, 31, 63} {
			g := NewGrid(size.X, size.Y, shift)
			if g.Cells() < 1 || g.Cells() > maxCells {
				t.Fatalf("%v by cells of 2^%d: %d cells", size, shift, g.Cells())
			}
			for _, at := range []Vec{{0, 0}, size, {fixedMin, fixedMax}} {
				if c := g.Cell(at); c < 0 || int(c) >= g.Cells() {
					t.Fatalf("%v by cells of 2^%d: %v is in cell %d of %d", size, shift, at, c, g.Cells())
				}
			}
			g.Put(1, size)
			g.Build()
			found := 0
			if g.Near(size, One, func(int32, Vec) bool { found++; return true }); found != 1 {
				t.Errorf("%v by cells of 2^%d: found %d", size, shift, found)
			}
		}
	}
}
