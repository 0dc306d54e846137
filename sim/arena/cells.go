package arena

import "github.com/metronome-server/metronome/sim"

// cells splits a map into squares, each a group: 1 and up, row by row. The
// zero value has none, and everything is in group 0.
type cells struct{ columns, rows int32 }

func newCells(c *Config) cells {
	if !c.Cells {
		return cells{}
	}
	s := c.Layout.Size
	return cells{int32((s.X-1)>>cellShift) + 1, int32((s.Y-1)>>cellShift) + 1}
}

// of returns the group of a point.
func (c cells) of(p sim.Vec) uint16 {
	if c.columns == 0 {
		return 0
	}
	x, y := c.at(p)
	return c.group(x, y)
}

// at returns the column and row of a point; those outside count to the edge.
func (c cells) at(p sim.Vec) (x, y int32) {
	return min(max(int32(p.X>>cellShift), 0), c.columns-1), min(max(int32(p.Y>>cellShift), 0), c.rows-1)
}

func (c cells) group(x, y int32) uint16 { return uint16(1 + x + y*c.columns) }

// place is the inverse of group.
func (c cells) place(group uint16) (x, y int32) {
	return int32(group-1) % c.columns, int32(group-1) / c.columns
}
