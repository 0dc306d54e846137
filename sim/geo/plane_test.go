package geo

import (
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// spotsOf returns points that are often near each other, at any place.
func spotsOf(t *testing.T, n int, pick func(n int) int, anywhere func() sim.Vec) []sim.Vec {
	t.Helper()
	middle := anywhere()
	points := make([]sim.Vec, n)
	for i := range points {
		points[i] = middle.Add(sim.Vec{X: sim.Fixed(pick(200_000)), Y: sim.Fixed(pick(200_000))})
		if pick(5) == 0 {
			points[i] = anywhere()
		}
	}
	return points
}

func TestPlaneAgainstBruteForce(t *testing.T) {
	r := random(t)
	g := NewPlane(16)
	found := 0
	for round := range 200 {
		if round%20 == 0 {
			g = NewPlane(uint(r.IntN(36)))
		}
		g.Reset()
		points := spotsOf(t, r.IntN(200), r.IntN, func() sim.Vec { return point(r) })
		for i, p := range points {
			g.Put(int32(i), p)
		}
		g.Build()
		for range 40 {
			at, reach, area := point(r), coordinate(r), rect(r)
			if len(points) > 0 && r.IntN(2) == 0 {
				at = points[r.IntN(len(points))]
			}
			var near, in, wantNear, wantIn []int32
			g.Near(at, reach, func(id int32, p sim.Vec) bool {
				if p != points[id] {
					t.Fatalf("id %d comes with %v, was put at %v", id, p, points[id])
				}
				near = append(near, id)
				return true
			})
			g.In(area, func(id int32, _ sim.Vec) bool { in = append(in, id); return true })
			for i, p := range points {
				if (Circle{at, reach}).Contains(p) {
					wantNear = append(wantNear, int32(i))
				}
				if area.Contains(p) {
					wantIn = append(wantIn, int32(i))
				}
			}
			inOrder(t, g, points, near)
			inOrder(t, g, points, in)
			if slices.Sort(near); !slices.Equal(near, wantNear) {
				t.Fatalf("round %d: near %v within %d: %v, want %v", round, at, reach, near, wantNear)
			}
			if slices.Sort(in); !slices.Equal(in, wantIn) {
				t.Fatalf("round %d: in %v: %v, want %v", round, area, in, wantIn)
			}
			found += len(near)
		}
	}
	if found < 1000 {
		t.Errorf("found %d points in all", found)
	}
}

// inOrder checks that ids come by row and column of cells, and in a cell as they
// were put in.
func inOrder(t *testing.T, g *Plane, points []sim.Vec, ids []int32) {
	t.Helper()
	cell := func(id int32) [2]int64 {
		p := points[id]
		return [2]int64{int64(p.Y) >> g.shift, int64(p.X) >> g.shift}
	}
	for i := 1; i < len(ids); i++ {
		a, b := cell(ids[i-1]), cell(ids[i])
		if order := slices.Compare(a[:], b[:]); order > 0 || order == 0 && ids[i-1] >= ids[i] {
			t.Fatalf("id %d of cell %d comes before id %d of cell %d", ids[i-1], a, ids[i], b)
		}
	}
}

func TestPlaneVisitEnds(t *testing.T) {
	g := NewPlane(16)
	for i := range int32(9) {
		g.Put(i, units(i*60, i*-60))
	}
	g.Build()
	near, in := 0, 0
	g.Near(sim.Vec{}, sim.Int(4000), func(int32, sim.Vec) bool { near++; return near < 3 })
	g.In(box(-9000, -9000, 9000, 9000), func(int32, sim.Vec) bool { in++; return in < 3 })
	if near != 3 || in != 3 {
		t.Errorf("visited %d and %d after false at the third", near, in)
	}
	g.In(box(10, 10, -10, -10), func(id int32, _ sim.Vec) bool { t.Errorf("%d is in a rectangle inside out", id); return true })
}

func TestPlaneIsEmptyAfterReset(t *testing.T) {
	g := NewPlane(16)
	none := func(when string) {
		t.Helper()
		g.Near(sim.Vec{}, highest, func(id int32, _ sim.Vec) bool { t.Errorf("%s: found %d", when, id); return true })
	}
	none("new")
	g.Build()
	none("built of nothing")
	for range 3 {
		g.Put(1, units(400, 400))
		g.Put(2, sim.Vec{})
		g.Build()
		g.Build()
		var got []int32
		g.Near(sim.Vec{}, sim.Int(1000), func(id int32, _ sim.Vec) bool { got = append(got, id); return true })
		if !slices.Equal(got, []int32{2, 1}) {
			t.Errorf("found %v", got)
		}
		g.Reset()
		none("reset")
	}
}

func TestPlaneDoesNotAllocate(t *testing.T) {
	g := NewPlane(16)
	fill := func() {
		g.Reset()
		for i := range int32(100) {
			g.Put(i, units(i*4000, i*40))
		}
		g.Build()
		g.Near(sim.Vec{}, sim.Int(4000), func(int32, sim.Vec) bool { return true })
	}
	fill()
	fill()
	if n := testing.AllocsPerRun(10, fill); n != 0 {
		t.Errorf("%v allocations to fill it again", n)
	}
}
