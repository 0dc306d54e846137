package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

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
				if b.a.ground.Blocked(s.at()) {
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
