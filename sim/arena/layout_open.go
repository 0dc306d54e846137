package arena

import (
	"github.com/metronome-server/metronome/sim"
)

// CellSide is the side of a map cell in units, where Config.Cells is set.
const CellSide = 1024

const (
	cellShift = 18 // log2 of CellSide in 1/256
	maxCells  = 44 // cells per side; 44 x 44 is enough for sim.MaxSeats at 50 in view
	maxSide   = sim.Fixed(maxCells << cellShift)
	maxSeats  = sim.MaxSeats
)

// inView is how many ships a seat of the open mode sees when the room is full.
const inView = 50

// plain is the ground of the open mode for a number of seats: so many cells
// that the cell of a ship and the eight around it hold inView ships.
func plain(seats int) Layout {
	n := cellsFor(seats)
	l := Layout{Size: box(0, 0, n*CellSide, n*CellSide).Max}
	for y := range n {
		for x := range n {
			l.furnish(x, y)
		}
	}
	return l
}

// cellsFor returns how many cells a side a world has for so many players.
func cellsFor(players int) int {
	n := 4 // a smaller world is no larger than a view
	for int64(n)*int64(n)*inView < 9*int64(players) {
		n++
	}
	return n
}

// furnish puts one of the patterns and a pickup into a cell.
func (l *Layout) furnish(x, y int) {
	pick := uint32(x)*73856093 ^ uint32(y)*19349663
	pattern := patterns[pick>>4%uint32(len(patterns))]
	for _, w := range pattern {
		at := sim.Vec{X: unit(x * CellSide), Y: unit(y * CellSide)}
		l.Walls = append(l.Walls, Rect{Min: w.Min.Add(at), Max: w.Max.Add(at)})
	}
	kind := uint8(1 + pick>>9%pickupKinds)
	l.Spots = append(l.Spots, Spot{sim.Vec{X: unit(x*CellSide + 512), Y: unit(y*CellSide + 512)}, kind})
}

// patterns are the walls of one cell. The middle is free for the pickup.
var patterns = [][]Rect{
	{box(192, 192, 256, 448), box(768, 576, 832, 832)},
	{box(192, 192, 448, 256), box(576, 768, 832, 832)},
	{box(256, 256, 384, 384), box(640, 640, 768, 768), box(640, 256, 768, 384)},
	{box(320, 320, 384, 704), box(384, 320, 576, 384)},
	{box(640, 320, 704, 704), box(448, 640, 640, 704)},
	{box(128, 640, 384, 704), box(672, 128, 736, 384)},
}
