package arena

import (
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

// rules is one match. All that changes is in the tables; what else there is
// follows from them.
type rules struct {
	w   *sim.World
	cfg Config

	input   *sim.Input[Input]
	match   *sim.Single[Match]
	players *sim.PerSeat[Player]
	ships   *sim.Table[Ship]
	shots   *sim.Table[Shot]
	walls   *sim.Table[Wall]
	pickups *sim.Table[Pickup]
	leaders *sim.Table[Leader]
	past    *sim.History[Ship]
	events  events
	result  *sim.Outcome[Result]

	ground *geo.Ground
	cells  geo.Cells
	full   sim.Fixed // full speed per tick
	accel  sim.Fixed // most change of speed per tick
	dash   sim.Fixed // speed of a dash per tick
	stride sim.Fixed // most that a ship moves per tick
	bolt   sim.Fixed // what a projectile moves per tick

	spots    []sim.Ref // pickup row by spot
	spotBins *geo.Bins

	// Filled in the step that reads it.
	radar  *radar     //simtest:derived
	shade  *geo.Marks //simtest:derived // where on the map projectiles can hit ships
	fallen []fall     //simtest:derived
	fresh  []*Ship    //simtest:derived
	ranks  []Leader   //simtest:derived
}

// newRules binds the rules to a world of c.Seats.
func newRules(w *sim.World, c Config) sim.Rules {
	a := &rules{w: w, cfg: c, cells: c.cells()}
	a.full, a.accel = c.perTick(c.Ship.Speed), c.perTick2(c.Ship.Accel)
	a.dash = c.perTick(c.Ship.DashSpeed)
	a.stride, a.bolt = max(a.full, a.dash), c.perTick(c.Blaster.Speed)
	a.ground = geo.NewGround(c.Layout.Size, c.Layout.Walls, unit(c.Ship.Radius), max(a.stride, a.bolt))
	a.radar = newRadar(c.Layout.Size, c.Seats)
	a.shade = geo.NewMarks(c.Layout.Size, shadeShift)
	a.fallen = make([]fall, 0, c.Seats)
	a.fresh = make([]*Ship, 0, freshest)
	a.ranks = make([]Leader, 0, maxLeaders)
	a.declare()
	a.addWalls()
	a.addPickups()
	return a
}

// declare declares tables, events and input, in the order of the schema.
func (a *rules) declare() {
	w, c := a.w, &a.cfg
	a.input = sim.NewInput[Input](w)
	a.match = sim.NewSingle[Match](w, "match")
	a.players = sim.NewPerSeat[Player](w, "player")
	a.ships = sim.NewTable[Ship](w, "ship", c.Seats)
	a.shots = sim.NewTable[Shot](w, "shot", c.mostShots())
	a.walls = sim.NewTable[Wall](w, "wall", max(1, len(c.Layout.Walls)))
	a.pickups = sim.NewTable[Pickup](w, "pickup", max(1, len(c.Layout.Spots)))
	a.leaders = sim.NewTable[Leader](w, "leader", max(1, c.Match.Leaders))
	a.past = sim.NewHistory(w, a.ships, c.railDepth(), func(s *Ship) sim.Vec { return s.at() })
	a.events = newEvents(w)
	a.result = sim.NewOutcome[Result](w)
	if c.Cells {
		a.players.GroupBy(func(r *Player) sim.Group { return sim.Group(r.Cell) })
		a.ships.GroupBy(func(r *Ship) sim.Group { return sim.Group(r.Cell) })
		a.shots.GroupBy(func(r *Shot) sim.Group { return sim.Group(r.Cell) })
		a.walls.GroupBy(func(r *Wall) sim.Group { return sim.Group(r.Cell) })
		a.pickups.GroupBy(func(r *Pickup) sim.Group { return sim.Group(r.Cell) })
	}
}

// Step is one tick. Everyone fires from where they stood, so that nobody's
// place in the table decides a duel; the dead go when all have fired.
func (a *rules) Step(in *sim.Inputs) {
	a.radar.filled = false
	a.fire(in)
	a.fly(in)
	a.flight()
	a.bury()
	a.collect()
	a.mend()
	a.referee()
	a.respawn()
	a.lead()
}
