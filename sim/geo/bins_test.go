package geo

import (
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestBinsFindEveryRectangleAroundAPoint(t *testing.T) {
	r := random(t)
	coord := func() sim.Fixed { return sim.Fixed(r.IntN(1000 * 256)) }
	var rects []Rect
	for range 60 {
		at := sim.Vec{X: coord(), Y: coord()}
		rects = append(rects, Rect{at, at.Add(sim.Vec{X: coord() / 4, Y: coord() / 4})})
	}
	for range 60 {
		rects = append(rects, rect(r))
	}
	for _, shift := range []uint{0, 12, 15, 40} {
		b := NewBins(units(1000, 1000), shift, rects)
		for i := range 2000 {
			p := sim.Vec{X: coord(), Y: coord()}
			if i%4 == 0 {
				p = point(r)
			}
			near := b.Near(p)
			if !slices.IsSorted(near) {
				t.Fatalf("not in order: %v", near)
			}
			for id, rect := range rects {
				if rect.Contains(p) && !slices.Contains(near, int32(id)) {
					t.Fatalf("shift %d: %v is inside %v, which Near does not name", shift, p, rect)
				}
			}
		}
	}
}

func TestBinsNameLittleElse(t *testing.T) {
	b := NewBins(units(1000, 1000), 15, []Rect{box(0, 0, 127, 127), box(500, 500, 600, 600)})
	for _, row := range []struct {
		p    sim.Vec
		want []int32
	}{{units(10, 10), []int32{0}}, {units(200, 10), nil}, {units(550, 550), []int32{1}}, {units(-9, -9), []int32{0}}} {
		if got := b.Near(row.p); !slices.Equal(got, row.want) {
			t.Errorf("near %v: %v, want %v", row.p, got, row.want)
		}
	}
}

func TestSquaresAreBounded(t *testing.T) {
	for _, size := range []sim.Vec{{X: highest, Y: highest}, {X: highest, Y: 1}, units(5000, 5000), {X: lowest, Y: -1}, {}} {
		for _, shift := range []uint{0, 8, 31, 63} {
			s := newSquares(size, shift)
			if s.count() < 1 || s.count() > maxSquares {
				t.Fatalf("%v by 2^%d: %d squares", size, shift, s.count())
			}
			for _, p := range []sim.Vec{{}, size, {X: lowest, Y: highest}, {X: highest, Y: lowest}} {
				if i := s.of(p); i < 0 || i >= s.count() {
					t.Fatalf("%v by 2^%d: %v is in square %d of %d", size, shift, p, i, s.count())
				}
			}
		}
	}
}
