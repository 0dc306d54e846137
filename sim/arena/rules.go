package arena

import "github.com/metronome-server/metronome/sim"

// rules is one match. All that changes is in the tables; seats and radar are
// only shortcuts into them.
type rules struct {
	w   *sim.World
	cfg Config

	input   *sim.Input[Input]
	match   *sim.Single[Match]
	players *sim.Table[Player]
	ships   *sim.Table[Ship]
	walls   *sim.Table[Wall]

	ground *ground
	cells  cells
	full   sim.Fixed // full speed per tick
	accel  sim.Fixed // most change of speed per tick

	seats []sim.Ref // player row by seat
	radar *radar
}

// newRules declares the tables in an order that clients may rely on: match,
// player, ship, wall.
func newRules(w *sim.World, c Config) sim.Rules {
	if err := c.Validate(); err != nil {
		w.Refuse(err)
		return nil
	}
	a := &rules{w: w, cfg: c, cells: newCells(&c), full: c.perTick(c.Ship.Speed), accel: c.perTick2(c.Ship.Accel)}
	a.input = sim.NewInput[Input](w)
	a.match = sim.NewSingle[Match](w, "match")
	a.players = sim.NewTable[Player](w, "player", c.Seats)
	a.ships = sim.NewTable[Ship](w, "ship", c.Seats)
	a.walls = sim.NewTable[Wall](w, "wall", max(1, len(c.Layout.Walls)))
	if c.Cells {
		a.players.GroupBy(func(p *Player) sim.Group { return sim.Group(p.Cell) })
		a.ships.GroupBy(func(s *Ship) sim.Group { return sim.Group(s.Cell) })
		a.walls.GroupBy(func(r *Wall) sim.Group { return sim.Group(r.Cell) })
	}
	a.ground = newGround(c.Layout, unit(c.Ship.Radius), a.full)
	a.seats = make([]sim.Ref, c.Seats+1)
	a.radar = newRadar(c.Layout.Size, c.Seats)
	a.addWalls()
	return a
}

// Step is one tick.
func (a *rules) Step(in *sim.Inputs) {
	a.radar.filled = false
	a.fly(in)
	a.referee()
	a.respawn()
}
