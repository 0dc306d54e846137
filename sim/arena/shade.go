package arena

import "github.com/metronome-server/metronome/sim"

// shade marks where on the map ships are, coarsely, so that most projectiles
// learn with one look that there is nothing to hit. Filled anew in each step.
type shade struct {
	cols, rows int32
	bits       []uint64
}

// shadeShift is log2 of a square's side in 1/256: 128 units.
const shadeShift = 15

func newShade(size sim.Vec) *shade {
	s := &shade{cols: int32(size.X>>shadeShift) + 1, rows: int32(size.Y>>shadeShift) + 1}
	s.bits = make([]uint64, (s.cols*s.rows+63)/64)
	return s
}

func (s *shade) clear() { clear(s.bits) }

// mark marks every square that a point within r of p, along both axes, can be in.
func (s *shade) mark(p sim.Vec, r sim.Fixed) {
	x0, x1 := s.column(p.X-r), s.column(p.X+r)
	for y := s.row(p.Y - r); y <= s.row(p.Y+r); y++ {
		for i := y*s.cols + x0; i <= y*s.cols+x1; i++ {
			s.bits[i/64] |= 1 << (i % 64)
		}
	}
}

// marked reports whether the square of p is marked.
func (s *shade) marked(p sim.Vec) bool {
	i := s.row(p.Y)*s.cols + s.column(p.X)
	return s.bits[i/64]>>(i%64)&1 != 0
}

func (s *shade) column(x sim.Fixed) int32 { return min(max(int32(x>>shadeShift), 0), s.cols-1) }
func (s *shade) row(y sim.Fixed) int32    { return min(max(int32(y>>shadeShift), 0), s.rows-1) }
