package arena

import "github.com/metronome-server/metronome/sim"

// What a page shows of the world around a ship depends on its shape; this much
// to each side is in the picture of all of them, with the lead of the camera.
const (
	pictureX = 320
	pictureY = 360
)

// How near others may be to a new ship, in units.
const (
	// besideNear is the least distance along each axis from the ship that a new
	// one appears beside: both together are 380 and more.
	besideNear = 270
	// spawnClear is the distance from an enemy below which a spot is in a fight.
	spawnClear = 380
	// spawnLook is how far others matter.
	spawnLook = 600
	// spawnApart keeps friends from appearing in each other.
	spawnApart = 100
	// crowd is how many in the picture are company; more are a fight.
	crowd = 4
)

// What is bad about a spot. Why these: whoever is alone sees nothing of the
// game, so that is worst but for an enemy at hand; the rest decides between
// spots with company.
const (
	costAlone       = 2500 // nobody in the picture
	costInSight     = 60   // each enemy with a free line of fire
	costComing      = 150  // each enemy that flies this way
	costCrowd       = 80   // each ship in the picture above crowd
	costAtHand      = 200  // each ship too near, and costAtUnit for each unit that it is
	costAtUnit      = 4
	costNone    int = 1 << 30
)

// choice is the best spot so far.
type choice struct {
	at    sim.Vec
	cost  int
	found int
}

// take compares a spot with the best so far, if a ship can be there.
func (c *choice) take(a *rules, at sim.Vec, p *Player) {
	if a.ground.Blocked(at) {
		return
	}
	c.found++
	if cost := a.spotCost(at, p); cost < c.cost {
		c.at, c.cost = at, cost
	}
}

// spotCost says how bad it is for a player to appear at a spot.
func (a *rules) spotCost(at sim.Vec, p *Player) int {
	cost, company := 0, 0
	a.around(at, unit(spawnLook), func(s *Ship) {
		d := at.Sub(s.at())
		if d.X.Abs() <= unit(pictureX) && d.Y.Abs() <= unit(pictureY) {
			company++
		}
		if !enemies(p.Seat, p.Team, s) {
			if d.Within(unit(spawnApart)) {
				cost += costAtHand
			}
			return
		}
		if d.Within(unit(spawnClear)) {
			cost += costAtHand + costAtUnit*(spawnClear-int(d.Len()/unit(1)))
		}
		if a.ground.Beam(s.at(), d) == at {
			cost += costInSight
		}
		if comes(s, d) {
			cost += costComing
		}
	})
	switch {
	case company == 0:
		cost += costAlone
	case company > crowd:
		cost += costCrowd * (company - crowd)
	}
	return cost
}

// comes reports whether a ship flies within 30 degrees of a way.
func comes(s *Ship, way sim.Vec) bool {
	v := sim.Vec{X: s.VX, Y: s.VY}
	return v.Dot(way)*1000 > int64(v.Len())*int64(way.Len())*866
}

// interest returns where the nearest other ship is that a new one sees, or the
// middle of the ground.
func (a *rules) interest(at sim.Vec) sim.Vec {
	nearest, best := int64(1)<<62, a.middle()
	a.around(at, unit(spawnLook), func(s *Ship) {
		if d := s.at().Sub(at).Len2(); d < nearest {
			nearest, best = d, s.at()
		}
	})
	return best
}

// around visits the ships within r of a spot, those of this step too.
func (a *rules) around(at sim.Vec, r sim.Fixed, visit func(*Ship)) {
	a.radar.grid.Near(at, r, func(id int32, _ sim.Vec) bool {
		if a.ships.Get(a.radar.refs[id]) != nil {
			visit(a.radar.ships[id])
		}
		return true
	})
	for _, s := range a.fresh {
		if s.at().Sub(at).Within(r) {
			visit(s)
		}
	}
}
