package geo

import (
	"math/big"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestCircleMeet(t *testing.T) {
	pillar := Circle{units(500, 500), sim.Int(100)}
	for _, row := range []struct {
		name string
		p, d sim.Vec
		want int64
	}{
		{"half way", units(300, 500), units(200, 0), Whole / 2},
		{"from the right", units(700, 500), units(-400, 0), Whole / 4},
		{"down", units(500, 300), units(0, 400), Whole / 4},
		{"too short", units(300, 500), units(99, 0), Whole},
		{"just reaches it", units(300, 500), units(100, 0), Whole},
		{"away from it", units(300, 500), units(-300, 0), Whole},
		{"off the rim", units(400, 500), units(-300, 0), Whole},
		{"from the rim into it", units(400, 500), units(300, 0), 0},
		{"along the rim", units(300, 400), units(400, 0), Whole},
		{"below the rim", sim.Vec{X: sim.Int(300), Y: sim.Int(400) + 1}, units(400, 0), (200*256 - 226) * Whole / (400 * 256)},
		{"inside", units(500, 450), units(9, 9), 0},
		{"no way", units(300, 500), units(0, 0), Whole},
		{"no way, inside", units(500, 500), units(0, 0), 0},
	} {
		if got := pillar.Meet(row.p, row.d); got-row.want > 1 || row.want-got > 1 || row.want%Whole == 0 && got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
	}
	for _, r := range []sim.Fixed{0, -1, lowest} {
		if got := (Circle{units(10, 0), r}).Meet(units(0, 0), units(20, 0)); got != Whole {
			t.Errorf("a circle of %d stops a way at %d", r, got)
		}
	}
}

// enterExact is enter by numbers of any size. The way comes inside at the lower
// root t of long*t*t - 2*along*t + excess, and has gone a part k of it while
// 65536*t >= k.
func enterExact(to, d []int64, r int64) int64 {
	if r <= 0 {
		return Whole
	}
	long, along := dot(d, d), dot(to, d)
	excess := sub(dot(to, to), mul(whole(r), whole(r)))
	if excess.Sign() < 0 {
		return 0
	}
	under := sub(mul(along, along), mul(long, excess))
	if along.Sign() <= 0 || under.Sign() <= 0 {
		return Whole
	}
	// 65536*t >= k: 65536*along - k*long >= 65536*sqrt(under).
	gone := func(k int64) bool {
		left := sub(mul(along, whole(Whole)), mul(long, whole(k)))
		return left.Sign() >= 0 && mul(left, left).Cmp(mul(under, whole(Whole*Whole))) >= 0
	}
	low, high := int64(0), int64(Whole)
	for low < high {
		if mid := (low + high + 1) / 2; gone(mid) {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

func TestEnterAgainstBigNumbers(t *testing.T) {
	r := random(t)
	hits, grazes := 0, 0
	for i := range 300_000 {
		p, d, c, radius := Over(point(r), coordinate(r)), Over(point(r), coordinate(r)), Over(point(r), coordinate(r)), coordinate(r)
		if i%3 == 0 { // past the rim as near as can be
			c = Vec3{p.X, p.Y + radius - 1, 0}
			d, p.X, p.Z = Vec3{coordinate(r), 0, 0}, p.X-sim.Fixed(r.IntN(1000)), 0
		}
		to := [3]int64{int64(c.X) - int64(p.X), int64(c.Y) - int64(p.Y), int64(c.Z) - int64(p.Z)}
		way := [3]int64{int64(d.X), int64(d.Y), int64(d.Z)}
		got, want := enter(to, way, int64(radius)), enterExact(to[:], way[:], int64(radius))
		if got != want {
			t.Fatalf("to %d by %d within %d: %d, want %d", to, way, radius, got, want)
		}
		if sphere := (Sphere{c, radius}).Meet(p, d); sphere != want {
			t.Fatalf("sphere %v of %d from %v by %v: %d, want %d", c, radius, p, d, sphere, want)
		}
		if want > 0 && want < Whole {
			hits++
			if i%3 == 0 {
				grazes++
			}
		}
	}
	if hits < 1000 || grazes < 100 {
		t.Errorf("%d hits, %d grazes", hits, grazes)
	}
}

// FuzzEnter looks for a way and a circle of which enter says something else than
// numbers of any size.
func FuzzEnter(f *testing.F) {
	f.Add(int32(-1<<31), int32(-1<<31), int32(1<<31-1), int32(1<<31-1), int32(-1<<31), int32(-1<<31), int32(1<<31-1))
	f.Add(int32(0), int32(0), int32(3), int32(0), int32(5), int32(1), int32(1))
	f.Add(int32(0), int32(0), int32(1<<31-1), int32(1), int32(1<<30), int32(100), int32(100))
	f.Fuzz(func(t *testing.T, px, py, dx, dy, cx, cy, radius int32) {
		p, d := sim.Vec{X: sim.Fixed(px), Y: sim.Fixed(py)}, sim.Vec{X: sim.Fixed(dx), Y: sim.Fixed(dy)}
		c := Circle{sim.Vec{X: sim.Fixed(cx), Y: sim.Fixed(cy)}, sim.Fixed(radius)}
		want := enterExact([]int64{int64(cx) - int64(px), int64(cy) - int64(py)}, []int64{int64(dx), int64(dy)}, int64(radius))
		if got := c.Meet(p, d); got != want {
			t.Errorf("%v from %v by %v: %d, want %d", c, p, d, got, want)
		}
	})
}

func TestCircleSets(t *testing.T) {
	r := random(t)
	square := func(n int64) *big.Int { return mul(whole(n), whole(n)) }
	for range 100_000 {
		a, b, p, box := Circle{point(r), coordinate(r)}, Circle{point(r), coordinate(r)}, point(r), rect(r)
		away := func(q sim.Vec) *big.Int {
			return add(square(int64(q.X)-int64(a.At.X)), square(int64(q.Y)-int64(a.At.Y)))
		}
		if want := a.R >= 0 && away(p).Cmp(square(int64(a.R))) <= 0; a.Contains(p) != want {
			t.Fatalf("%v contains %v: %v, want %v", a, p, !want, want)
		}
		if want := a.R >= 0 && b.R >= 0 && away(b.At).Cmp(square(int64(a.R)+int64(b.R))) < 0; a.Overlaps(b) != want {
			t.Fatalf("%v overlaps %v: %v, want %v", a, b, !want, want)
		}
		if want := a.R >= 0 && away(box.Nearest(a.At)).Cmp(square(int64(a.R))) < 0; a.OverlapsRect(box) != want {
			t.Fatalf("%v overlaps %v: %v, want %v", a, box, !want, want)
		}
	}
	c := Circle{units(1, 2), highest - 5}
	if c.Grow(9).R != highest || c.Grow(-9).R != highest-14 || (Circle{R: lowest}).Grow(-1).R != lowest {
		t.Errorf("%v grows to %v", c, c.Grow(9))
	}
}
