package geo

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestMarksMarkAllAround(t *testing.T) {
	r := random(t)
	size := units(1500, 1100)
	m := NewMarks(size, 15)
	if m.Marked(units(700, 700)) {
		t.Error("marked from the start")
	}
	for range 3000 {
		p := sim.Vec{X: sim.Fixed(r.IntN(int(size.X))), Y: sim.Fixed(r.IntN(int(size.Y)))}
		d := sim.Fixed(r.IntN(60 * 256))
		m.Clear()
		m.Mark(p, d)
		q := p.Add(sim.Vec{X: sim.Fixed(r.IntN(int(2*d)+1)) - d, Y: sim.Fixed(r.IntN(int(2*d)+1)) - d})
		if !m.Marked(q) {
			t.Fatalf("%v is within %v of %v and not marked", q, d, p)
		}
		far := sim.Vec{X: p.X + d + sim.Int(128), Y: p.Y}
		if far.X < size.X && m.Marked(far) {
			t.Fatalf("%v is far from %v and marked", far, p)
		}
	}
}

func TestMarksAtTheEnds(t *testing.T) {
	m := NewMarks(units(1000, 1000), 15)
	m.Mark(units(500, 500), -1)
	if m.Marked(units(500, 500)) {
		t.Error("less than nothing is marked")
	}
	m.Mark(sim.Vec{X: highest, Y: lowest}, highest)
	for _, row := range []struct {
		p    sim.Vec
		want bool
	}{{units(999, 0), true}, {units(0, 0), true}, {units(0, 127), true}, {units(999, 128), false}} {
		if m.Marked(row.p) != row.want {
			t.Errorf("%v is marked: %v", row.p, !row.want)
		}
	}
	m.Clear()
	if m.Mark(units(-50, 2000), 0); !m.Marked(units(0, 999)) || m.Marked(units(200, 999)) {
		t.Error("what is outside does not count to the nearest square alone")
	}
}
