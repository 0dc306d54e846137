package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestMeet(t *testing.T) {
	wall := box(400, 400, 500, 500)
	at := func(x, y int) sim.Vec { return sim.Vec{X: unit(x), Y: unit(y)} }
	for _, row := range []struct {
		name string
		p, d sim.Vec
		want int64
	}{
		{"half way", at(300, 450), at(200, 0), whole / 2},
		{"back", at(600, 450), at(-200, 0), whole / 2},
		{"down", at(450, 300), at(0, 200), whole / 2},
		{"diagonal", at(300, 300), at(400, 400), whole / 4},
		{"too short", at(300, 450), at(99, 0), whole},
		{"just reaches it", at(300, 450), at(100, 0), whole},
		{"away from it", at(300, 450), at(-200, 0), whole},
		{"beside it", at(300, 399), at(200, 0), whole},
		{"along its side", at(300, 400), at(200, 0), whole},
		{"past the corner", at(350, 449), at(100, -100), whole},
		{"touches the corner", at(350, 450), at(100, -100), whole},
		{"cuts the corner", at(350, 455), at(100, -100), whole / 2},
		{"inside", at(450, 450), at(200, 0), 0},
		{"no way at all", at(300, 450), at(0, 0), whole},
	} {
		if got := wall.meet(row.p, row.d); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
	}
}

// TestBeam checks, to a quarter of a unit, that a beam is straight, crosses no
// wall, and ends early only where something is.
func TestBeam(t *testing.T) {
	const slop = sim.One / 4
	r := random(t)
	l := halls()
	g := newGround(l, sim.Int(16), sim.Int(30))
	stopped := 0
	for range 5000 {
		p := sim.Vec{X: sim.Fixed(r.IntN(int(l.Size.X))), Y: sim.Fixed(r.IntN(int(l.Size.Y)))}
		if g.blocked(p) {
			continue
		}
		d := sim.Toward(sim.Angle(r.Uint32()), sim.Int(1500))
		end := g.beam(p, d)
		if _, on := passes(p, d, end, slop); !on {
			t.Fatalf("from %v by %v: the beam ends aside at %v", p, d, end)
		}
		if !(Rect{Max: l.Size}).Grow(slop).Contains(end) {
			t.Fatalf("from %v by %v: the beam leaves the world at %v", p, d, end)
		}
		atWall := !(Rect{Max: l.Size}).Grow(-slop).Contains(end)
		for _, w := range l.Walls {
			inner := w.Grow(-slop)
			if inner.meet(p, end.Sub(p)) < whole {
				t.Fatalf("from %v by %v: the beam crosses %v on its way to %v", p, d, w, end)
			}
			atWall = atWall || w.Grow(slop).Contains(end)
		}
		if early := !end.Sub(p.Add(d)).Within(slop); early && !atWall {
			t.Fatalf("from %v by %v: the beam ends in free space at %v", p, d, end)
		} else if early {
			stopped++
		}
	}
	if stopped < 1000 {
		t.Errorf("only %d of 5000 beams met anything", stopped)
	}
}

func TestPasses(t *testing.T) {
	at := func(x, y int) sim.Vec { return sim.Vec{X: unit(x), Y: unit(y)} }
	for _, row := range []struct {
		name string
		c    sim.Vec
		want bool
	}{
		{"on the way", at(150, 100), true},
		{"at the radius", at(150, 120), true},
		{"beyond the radius", sim.Vec{X: sim.Int(150), Y: sim.Int(120) + 1}, false},
		{"behind the start", at(80, 100), true},
		{"too far behind", at(79, 100), false},
		{"past the end", at(220, 100), true},
		{"too far past the end", at(221, 100), false},
	} {
		if _, got := passes(at(100, 100), at(100, 0), row.c, sim.Int(20)); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
	if _, ok := passes(at(100, 100), sim.Vec{}, at(110, 100), sim.Int(20)); !ok {
		t.Error("a way of no length misses what it stands in")
	}
}
