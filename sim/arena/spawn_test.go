package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestSpawnKeepsAwayFromEnemies(t *testing.T) {
	c := empty(4096)
	c.Seats = 4
	b := play(t, c, 1)
	b.steps(1, nil)
	b.put(1, 2048, 2048)
	near := 0
	for range 200 {
		b.join(2)
		b.w.Step()
		if b.ship(2).at().Sub(b.ship(1).at()).Within(sim.Int(900)) {
			near++
		}
		b.w.Leave(2)
	}
	// 15 % of the world is that near; all of 6 spots are so once in 80,000.
	if near > 1 {
		t.Errorf("%d of 200 appear next to an enemy", near)
	}
}

func TestSpawnIsFree(t *testing.T) {
	for _, m := range modes {
		c := m.rules()
		b := play(t, c, min(c.Seats, 200))
		b.steps(2, nil)
		for _, s := range b.a.ships.All {
			if b.a.ground.blocked(s.at()) {
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
		if (s.X-side/2).Abs() > 2*CellSide*sim.One || (s.Y-side/2).Abs() > 2*CellSide*sim.One {
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
