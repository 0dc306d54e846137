package geo

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// pillar is a ground of 1024 units with one wall from 400 to 500 both ways.
func pillar() *Ground {
	return NewGround(units(1024, 1024), []Rect{box(400, 400, 500, 500)}, sim.Int(16), sim.Int(100))
}

func TestSlide(t *testing.T) {
	g := pillar()
	for _, row := range []struct {
		name            string
		from, move, end sim.Vec
	}{
		{"nothing in the way", units(200, 200), units(30, 20), units(230, 220)},
		{"up to the wall", units(350, 450), units(34, 0), units(384, 450)},
		{"and no farther", units(350, 450), units(35, 0), units(384, 450)},
		{"not through it", units(350, 450), units(100, 0), units(384, 450)},
		{"from the right", units(550, 450), units(-100, 0), units(516, 450)},
		{"from above", units(450, 350), units(0, 100), units(450, 384)},
		{"from below", units(450, 550), units(0, -100), units(450, 516)},
		{"slides along X", units(450, 384), units(20, 20), units(470, 384)},
		{"slides along Y", units(384, 450), units(20, 20), units(384, 470)},
		{"leaves it", units(384, 450), units(-20, 0), units(364, 450)},
		{"touches the corner and passes", units(350, 384), units(100, 0), units(450, 384)},
		{"grazes below the edge", units(350, 385), units(100, 0), units(384, 385)},
		{"left edge of the world", units(20, 200), units(-30, 5), units(16, 205)},
		{"corner of the world", units(1000, 1000), units(90, 90), units(1008, 1008)},
	} {
		if got := g.Slide(row.from, row.move); got != row.end {
			t.Errorf("%s: ends at %v, want %v", row.name, got, row.end)
		}
	}
}

func TestBlocked(t *testing.T) {
	g := pillar()
	for _, row := range []struct {
		x, y sim.Fixed
		want bool
	}{
		{sim.Int(384), sim.Int(450), false}, {sim.Int(384) + 1, sim.Int(450), true},
		{sim.Int(516), sim.Int(450), false}, {sim.Int(516) - 1, sim.Int(450), true},
		{sim.Int(16), sim.Int(16), false}, {sim.Int(16) - 1, sim.Int(16), true},
		{sim.Int(1008), sim.Int(1008), false}, {sim.Int(1008), sim.Int(1008) + 1, true},
		{lowest, sim.Int(450), true}, {sim.Int(450), highest, true},
	} {
		if got := g.Blocked(sim.Vec{X: row.x, Y: row.y}); got != row.want {
			t.Errorf("Blocked(%d/256, %d/256) = %v", row.x, row.y, got)
		}
	}
}

// TestSlideStepByStep plays a small world exhaustively: from every free place by
// every move, a slide ends where single steps along X and then along Y end.
func TestSlideStepByStep(t *testing.T) {
	r := random(t)
	for range 60 {
		const side, radius, reach = 24, 2, 5
		var walls []Rect
		for range r.IntN(5) {
			at := sim.Vec{X: sim.Fixed(r.IntN(side)), Y: sim.Fixed(r.IntN(side))}
			walls = append(walls, Rect{at, at.Add(sim.Vec{X: sim.Fixed(1 + r.IntN(8)), Y: sim.Fixed(1 + r.IntN(8))})})
		}
		g := NewGround(sim.Vec{X: side, Y: side}, walls, radius, reach)
		free := func(p sim.Vec) bool {
			body := Rect{p, p}.Grow(radius)
			if !(Rect{Max: sim.Vec{X: side, Y: side}}).Contains(body.Min) || !(Rect{Max: sim.Vec{X: side, Y: side}}).Contains(body.Max) {
				return false
			}
			for _, w := range walls {
				if w.Overlaps(body) {
					return false
				}
			}
			return true
		}
		walk := func(p, v sim.Vec) sim.Vec {
			for ; v.X != 0 && free(p.Add(sim.Vec{X: v.X / v.X.Abs()})); v.X -= v.X / v.X.Abs() {
				p.X += v.X / v.X.Abs()
			}
			for ; v.Y != 0 && free(p.Add(sim.Vec{Y: v.Y / v.Y.Abs()})); v.Y -= v.Y / v.Y.Abs() {
				p.Y += v.Y / v.Y.Abs()
			}
			return p
		}
		for i := range sim.Fixed(side * side) {
			p := sim.Vec{X: i % side, Y: i / side}
			if g.Blocked(p) == free(p) {
				t.Fatalf("%v: %v is blocked: %v", walls, p, g.Blocked(p))
			}
			for k := range sim.Fixed((2*reach + 1) * (2*reach + 1)) {
				v := sim.Vec{X: k%(2*reach+1) - reach, Y: k/(2*reach+1) - reach}
				if got := g.Slide(p, v); free(p) && got != walk(p, v) {
					t.Fatalf("%v: from %v by %v to %v, want %v", walls, p, v, got, walk(p, v))
				}
			}
		}
	}
}

