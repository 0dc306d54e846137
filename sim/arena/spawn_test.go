package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestSpawnIsNearAFightAndNotInOne: another ship is in the picture of every
// page, none is at hand, and the new one looks at it.
func TestSpawnIsNearAFightAndNotInOne(t *testing.T) {
	c := empty(4096)
	c.Seats = 4
	b := play(t, c, 1)
	b.steps(1, nil)
	b.put(1, 2048, 2048)
	for range 200 {
		b.join(2)
		b.w.Step()
		d := b.ship(1).at().Sub(b.ship(2).at())
		if d.Within(sim.Int(spawnClear)) || d.X.Abs() > sim.Int(pictureX) || d.Y.Abs() > sim.Int(pictureY) {
			t.Fatalf("appears %v from the only other ship", d)
		}
		if aim := uint8(sim.AngleOf(d) >> 8); b.ship(2).Aim != aim {
			t.Fatalf("looks at %d, the other ship is at %d", b.ship(2).Aim, aim)
		}
		b.w.Leave(2)
	}
}

func TestSpawnIsNotInFrontOfWhoComes(t *testing.T) {
	c := empty(4096)
	c.Seats = 4
	b := play(t, c, 1)
	b.steps(1, nil)
	in := map[sim.Seat]Input{1: {DX: 90, DY: 90}} // right and down
	for range 200 {
		b.put(1, 2048, 2048)
		b.steps(4, in)
		b.join(2)
		b.steps(1, in)
		if d := b.ship(2).at().Sub(b.ship(1).at()); d.X > 0 && d.Y > 0 {
			t.Fatalf("appears %v from a ship that flies there", d)
		}
		b.w.Leave(2)
	}
}

func TestSpawnIsBehindAWallWhereThereIsOne(t *testing.T) {
	c := empty(4096)
	c.Seats = 4
	c.Layout.Walls = []Rect{box(1600, 1800, 2500, 1860)}
	b := play(t, c, 1)
	b.steps(1, nil)
	b.put(1, 2048, 2048)
	hidden := 0
	for range 200 {
		b.join(2)
		b.w.Step()
		if b.ship(2).Y < unit(1800) {
			hidden++
		}
		b.w.Leave(2)
	}
	if hidden < 180 {
		t.Errorf("%d of 200 appear behind the wall", hidden)
	}
}

// TestCrowdsDoNotGrow: in a world with room, newcomers do not all come to those
// who are there.
func TestCrowdsDoNotGrow(t *testing.T) {
	b := play(t, open(), 0)
	for seat := range 400 {
		b.join(sim.Seat(seat + 1))
		b.steps(1, nil)
	}
	most := 0
	for _, s := range b.a.ships.All {
		n := 0
		b.a.radar.filled = false
		b.a.radar.fill(b.a.ships)
		b.a.around(s.at(), unit(spawnLook), func(o *Ship) {
			if d := o.at().Sub(s.at()); d.X.Abs() <= unit(pictureX) && d.Y.Abs() <= unit(pictureY) {
				n++
			}
		})
		most = max(most, n-1)
	}
	if most > 3*crowd {
		t.Errorf("%d ships in one picture", most)
	}
}

func TestAMatchBeginsWithCompany(t *testing.T) {
	for _, m := range modes {
		c := m.rules()
		b := play(t, c, min(c.Seats, 20))
		b.steps(2, nil)
		alone := 0
		for seat := range b.a.players.All {
			s, company := b.ship(seat), false
			for _, o := range b.a.ships.All {
				d := o.at().Sub(s.at())
				company = company || o != s && d.X.Abs() <= unit(pictureX) && d.Y.Abs() <= unit(pictureY)
			}
			if !company {
				alone++
			}
		}
		if alone > 1 {
			t.Errorf("%s: %d ships see nobody", m.name, alone)
		}
	}
}

func TestSpawnIsFree(t *testing.T) {
	for _, m := range modes {
		c := m.rules()
		b := play(t, c, min(c.Seats, 200))
		b.steps(2, nil)
		for _, s := range b.a.ships.All {
			if b.a.ground.Blocked(s.at()) {
				t.Errorf("%s: seat %d appears in a wall", m.name, s.Seat)
			}
			if s.Team > 0 && !c.Layout.Bases[s.Team-1].Contains(s.at()) {
				t.Errorf("%s: seat %d of team %d appears at %v", m.name, s.Seat, s.Team, s.at())
			}
		}
		if b.a.ships.Len() != min(c.Seats, 200) {
			t.Errorf("%s: %d ships", m.name, b.a.ships.Len())
		}
	}
}

func TestNoRoomToSpawn(t *testing.T) {
	c := empty(1024)
	c.Layout.Walls = []Rect{box(0, 0, 1024, 1024)}
	b := play(t, c, 1)
	b.steps(50, nil)
	if b.ship(1) != nil {
		t.Error("a ship in a wall")
	}
}

func TestFewPlayersMeetInALargeWorld(t *testing.T) {
	b := play(t, open(), 10)
	b.steps(1, nil)
	side := b.a.cfg.Layout.Size.X
	if side != sim.Int(30*CellSide) {
		t.Errorf("the world for 5000 is %d units wide", side.Floor())
	}
	for _, s := range b.a.ships.All {
		if (s.X-side/2).Abs() > 3*CellSide*sim.One || (s.Y-side/2).Abs() > 3*CellSide*sim.One {
			t.Errorf("one of ten appears at %v", s.at())
		}
	}
}

func TestCellsFor(t *testing.T) {
	for _, row := range []struct{ players, want int }{
		{0, 4}, {88, 4}, {89, 5}, {5000, 30}, {5001, 31}, {10000, 43},
	} {
		if got := cellsFor(row.players); got != row.want {
			t.Errorf("%d players: %d cells a side, want %d", row.players, got, row.want)
		}
	}
}

func TestFullWorldShowsAboutFiftyShips(t *testing.T) {
	c := open()
	b := play(t, c, c.Seats)
	b.steps(2, nil)
	per := map[sim.Group]int{}
	for _, s := range b.a.ships.All {
		per[sim.Group(s.Cell)]++
	}
	sum := 0
	for seat := sim.Seat(1); seat <= 1000; seat++ {
		for _, g := range b.look(seat, nil) {
			sum += per[g]
		}
	}
	if b.a.ships.Len() != c.Seats || sum < 42*1000 || sum > 58*1000 {
		t.Errorf("%d ships, %d in view on average", b.a.ships.Len(), sum/1000)
	}
}
