package geo

import (
	"sort"

	"github.com/metronome-server/metronome/sim"
)

// Plane finds what is near a point, wherever on the plane it is: it takes memory
// for what is put in, none for the space between. It holds no state of the match:
// fill it anew in each step. What it finds comes in the order of cells, row by row,
// and within a cell in the order it was put in, so that results do not depend on
// history. For a world of known size [sim.Grid] is faster.
type Plane struct {
	shift uint
	spots []spot // by cell, once built
	spare []spot // as many, to sort by
}

// spot is one point, with the cell that it is in: the row in the upper half, the
// column in the lower, both counted from the lowest there is.
type spot struct {
	cell uint64
	at   sim.Vec
	id   int32
}

// NewPlane makes an empty plane with square cells of side 2^shift/256 units (shift
// 16 is 256 units); of 31 where it is more. Choose cells about as large as the
// distance that is asked for.
func NewPlane(shift uint) *Plane { return &Plane{shift: min(shift, 31)} }

// Reset empties the plane.
func (g *Plane) Reset() { g.spots = g.spots[:0] }

// Put adds a point under a number of the caller's, like its place in a list of
// rows; a Ref does not fit. Call Build before asking.
func (g *Plane) Put(id int32, at sim.Vec) {
	cell := uint64(g.line(int64(at.Y)))<<32 | uint64(g.line(int64(at.X)))
	g.spots = append(g.spots, spot{cell, at, id})
}

// line returns the row or the column of a coordinate, which may lie beyond the
// plane: it then counts to the last one.
func (g *Plane) line(v int64) uint32 {
	const lowest = -1 << 31
	return uint32((min(max(v, lowest), -1-lowest) - lowest) >> g.shift)
}

// Build sorts what was put in by cell.
func (g *Plane) Build() {
	if cap(g.spare) < len(g.spots) {
		g.spare = make([]spot, cap(g.spots))
	}
	varies := uint64(0)
	for i := range g.spots {
		varies |= g.spots[i].cell ^ g.spots[0].cell
	}
	// By one byte after the other from the lowest, each time keeping the order of
	// equals; bytes in which all are equal sort nothing.
	for byteAt := 0; byteAt < 64; byteAt += 8 {
		if varies>>byteAt&0xff != 0 {
			g.sortBy(byteAt)
		}
	}
}

// sortBy sorts by the eight bits of the cell from a place on.
func (g *Plane) sortBy(place int) {
	var next [257]int32
	for i := range g.spots {
		next[g.spots[i].cell>>place&0xff+1]++
	}
	for i := 1; i < len(next); i++ {
		next[i] += next[i-1]
	}
	sorted := g.spare[:len(g.spots)]
	for i := range g.spots {
		to := &next[g.spots[i].cell>>place&0xff]
		sorted[*to] = g.spots[i]
		*to++
	}
	g.spots, g.spare = sorted, g.spots[:cap(g.spots)]
}

// Near calls visit for every point within r of at, until it returns false. No
// point is within a negative r.
func (g *Plane) Near(at sim.Vec, r sim.Fixed, visit func(id int32, p sim.Vec) bool) {
	if r < 0 {
		return
	}
	x, y, d := int64(at.X), int64(at.Y), int64(r)
	area := g.area(x-d, y-d, x+d, y+d)
	for i := g.next(0, area); i < len(g.spots); i = g.next(i+1, area) {
		p := g.spots[i].at
		if inCircle(int64(p.X)-x, int64(p.Y)-y, d) && !visit(g.spots[i].id, p) {
			return
		}
	}
}

// In calls visit for every point in r, its border included, until it returns
// false.
func (g *Plane) In(r Rect, visit func(id int32, p sim.Vec) bool) {
	area := g.area(int64(r.Min.X), int64(r.Min.Y), int64(r.Max.X), int64(r.Max.Y))
	for i := g.next(0, area); i < len(g.spots); i = g.next(i+1, area) {
		if p := g.spots[i].at; r.Contains(p) && !visit(g.spots[i].id, p) {
			return
		}
	}
}

// cellArea is the cells of some columns and rows, the last ones included.
type cellArea struct{ x0, y0, x1, y1 uint32 }

func (g *Plane) area(x0, y0, x1, y1 int64) cellArea {
	return cellArea{g.line(x0), g.line(y0), g.line(x1), g.line(y1)}
}

// next returns the first place from i on whose cell is in the area, or the number
// of spots.
func (g *Plane) next(i int, a cellArea) int {
	for i < len(g.spots) {
		x, y := uint32(g.spots[i].cell), uint32(g.spots[i].cell>>32)
		switch {
		case y < a.y0:
			i = g.find(i, a.y0, a.x0)
		case y > a.y1 || y == a.y1 && x > a.x1:
			return len(g.spots)
		case x < a.x0:
			i = g.find(i, y, a.x0)
		case x > a.x1:
			i = g.find(i, y+1, a.x0)
		default:
			return i
		}
	}
	return i
}

// find returns the first place from i on with a cell at or behind the one in a row
// and a column.
func (g *Plane) find(i int, row, column uint32) int {
	cell := uint64(row)<<32 | uint64(column)
	return i + sort.Search(len(g.spots)-i, func(k int) bool { return g.spots[i+k].cell >= cell })
}
