package arena

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
	b := newBins(sim.Vec{X: sim.Int(1000), Y: sim.Int(1000)}, rects)
	for range 5000 {
		p := sim.Vec{X: coord(), Y: coord()}
		near := b.near(p)
		if !slices.IsSorted(near) {
			t.Fatalf("not in order: %v", near)
		}
		for id, rect := range rects {
			if rect.Contains(p) && !slices.Contains(near, int32(id)) {
				t.Fatalf("%v is inside %v, which near does not name", p, rect)
			}
		}
	}
}
