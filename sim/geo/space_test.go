package geo

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func solid(x0, y0, z0, x1, y1, z1 int32) Box {
	return Box{Over(units(x0, y0), sim.Int(z0)), Over(units(x1, y1), sim.Int(z1))}
}

// TestBoxIsARectFromEverySide: a box that is as high as a way is a rectangle, along
// whichever axis it is high.
func TestBoxIsARectFromEverySide(t *testing.T) {
	r := random(t)
	hits := 0
	for range 100_000 {
		p, d, flat := point(r), point(r), rect(r)
		want := flat.Meet(p, d)
		turned := [3]int64{
			Box{Over(flat.Min, -1), Over(flat.Max, 1)}.Meet(Over(p, 0), Over(d, 0)),
			Box{Vec3{-1, flat.Min.X, flat.Min.Y}, Vec3{1, flat.Max.X, flat.Max.Y}}.Meet(Vec3{0, p.X, p.Y}, Vec3{0, d.X, d.Y}),
			Box{Vec3{flat.Min.Y, -1, flat.Min.X}, Vec3{flat.Max.Y, 1, flat.Max.X}}.Meet(Vec3{p.Y, 0, p.X}, Vec3{d.Y, 0, d.X}),
		}
		if turned != [3]int64{want, want, want} {
			t.Fatalf("from %v by %v into %v: %d, want %d", p, d, flat, turned, want)
		}
		if want < Whole {
			hits++
		}
	}
	if hits < 1000 {
		t.Errorf("only %d hits", hits)
	}
}

func TestBoxMeet(t *testing.T) {
	crate := solid(10, 10, 10, 20, 20, 20)
	for _, row := range []struct {
		name string
		p, d Vec3
		want int64
	}{
		{"from below", Over(units(15, 15), 0), Vec3{Z: sim.Int(20)}, Whole / 2},
		{"through the diagonal", Vec3{}, Over(units(40, 40), sim.Int(40)), Whole / 4},
		{"over it", Over(units(0, 15), sim.Int(20)), Vec3{X: sim.Int(40)}, Whole},
		{"just under its top", Over(units(0, 15), sim.Int(20)-1), Vec3{X: sim.Int(40)}, Whole / 4},
		{"inside", Over(units(15, 15), sim.Int(15)), Vec3{}, 0},
	} {
		if got := crate.Meet(row.p, row.d); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
	}
	if at := Along3(Vec3{}, Over(units(40, 40), sim.Int(40)), Whole/4); at != crate.Min || !crate.Contains(at) || crate.Contains(at.Sub(Vec3{Z: 1})) {
		t.Errorf("it is met at %v", at)
	}
	if crate.Grow(sim.Int(5)) != solid(5, 5, 5, 25, 25, 25) || (Box{}).Grow(highest).Grow(highest).Min.Z != lowest {
		t.Errorf("grown by 5: %v", crate.Grow(sim.Int(5)))
	}
	for _, row := range []struct {
		o    Box
		want bool
	}{{crate, true}, {solid(19, 19, 19, 30, 30, 30), true}, {solid(20, 10, 10, 30, 20, 20), false}, {solid(10, 10, 20, 20, 20, 30), false}, {solid(10, 0, 10, 20, 10, 20), false}} {
		if crate.Overlaps(row.o) != row.want || row.o.Overlaps(crate) != row.want {
			t.Errorf("%v overlaps %v: %v", crate, row.o, !row.want)
		}
	}
}
