package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// pillar is a ground of 1024 units with one wall from 400 to 500 both ways.
func pillar() *ground {
	l := Layout{Size: box(0, 0, 1024, 1024).Max, Walls: []Rect{box(400, 400, 500, 500)}}
	return newGround(l, sim.Int(16), sim.Int(100))
}

func TestSlide(t *testing.T) {
	g := pillar()
	at := func(x, y int) sim.Vec { return sim.Vec{X: unit(x), Y: unit(y)} }
	for _, row := range []struct {
		name            string
		from, move, end sim.Vec
	}{
		{"nothing in the way", at(200, 200), at(30, 20), at(230, 220)},
		{"up to the wall", at(350, 450), at(34, 0), at(384, 450)},
		{"and no farther", at(350, 450), at(35, 0), at(384, 450)},
		{"not through it", at(350, 450), at(100, 0), at(384, 450)},
		{"from the right", at(550, 450), at(-100, 0), at(516, 450)},
		{"from above", at(450, 350), at(0, 100), at(450, 384)},
		{"from below", at(450, 550), at(0, -100), at(450, 516)},
		{"slides along X", at(450, 384), at(20, 20), at(470, 384)},
		{"slides along Y", at(384, 450), at(20, 20), at(384, 470)},
		{"leaves it", at(384, 450), at(-20, 0), at(364, 450)},
		{"touches the corner and passes", at(350, 384), at(100, 0), at(450, 384)},
		{"grazes below the edge", at(350, 385), at(100, 0), at(384, 385)},
		{"left edge of the world", at(20, 200), at(-30, 5), at(16, 205)},
		{"corner of the world", at(1000, 1000), at(90, 90), at(1008, 1008)},
	} {
		if got := g.slide(row.from, row.move); got != row.end {
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
	} {
		if got := g.blocked(sim.Vec{X: row.x, Y: row.y}); got != row.want {
			t.Errorf("blocked(%d/256, %d/256) = %v", row.x, row.y, got)
		}
	}
}

func TestNoShipGetsIntoAWall(t *testing.T) {
	r := random(t)
	for _, m := range modes {
		c := m.rules()
		c.Seats, c.Match.MinPlayers = 20, 1
		if c.Cells {
			c.Layout = plain(c.Seats)
		}
		b := play(t, c, 20)
		in := map[sim.Seat]Input{}
		for range 3000 {
			seat := sim.Seat(1 + r.IntN(20))
			in[seat] = Input{DX: int8(r.IntN(256)), DY: int8(r.IntN(256)), Buttons: uint8(r.IntN(2) * ButtonDash)}
			b.steps(1, in)
			for _, s := range b.a.ships.All {
				if b.a.ground.blocked(s.at()) {
					t.Fatalf("%s, tick %d: seat %d is in a wall at %v", m.name, b.w.Tick(), s.Seat, s.at())
				}
			}
		}
	}
}

func TestSlidingShipKeepsItsSpeedAlongTheWall(t *testing.T) {
	b := play(t, empty(1024), 1)
	b.steps(1, nil)
	s := b.put(1, 16, 100)
	in := map[sim.Seat]Input{1: {DX: -90, DY: 90}}
	b.steps(3, in)
	y := s.Y
	b.steps(10, in)
	if s.X != sim.Int(16) || s.VX != 0 || s.VY != 1810 || s.Y != y+18100 {
		t.Errorf("at %v with speed %d, %d", s.at(), s.VX, s.VY)
	}
	in[1] = Input{DX: 90, DY: 90}
	b.steps(1, in)
	if s.VX != 1810 || s.VY != 1810 {
		t.Errorf("off the wall with speed %d, %d", s.VX, s.VY)
	}
}

// The stick stays where it is all the time.
func TestSpeedComesBackBehindTheWall(t *testing.T) {
	c := empty(1024)
	c.Layout.Walls = []Rect{box(400, 400, 500, 500)}
	b := play(t, c, 1)
	b.steps(1, nil)
	s := b.put(1, 450, 384)
	in := map[sim.Seat]Input{1: {DX: 90, DY: 90}}
	for s.X < unit(516) {
		if b.steps(1, in); s.X < unit(516) && s.VY != 0 {
			t.Fatalf("flies into the wall at %v", s.at())
		}
	}
	b.steps(2, in)
	if s.VX != 1810 || s.VY != 1810 {
		t.Errorf("behind the wall with speed %d, %d", s.VX, s.VY)
	}
}

func TestWallsAreInTheTable(t *testing.T) {
	b := play(t, Default(), 0)
	if n := b.a.walls.Len(); n != len(b.a.cfg.Layout.Walls) || n == 0 {
		t.Fatalf("%d rows for %d walls", n, len(b.a.cfg.Layout.Walls))
	}
	i := 0
	for _, w := range b.a.walls.All {
		if r := b.a.cfg.Layout.Walls[i]; r.Min != (sim.Vec{X: w.X, Y: w.Y}) || r.Max != (sim.Vec{X: w.X + w.W, Y: w.Y + w.H}) {
			t.Errorf("row %d is %v, want %v", i+1, *w, r)
		}
		i++
	}
}
