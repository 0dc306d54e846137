package geo

import "github.com/metronome-server/metronome/sim"

// Bins answers which of many rectangles are near a point: one lookup, and for
// most of a world the answer is none. It never changes after NewBins, so that the
// rules may keep it. For what moves there is [Plane].
type Bins struct {
	squares
	start []int32 // by square, into ids; one more than squares
	ids   []int32
}

// NewBins sorts rectangles by squares of side 2^shift/256 units, from 0, 0 to
// size. Afterwards Near(p) names at least every rectangle that p is in, its
// border included, also where p is outside of the world. Grow the rectangles by
// how far away they are to be found. It takes 4 bytes a square and 4 for each
// square that a rectangle touches; where there would be more than 1,048,576
// squares, they are larger.
func NewBins(size sim.Vec, shift uint, rects []Rect) *Bins {
	b := &Bins{squares: newSquares(size, shift)}
	b.start = make([]int32, b.count()+1)
	for _, r := range rects {
		b.each(r, func(square int32) { b.start[square+1]++ })
	}
	for i := 1; i < len(b.start); i++ {
		b.start[i] += b.start[i-1]
	}
	b.ids = make([]int32, b.start[len(b.start)-1])
	fill := make([]int32, len(b.start))
	copy(fill, b.start)
	for id, r := range rects {
		b.each(r, func(square int32) {
			b.ids[fill[square]] = int32(id)
			fill[square]++
		})
	}
	return b
}

func (b *Bins) each(r Rect, visit func(square int32)) {
	for y := b.row(int64(r.Min.Y)); y <= b.row(int64(r.Max.Y)); y++ {
		for x := b.column(int64(r.Min.X)); x <= b.column(int64(r.Max.X)); x++ {
			visit(y*b.columns + x)
		}
	}
}

// Near returns the places, in what NewBins was given and ascending, of the
// rectangles that may be at p. The caller must not change them.
func (b *Bins) Near(p sim.Vec) []int32 {
	square := b.of(p)
	return b.ids[b.start[square]:b.start[square+1]]
}

// squares splits a world from 0, 0 to its size into squares, row by row. Points
// outside count to the nearest one.
type squares struct {
	shift         uint
	columns, rows int32
	lastX, lastY  int64 // the last column and row
}

// maxSquares bounds the memory of a world, and keeps numbers of squares within
// 32 bits.
const maxSquares = 1 << 20

func newSquares(size sim.Vec, shift uint) squares {
	x, y := max(int64(size.X), 0), max(int64(size.Y), 0)
	shift = min(shift, 31) // all of the plane
	for shift < 31 && (x>>shift+1)*(y>>shift+1) > maxSquares {
		shift++
	}
	return squares{shift, int32(x>>shift) + 1, int32(y>>shift) + 1, x >> shift, y >> shift}
}

func (s *squares) count() int32 { return s.columns * s.rows }

// column and row take 64 bits because a point and a distance may need 33. The mask
// changes nothing, and tells the compiler that no shift is too far.
func (s *squares) column(x int64) int32 {
	return int32(min(max(x>>(s.shift&63), 0), s.lastX))
}

func (s *squares) row(y int64) int32 {
	return int32(min(max(y>>(s.shift&63), 0), s.lastY))
}

// of returns the number of the square of a point.
func (s *squares) of(p sim.Vec) int32 {
	return s.row(int64(p.Y))*s.columns + s.column(int64(p.X))
}
