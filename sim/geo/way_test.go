package geo

import (
	"math/big"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestAlong(t *testing.T) {
	for _, row := range []struct {
		p, d sim.Vec
		part int64
		want sim.Vec
	}{
		{units(3, 4), units(10, -10), 0, units(3, 4)},
		{units(3, 4), units(10, -10), Whole, units(13, -6)},
		{units(3, 4), units(10, -10), Whole / 2, units(8, -1)},
		{sim.Vec{}, sim.Vec{X: 1, Y: -1}, 1, sim.Vec{X: 0, Y: -1}},      // rounded down
		{units(3, 4), units(10, -10), -Whole, units(-7, 14)},            // before it
		{units(3, 4), units(10, -10), 3 * Whole, units(33, -26)},        // behind it
		{sim.Vec{X: highest}, sim.Vec{X: 1}, Whole, sim.Vec{X: lowest}}, // wraps
		{sim.Vec{}, sim.Vec{X: lowest, Y: highest}, Whole, sim.Vec{X: lowest, Y: highest}},
	} {
		if got := Along(row.p, row.d, row.part); got != row.want {
			t.Errorf("%d/65536 from %v by %v: %v, want %v", row.part, row.p, row.d, got, row.want)
		}
	}
}

func TestPasses(t *testing.T) {
	for _, row := range []struct {
		name string
		c    sim.Vec
		want bool
	}{
		{"on the way", units(150, 100), true},
		{"at the radius", units(150, 120), true},
		{"beyond the radius", sim.Vec{X: sim.Int(150), Y: sim.Int(120) + 1}, false},
		{"behind the start", units(80, 100), true},
		{"too far behind", units(79, 100), false},
		{"past the end", units(220, 100), true},
		{"too far past the end", units(221, 100), false},
	} {
		if _, got := Passes(units(100, 100), units(100, 0), row.c, sim.Int(20)); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
	if _, ok := Passes(units(100, 100), sim.Vec{}, units(110, 100), sim.Int(20)); !ok {
		t.Error("a way of no length misses what it stands in")
	}
	if _, ok := Passes(units(100, 100), units(100, 0), units(150, 100), -1); ok {
		t.Error("something is within less than nothing")
	}
}

// TestPassesAgainstBigNumbers: the same by numbers of any size, for ways and
// points of any size.
func TestPassesAgainstBigNumbers(t *testing.T) {
	r := random(t)
	hits := 0
	for range 200_000 {
		p, d, c, reach := point(r), point(r), point(r), coordinate(r)
		at, got := Passes(p, d, c, reach)
		to, way := []int64{int64(c.X) - int64(p.X), int64(c.Y) - int64(p.Y)}, []int64{int64(d.X), int64(d.Y)}
		long := whole(d.Len2())
		wantAt := dot(to, way)
		if wantAt.Sign() < 0 {
			wantAt.SetInt64(0)
		} else if wantAt.Cmp(long) > 0 {
			wantAt.Set(long)
		}
		far := new(big.Int)
		for i := range to {
			left := whole(to[i])
			if wantAt.Sign() > 0 {
				left.Sub(left, new(big.Int).Quo(mul(whole(way[i]), wantAt), long))
			}
			far.Add(far, mul(left, left))
		}
		want := reach >= 0 && far.Cmp(mul(whole(int64(reach)), whole(int64(reach)))) <= 0
		if wantAt.Cmp(whole(at)) != 0 || got != want {
			t.Fatalf("from %v by %v past %v within %d: %d, %v; want %v, %v", p, d, c, reach, at, got, wantAt, want)
		}
		if got {
			hits++
		}
	}
	if hits < 1000 || hits > 199_000 {
		t.Errorf("%d hits prove little", hits)
	}
}
