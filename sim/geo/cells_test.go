package geo

import (
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

const side = 1024 // of a cell, in units: shift 18

func TestCells(t *testing.T) {
	c := NewCells(units(8*side, 4*side), 18)
	if c.Columns() != 8 || c.Rows() != 4 {
		t.Fatalf("%d columns, %d rows", c.Columns(), c.Rows())
	}
	for _, row := range []struct {
		p    sim.Vec
		want sim.Group
	}{
		{units(0, 0), 1}, {units(side-1, 0), 1}, {units(side, 0), 2}, {units(0, side), 9},
		{units(8*side-1, 4*side-1), 32}, {units(8*side, 4*side), 32}, {sim.Vec{X: lowest, Y: highest}, 25}, {sim.Vec{X: highest, Y: lowest}, 8},
	} {
		got := c.Of(row.p)
		if got != row.want {
			t.Errorf("%v is in %d, want %d", row.p, got, row.want)
		}
		if c.Group(c.Place(got)) != got {
			x, y := c.Place(got)
			t.Errorf("Place(%d) = %d, %d", got, x, y)
		}
	}
	if got := new(Cells).Of(units(5, 5)); got != 0 {
		t.Errorf("without cells it is in %d", got)
	}
	if c := NewCells(sim.Vec{X: lowest}, 18); c.Columns() != 1 || c.Rows() != 1 {
		t.Errorf("a map of no size has %d by %d cells", c.Columns(), c.Rows())
	}
	if c := NewCells(sim.Vec{X: highest, Y: highest}, 0); c.count() > maxSquares {
		t.Errorf("%d cells", c.count())
	}
}

func TestStayLetsGoLate(t *testing.T) {
	c, at := NewCells(units(4*side, 4*side), 18), sim.Group(1)
	for _, row := range []struct {
		p    sim.Vec
		want sim.Group
	}{
		{units(500, 500), 1}, {units(side+99, 500), 1}, {sim.Vec{X: sim.Int(side+100) - 1, Y: sim.Int(500)}, 1}, {units(side+100, 500), 2},
		{units(side-100, 500), 2}, {sim.Vec{X: sim.Int(side-100) - 1, Y: sim.Int(500)}, 1},
		{units(side+50, side+200), 6}, // far along Y
		{units(3*side, 3*side), 16}, {units(-900, -900), 1},
	} {
		if at = c.Stay(at, row.p, sim.Int(100)); at != row.want {
			t.Errorf("at %v it is in %d, want %d", row.p, at, row.want)
			at = row.want
		}
	}
	for _, was := range []sim.Group{0, 17, 1 << 31} {
		if got := c.Stay(was, units(500, 500), sim.Int(100)); got != 1 {
			t.Errorf("from group %d: %d", was, got)
		}
	}
	if got := new(Cells).Stay(3, units(5, 5), 0); got != 0 {
		t.Errorf("without cells it stays in %d", got)
	}
}

// TestSeeAgainstEveryCell: of all cells, those beside home are seen, and those
// that were seen before and are beside a cell within letGo of the point.
func TestSeeAgainstEveryCell(t *testing.T) {
	r := random(t)
	c := NewCells(units(6*side, 5*side), 18)
	var view sim.View
	kept := 0
	for range 5000 {
		p := sim.Vec{X: sim.Fixed(r.IntN(6 * side * 256)), Y: sim.Fixed(r.IntN(5 * side * 256))}
		letGo := sim.Fixed(r.IntN(400 * 256))
		home := c.Of(p)
		if r.IntN(4) == 0 {
			home = c.Stay(sim.Group(1+r.IntN(30)), p, letGo)
		}
		var before []sim.Group
		for g := sim.Group(1); g <= 30; g++ {
			if r.IntN(2) == 0 {
				before = append(before, g)
			}
		}
		view.Reset(before)
		c.SeeFrom(&view, home, p, letGo)
		var want, plain []sim.Group
		for g := sim.Group(1); g <= 30; g++ {
			x, y := c.Place(g)
			hx, hy := c.Place(home)
			beside := max(x-hx, hx-x, y-hy, hy-y) <= 1
			if beside {
				plain = append(plain, g)
			}
			cell := Rect{units(x*side, y*side), units((x+1)*side, (y+1)*side).Sub(sim.Vec{X: 1, Y: 1})}
			around := cell.Grow(sim.Int(side) + letGo).Contains(p)
			if beside || around && slices.Contains(before, g) {
				want = append(want, g)
			}
		}
		if !slices.Equal(view.Groups(), want) {
			t.Fatalf("at %v in %d, letting go at %d, saw %d: %d, want %d", p, home, letGo, before, view.Groups(), want)
		}
		if len(want) > len(plain) {
			kept++
		}
		view.Reset(before)
		if c.See(&view, home); !slices.Equal(view.Groups(), plain) {
			t.Fatalf("in %d: %d, want %d", home, view.Groups(), plain)
		}
	}
	if kept < 500 {
		t.Errorf("only %d views kept anything", kept)
	}
}
