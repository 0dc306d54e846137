package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestShadeMarksAllAround(t *testing.T) {
	r := random(t)
	size := sim.Vec{X: sim.Int(1500), Y: sim.Int(1100)}
	s := newShade(size)
	if s.marked(sim.Vec{X: sim.Int(700), Y: sim.Int(700)}) {
		t.Error("marked from the start")
	}
	for range 3000 {
		p := sim.Vec{X: sim.Fixed(r.IntN(int(size.X))), Y: sim.Fixed(r.IntN(int(size.Y)))}
		d := sim.Fixed(r.IntN(60 * 256))
		s.clear()
		s.mark(p, d)
		q := p.Add(sim.Vec{X: sim.Fixed(r.IntN(int(2*d)+1)) - d, Y: sim.Fixed(r.IntN(int(2*d)+1)) - d})
		if !s.marked(q) {
			t.Fatalf("%v is within %v of %v and not marked", q, d, p)
		}
		far := sim.Vec{X: p.X + d + sim.Int(128), Y: p.Y}
		if far.X < size.X && s.marked(far) {
			t.Fatalf("%v is far from %v and marked", far, p)
		}
	}
}
