package geo

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestRectMeet(t *testing.T) {
	wall := box(400, 400, 500, 500)
	for _, row := range []struct {
		name string
		p, d sim.Vec
		want int64
	}{
		{"half way", units(300, 450), units(200, 0), Whole / 2},
		{"back", units(600, 450), units(-200, 0), Whole / 2},
		{"down", units(450, 300), units(0, 200), Whole / 2},
		{"diagonal", units(300, 300), units(400, 400), Whole / 4},
		{"too short", units(300, 450), units(99, 0), Whole},
		{"just reaches it", units(300, 450), units(100, 0), Whole},
		{"away from it", units(300, 450), units(-200, 0), Whole},
		{"beside it", units(300, 399), units(200, 0), Whole},
		{"along its side", units(300, 400), units(200, 0), Whole},
		{"past the corner", units(350, 449), units(100, -100), Whole},
		{"touches the corner", units(350, 450), units(100, -100), Whole},
		{"cuts the corner", units(350, 455), units(100, -100), Whole / 2},
		{"inside", units(450, 450), units(200, 0), 0},
		{"no way at all", units(300, 450), units(0, 0), Whole},
		{"no way, inside", units(450, 450), units(0, 0), 0},
	} {
		if got := wall.Meet(row.p, row.d); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
	}
}

// outside returns by how much a point of a way, in 1/65536, is outside of the open
// interval from lo to hi; 0 and less: it is inside or at its end.
func outside(p, d, lo, hi, part int64) int64 {
	at := p<<16 + d*part
	return max(lo<<16-at, at-hi<<16)
}

// TestRectMeetAtAnySize: up to the part that it says a way is not inside, and one
// part later it is, or the way leaves within that part.
func TestRectMeetAtAnySize(t *testing.T) {
	r := random(t)
	hits := 0
	for range 200_000 {
		p, d, wall := point(r), point(r), rect(r)
		part := wall.Meet(p, d)
		in := func(part int64) bool {
			return outside(int64(p.X), int64(d.X), int64(wall.Min.X), int64(wall.Max.X), part) < 0 &&
				outside(int64(p.Y), int64(d.Y), int64(wall.Min.Y), int64(wall.Max.Y), part) < 0
		}
		if part < 0 || part > Whole {
			t.Fatalf("from %v by %v into %v: %d", p, d, wall, part)
		}
		if part > 0 && part < Whole && in(part) && in(part-1) {
			t.Fatalf("from %v by %v into %v: inside before %d", p, d, wall, part)
		}
		for range 8 {
			k := r.Int64N(Whole + 1)
			if k < part && in(k) && (in(k+1) || k > 0 && in(k-1)) {
				t.Fatalf("from %v by %v into %v: says %d, but is inside at %d", p, d, wall, part, k)
			}
		}
		if part < Whole {
			hits++
		}
	}
	if hits < 1000 {
		t.Errorf("only %d hits", hits)
	}
}

func TestRectSets(t *testing.T) {
	a := box(10, 20, 30, 40)
	for _, row := range []struct {
		b    Rect
		want bool
	}{
		{a, true}, {box(29, 39, 90, 90), true}, {box(30, 20, 90, 40), false}, {box(10, 40, 30, 50), false}, {box(0, 0, 90, 90), true},
		{box(0, 0, 10, 90), false}, {box(12, 0, 13, 90), true}, {Rect{units(15, 25), units(15, 25)}, true},
	} {
		if a.Overlaps(row.b) != row.want || row.b.Overlaps(a) != row.want {
			t.Errorf("%v and %v: %v, want %v", a, row.b, a.Overlaps(row.b), row.want)
		}
	}
	for _, row := range []struct{ p, want sim.Vec }{
		{units(0, 0), units(10, 20)}, {units(20, 90), units(20, 40)}, {units(11, 21), units(11, 21)},
		{sim.Vec{X: highest, Y: lowest}, units(30, 20)},
	} {
		if got := a.Nearest(row.p); got != row.want || a.Contains(row.p) != (row.p == row.want) {
			t.Errorf("nearest to %v: %v, want %v", row.p, got, row.want)
		}
	}
	if got := a.Grow(sim.Int(5)); got != box(5, 15, 35, 45) || got.Grow(sim.Int(-5)) != a {
		t.Errorf("grown by 5: %v", got)
	}
	all := Rect{sim.Vec{X: lowest, Y: lowest}, sim.Vec{X: highest, Y: highest}}
	if got := box(-1, -1, 1, 1).Grow(highest); got != all {
		t.Errorf("grown by all there is: %v", got)
	}
	if all.Grow(highest) != all {
		t.Errorf("the plane grown: %v", all.Grow(highest))
	}
}

// TestMeetBodyAgainstBruteForce: in a small world, a round body never overlaps a
// rectangle before the part, and does so within a little behind it.
func TestMeetBodyAgainstBruteForce(t *testing.T) {
	r := random(t)
	corners, sides := 0, 0
	for range 20_000 {
		wall := Rect{sim.Vec{X: 40, Y: 40}, sim.Vec{X: sim.Fixed(40 + r.IntN(30)), Y: sim.Fixed(40 + r.IntN(30))}}
		p := sim.Vec{X: sim.Fixed(r.IntN(110)), Y: sim.Fixed(r.IntN(110))}
		d := sim.Vec{X: sim.Fixed(r.IntN(201) - 100), Y: sim.Fixed(r.IntN(201) - 100)}
		radius := sim.Fixed(1 + r.IntN(20))
		part := wall.MeetBody(p, d, radius)
		overlaps := func(part int64) bool { // in 1/65536
			x, y := int64(p.X)<<16+int64(d.X)*part, int64(p.Y)<<16+int64(d.Y)*part
			x -= min(max(x, int64(wall.Min.X)<<16), int64(wall.Max.X)<<16)
			y -= min(max(y, int64(wall.Min.Y)<<16), int64(wall.Max.Y)<<16)
			return x*x+y*y < int64(radius)<<16*int64(radius)<<16
		}
		for k := int64(0); k < part; k += 1 + r.Int64N(2000) {
			if overlaps(k) {
				t.Fatalf("from %v by %v, radius %d, %v: says %d, overlaps at %d", p, d, radius, wall, part, k)
			}
		}
		if part < Whole && !overlaps(part) && !overlaps(part+1) && !overlaps(part+2) {
			t.Fatalf("from %v by %v, radius %d, %v: says %d, does not overlap there", p, d, radius, wall, part)
		}
		if part == wall.Grow(radius).Meet(p, d) {
			sides++
		} else {
			corners++
		}
	}
	if corners < 500 || sides < 500 {
		t.Errorf("%d corners, %d sides", corners, sides)
	}
	if got := box(0, 0, 10, 10).MeetBody(units(-10, 5), units(20, 0), 0); got != Whole/2 {
		t.Errorf("a body of no size: %d", got)
	}
}
