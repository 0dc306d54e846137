package geo

import "github.com/metronome-server/metronome/sim"

// Cells splits a map into squares, each a group: 1 and up, row by row. The zero
// value has none, and everything is in group 0.
//
// Who moves along an edge would be in another cell all the time, and who sees by
// cells be sent keyframes all the time: so Stay and See let go later than they
// take hold.
type Cells struct{ squares }

// NewCells covers a map from 0, 0 to size with cells of side 2^shift/256 units
// (shift 18 is 1,024 units). Points outside count to the nearest cell. Where there
// would be more than 1,048,576 cells, they are larger.
func NewCells(size sim.Vec, shift uint) Cells {
	// A map that ends with a cell's side needs no cell behind it.
	return Cells{newSquares(sim.Vec{X: max(size.X, 1) - 1, Y: max(size.Y, 1) - 1}, shift)}
}

// Columns returns how many columns of cells there are.
func (c *Cells) Columns() int32 { return c.columns }

// Rows returns how many rows of cells there are.
func (c *Cells) Rows() int32 { return c.rows }

// Of returns the group of a point.
func (c *Cells) Of(p sim.Vec) sim.Group {
	if c.columns == 0 {
		return 0
	}
	return c.Group(c.At(p))
}

// At returns the column and the row of a point's cell, from 0. There must be
// cells.
func (c *Cells) At(p sim.Vec) (column, row int32) {
	return c.column(int64(p.X)), c.row(int64(p.Y))
}

// Group returns the group of the cell in a column and a row that there are.
func (c *Cells) Group(column, row int32) sim.Group { return sim.Group(1 + column + row*c.columns) }

// Place is the inverse of Group.
func (c *Cells) Place(group sim.Group) (column, row int32) {
	return int32(group-1) % c.columns, int32(group-1) / c.columns
}

// Stay returns the group of what is at p and was in another or the same group:
// that one, as long as p is at most letGo outside of its cell along each axis.
func (c *Cells) Stay(was sim.Group, p sim.Vec, letGo sim.Fixed) sim.Group {
	if was < 1 || int64(was) > int64(c.count()) {
		return c.Of(p)
	}
	column, row := c.Place(was)
	x0, y0, x1, y1 := c.around(p, letGo)
	if x0 <= column && column <= x1 && y0 <= row && row <= y1 {
		return was
	}
	return c.Of(p)
}

// See has a view see the cell of a group and the up to eight around it. There must
// be cells.
func (c *Cells) See(view *sim.View, home sim.Group) {
	x, y := c.Place(home)
	c.see(view, home, x, y, x, y)
}

// SeeFrom is See for who is at p, in the cell home, and has hysteresis: of what
// the view saw before it still sees what would be around it if p were letGo nearer
// along each axis.
func (c *Cells) SeeFrom(view *sim.View, home sim.Group, p sim.Vec, letGo sim.Fixed) {
	x0, y0, x1, y1 := c.around(p, letGo)
	c.see(view, home, x0, y0, x1, y1)
}

// around returns the columns and rows in which the cells are that are within d of
// p along each axis.
func (c *Cells) around(p sim.Vec, d sim.Fixed) (x0, y0, x1, y1 int32) {
	x, y, r := int64(p.X), int64(p.Y), max(int64(d), 0)
	return c.column(x - r), c.row(y - r), c.column(x + r), c.row(y + r)
}

// see has a view see what is around home, and of what is around the cells from x0,
// y0 to x1, y1 what it saw before.
func (c *Cells) see(view *sim.View, home sim.Group, x0, y0, x1, y1 int32) {
	homeX, homeY := c.Place(home)
	x0, y0, x1, y1 = min(x0, homeX), min(y0, homeY), max(x1, homeX), max(y1, homeY)
	for y := max(y0-1, 0); y <= min(y1+1, c.rows-1); y++ {
		for x := max(x0-1, 0); x <= min(x1+1, c.columns-1); x++ {
			g := c.Group(x, y)
			if beside(x, homeX) && beside(y, homeY) || view.Saw(g) {
				view.See(g)
			}
		}
	}
}

func beside(a, b int32) bool { return a-b <= 1 && b-a <= 1 }
