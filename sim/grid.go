package sim

// Grid finds what is near a point. It holds no state of the match: fill it
// anew in each step. What it finds comes in the order of cells and, within a
// cell, in the order it was put in, so that results do not depend on history.
type Grid struct {
	shift      uint
	cols, rows int32
	at         []Vec
	id         []int32
	cell       []int32
	start      []int32 // by cell, into order; one more than cells
	order      []int32 // indices into at and id
}

// maxCells bounds what a grid takes, as 32-bit numbers of cells and the memory
// of a room would not: 4 MB.
const maxCells = 1 << 20

// NewGrid covers 0 to width and 0 to height with square cells of side
// 2^shift/256 units (shift 16 is 256 units). Points outside count to the
// nearest cell. A grid takes 4 bytes a cell: choose cells about as large as
// the radius that is asked for. Where there would be more than 1,048,576, cells
// are larger.
func NewGrid(width, height Fixed, shift uint) *Grid {
	for shift < 31 && (int64(max(width, 0)>>shift)+1)*(int64(max(height, 0)>>shift)+1) > maxCells {
		shift++
	}
	g := &Grid{shift: shift, cols: int32(max(width, 0)>>shift) + 1, rows: int32(max(height, 0)>>shift) + 1}
	g.start = make([]int32, g.cols*g.rows+1)
	return g
}

// Cells returns how many cells there are.
func (g *Grid) Cells() int { return int(g.cols * g.rows) }

// Cell returns the number of the cell of a point: 0 to Cells()-1, row by row.
func (g *Grid) Cell(at Vec) int32 { return g.column(int64(at.X)) + g.row(int64(at.Y))*g.cols }

// The arguments have 64 bits because a point plus a radius may need 33.
func (g *Grid) column(x int64) int32 { return int32(min(max(x>>g.shift, 0), int64(g.cols-1))) }
func (g *Grid) row(y int64) int32    { return int32(min(max(y>>g.shift, 0), int64(g.rows-1))) }

// Reset empties the grid.
func (g *Grid) Reset() {
	g.at, g.id, g.cell = g.at[:0], g.id[:0], g.cell[:0]
	clear(g.start)
}

// Put adds a point under a number of the caller's, like its place in a list of
// rows; a Ref does not fit. Call Build before asking.
func (g *Grid) Put(id int32, at Vec) {
	g.at, g.id, g.cell = append(g.at, at), append(g.id, id), append(g.cell, g.Cell(at))
}

// Build sorts what was put in by cell.
func (g *Grid) Build() {
	clear(g.start)
	for _, c := range g.cell {
		g.start[c+1]++
	}
	for c := 1; c < len(g.start); c++ {
		g.start[c] += g.start[c-1]
	}
	if cap(g.order) < len(g.cell) {
		g.order = make([]int32, len(g.cell), 2*len(g.cell))
	}
	g.order = g.order[:len(g.cell)]
	// Backwards, so that within a cell the order stays that of Put.
	for i := len(g.cell) - 1; i >= 0; i-- {
		c := g.cell[i] + 1
		g.start[c]--
		g.order[g.start[c]] = int32(i)
	}
	// Each start[c+1] has moved down to the start of cell c: shift them back.
	copy(g.start, g.start[1:])
	g.start[len(g.start)-1] = int32(len(g.cell))
}

// Near calls visit for every point within r of at, until it returns false. No
// point is within a negative r.
func (g *Grid) Near(at Vec, r Fixed, visit func(id int32, p Vec) bool) {
	if r < 0 {
		return
	}
	x0, x1 := g.column(int64(at.X)-int64(r)), g.column(int64(at.X)+int64(r))
	y0, y1 := g.row(int64(at.Y)-int64(r)), g.row(int64(at.Y)+int64(r))
	for y := y0; y <= y1; y++ {
		from, to := g.start[y*g.cols+x0], g.start[y*g.cols+x1+1]
		for _, i := range g.order[from:to] {
			if near(g.at[i], at, int64(r)) && !visit(g.id[i], g.at[i]) {
				return
			}
		}
	}
}

// near is Sub and Within, but right for points of any distance: dx and dy are
// compared before their squares could overflow, each from both sides at once. r is
// not negative.
func near(p, q Vec, r int64) bool {
	dx, dy := int64(p.X)-int64(q.X), int64(p.Y)-int64(q.Y)
	return uint64(dx+r) <= uint64(2*r) && uint64(dy+r) <= uint64(2*r) && dx*dx+dy*dy <= r*r
}

// Block calls visit for the cell of a point and the up to 8 around it.
func (g *Grid) Block(at Vec, visit func(cell int32)) {
	cx, cy := g.column(int64(at.X)), g.row(int64(at.Y))
	for y := max(cy-1, 0); y <= min(cy+1, g.rows-1); y++ {
		for x := max(cx-1, 0); x <= min(cx+1, g.cols-1); x++ {
			visit(y*g.cols + x)
		}
	}
}
