package arena

import "github.com/metronome-server/metronome/sim"

// bins answers which things of the ground are near a point: one lookup, and
// for most of the ground the answer is none. It never changes after build.
type bins struct {
	cols, rows int32
	start      []int32
	ids        []int32
}

// binShift is log2 of a bin's side in 1/256: 128 units.
const binShift = 15

// newBins sorts rectangles into bins. Afterwards near(p) names, in order, at
// least every rectangle that p is inside of.
func newBins(size sim.Vec, rects []Rect) *bins {
	b := &bins{cols: int32(size.X>>binShift) + 1, rows: int32(size.Y>>binShift) + 1}
	b.start = make([]int32, b.cols*b.rows+1)
	for _, r := range rects {
		b.each(r, func(bin int32) { b.start[bin+1]++ })
	}
	for i := 1; i < len(b.start); i++ {
		b.start[i] += b.start[i-1]
	}
	b.ids = make([]int32, b.start[len(b.start)-1])
	fill := make([]int32, len(b.start))
	copy(fill, b.start)
	for id, r := range rects {
		b.each(r, func(bin int32) {
			b.ids[fill[bin]] = int32(id)
			fill[bin]++
		})
	}
	return b
}

func (b *bins) each(r Rect, visit func(bin int32)) {
	for y := b.row(r.Min.Y); y <= b.row(r.Max.Y); y++ {
		for x := b.column(r.Min.X); x <= b.column(r.Max.X); x++ {
			visit(y*b.cols + x)
		}
	}
}

func (b *bins) column(x sim.Fixed) int32 { return min(max(int32(x>>binShift), 0), b.cols-1) }
func (b *bins) row(y sim.Fixed) int32    { return min(max(int32(y>>binShift), 0), b.rows-1) }

func (b *bins) near(p sim.Vec) []int32 {
	bin := b.row(p.Y)*b.cols + b.column(p.X)
	return b.ids[b.start[bin]:b.start[bin+1]]
}
