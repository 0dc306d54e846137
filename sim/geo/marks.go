package geo

import "github.com/metronome-server/metronome/sim"

// Marks notes in which squares of a world something is, so that most of those who
// ask learn with one look that there is nothing. Fill it anew in each step.
type Marks struct {
	squares
	bits []uint64
}

// NewMarks makes squares of side 2^shift/256 units from 0, 0 to size, a bit each.
// Points outside count to the nearest square. Where there would be more than
// 1,048,576 squares, they are larger.
func NewMarks(size sim.Vec, shift uint) *Marks {
	m := &Marks{squares: newSquares(size, shift)}
	m.bits = make([]uint64, (m.count()+63)/64)
	return m
}

// Clear takes all marks away.
func (m *Marks) Clear() { clear(m.bits) }

// Mark marks every square that a point within r of p, along both axes, can be in;
// none for a negative r.
func (m *Marks) Mark(p sim.Vec, r sim.Fixed) {
	if r < 0 {
		return
	}
	px, py, d := int64(p.X), int64(p.Y), int64(r)
	x0, x1 := m.column(px-d), m.column(px+d)
	for y := m.row(py - d); y <= m.row(py+d); y++ {
		for i := y*m.columns + x0; i <= y*m.columns+x1; i++ {
			m.bits[i/64] |= 1 << (i % 64)
		}
	}
}

// Marked reports whether the square of p is marked.
func (m *Marks) Marked(p sim.Vec) bool {
	i := m.of(p)
	return m.bits[i/64]>>(i%64)&1 != 0
}