// TestFreeAgainstAllWalls: what is far away does not matter, and nothing else is
// left out.
func TestFreeAgainstAllWalls(t *testing.T) {
	r := random(t)
	var walls []Rect
	for range 200 {
		at := units(r.Int32N(4000), r.Int32N(4000))
		walls = append(walls, Rect{at, at.Add(units(10+r.Int32N(200), 10+r.Int32N(200)))})
	}
	g := NewGround(units(4096, 4096), walls, sim.Int(16), sim.Int(40))
	stopped := 0
	for range 50_000 {
		p := sim.Vec{X: sim.Fixed(r.IntN(4096 * 256)), Y: sim.Fixed(r.IntN(4096 * 256))}
		d := sim.Vec{X: sim.Fixed(r.IntN(112*256+1)) - sim.Int(56), Y: sim.Fixed(r.IntN(112*256+1)) - sim.Int(56)}
		want := int64(Whole)
		for _, w := range walls {
			want = min(want, w.Meet(p, d))
		}
		if got := g.Free(p, d); got != want {
			t.Fatalf("from %v by %v: %d, want %d", p, d, got, want)
		}
		if want > 0 && want < Whole {
			stopped++
		}
	}
	if stopped < 500 {
		t.Errorf("only %d ways met a wall", stopped)
	}
}

// hall is a world with walls at random.
func hall(side int32, seed func(n int32) int32) (size sim.Vec, walls []Rect) {
	for range 60 {
		at := units(seed(side), seed(side))
		walls = append(walls, Rect{at, at.Add(units(side/64+seed(side/16), side/64+seed(side/16)))})
	}
	return units(side, side), walls
}

// TestBeam checks, to a quarter of a unit, that a beam is straight, crosses no
// wall, and ends early only where something is: in an ordinary world, and in one
// as large as can be.
func TestBeam(t *testing.T) {
	const slop = sim.One / 4
	r := random(t)
	for _, row := range []struct {
		side, reach, length int32
		beams               int
	}{{4096, 30, 1500, 5000}, {4096, 30, 6000, 2000}, {8_388_600, 100_000, 8_000_000, 300}} {
		size, walls := hall(row.side, r.Int32N)
		g := NewGround(size, walls, sim.Int(16), sim.Int(row.reach))
		stopped := 0
		for range row.beams {
			p := sim.Vec{X: sim.Fixed(r.Int32N(int32(size.X))), Y: sim.Fixed(r.Int32N(int32(size.Y)))}
			if g.Blocked(p) {
				continue
			}
			d := sim.Toward(sim.Angle(r.Uint32()), sim.Int(row.length))
			end := g.Beam(p, d)
			if _, on := Passes(p, d, end, slop); !on {
				t.Fatalf("from %v by %v: the beam ends aside at %v", p, d, end)
			}
			world := Rect{Max: size}
			if !world.Grow(slop).Contains(end) {
				t.Fatalf("from %v by %v: the beam leaves the world at %v", p, d, end)
			}
			atWall := !world.Grow(-slop).Contains(end)
			for _, w := range walls {
				if w.Grow(-slop).Meet(p, end.Sub(p)) < Whole {
					t.Fatalf("from %v by %v: the beam crosses %v on its way to %v", p, d, w, end)
				}
				atWall = atWall || w.Grow(slop).Contains(end)
			}
			// The end may lie beyond the plane, where the sum wraps.
			full := int64(p.X)+int64(d.X) == int64(end.X) && int64(p.Y)+int64(d.Y) == int64(end.Y)
			if !full && !atWall {
				t.Fatalf("from %v by %v: the beam ends in free space at %v", p, d, end)
			}
			if !full {
				stopped++
			}
		}
		if stopped < row.beams/10 {
			t.Errorf("only %d of %d beams met anything", stopped, row.beams)
		}
	}
}

// TestGroundOfNothing: lengths below zero count as 0, and a world without room
// blocks all.
func TestGroundOfNothing(t *testing.T) {
	g := NewGround(sim.Vec{X: -5, Y: lowest}, []Rect{box(0, 0, 1, 1)}, -1, lowest)
	if !g.Blocked(sim.Vec{}) {
		t.Error("a world of no size has room")
	}
	small := NewGround(units(10, 10), nil, 0, 0)
	if got := small.Beam(units(5, 5), units(1, 1)); got != units(6, 6) {
		t.Errorf("without a reach, a beam ends at %v", got)
	}
	if got := small.Slide(units(5, 5), sim.Vec{X: highest, Y: lowest}); got != units(10, 0) {
		t.Errorf("the largest step ends at %v", got)
	}
}
