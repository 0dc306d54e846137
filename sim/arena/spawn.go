package arena

import "github.com/metronome-server/metronome/sim"

const (
	// spawnSpots is how many free spots are compared for one new ship.
	spawnSpots = 6
	// spawnTries bounds the search for them. When it fails the player waits
	// for the next tick.
	spawnTries = 32
	// spawnClear is the distance in units from the nearest enemy from which on
	// a spot is as safe as can be.
	spawnClear = 1000
)

// respawn gives a ship to every player whose time has come.
func (a *rules) respawn() {
	now := a.w.Tick()
	for seat, p := range a.players.All {
		if p.Ship == 0 && now >= p.RespawnAt {
			a.spawn(a.players.Ref(seat), p)
		}
	}
}

func (a *rules) spawn(ref sim.Ref, p *Player) {
	at, ok := a.safeSpot(p)
	if !ok {
		return
	}
	now := a.w.Tick()
	ship, _, ok := a.ships.Add(Ship{
		X: at.X, Y: at.Y, Seat: p.Seat, Team: p.Team, Player: ref, Cell: a.cells.of(at),
		Aim:    uint8(sim.AngleOf(a.middle().Sub(at)) >> 8),
		Health: uint8(a.cfg.Ship.Health), Shield: uint8(a.cfg.Shield.Full), Ammo: uint8(a.cfg.Rail.Ammo),
		SafeUntil: uint32(now.Add(a.cfg.ticks(a.cfg.Ship.SafeMS))),
	})
	if ok {
		p.Ship, p.Cell = ship, a.cells.of(at)
	}
}

// safeSpot returns, of a few free spots, the one farthest from enemies.
func (a *rules) safeSpot(p *Player) (best sim.Vec, ok bool) {
	zone, far := a.zone(p), int64(-1)
	found := 0
	for range spawnTries {
		at := a.anywhere(zone)
		if a.ground.blocked(at) {
			continue
		}
		if d := a.danger(at, p); d > far {
			best, far = at, d
		}
		if found++; found == spawnSpots {
			break
		}
	}
	return best, far >= 0
}

// danger returns the squared distance from a spot to the nearest enemy, at
// most spawnClear squared.
func (a *rules) danger(at sim.Vec, p *Player) int64 {
	r := unit(spawnClear)
	nearest := int64(r) * int64(r)
	a.radar.fill(a.ships)
	a.radar.grid.Near(at, r, func(id int32, _ sim.Vec) bool {
		s := a.radar.ships[id]
		if s.Seat != p.Seat && (p.Team == 0 || s.Team != p.Team) {
			nearest = min(nearest, s.at().Sub(at).Len2())
		}
		return true
	})
	return nearest
}

// zone is where a player may appear: its team's base, or with cells a square
// in the middle that grows with the number of players, so that few players in
// a large world still meet.
func (a *rules) zone(p *Player) Rect {
	world := Rect{Max: a.cfg.Layout.Size}
	if p.Team > 0 && len(a.cfg.Layout.Bases) > 0 {
		return a.cfg.Layout.Bases[p.Team-1]
	}
	if !a.cfg.Cells {
		return world
	}
	half := unit(cellsFor(a.players.Len()) * CellSide / 2)
	m := a.middle()
	return Rect{
		sim.Vec{X: max(m.X-half, 0), Y: max(m.Y-half, 0)},
		sim.Vec{X: min(m.X+half, world.Max.X), Y: min(m.Y+half, world.Max.Y)},
	}
}

// anywhere returns a random point of a zone.
func (a *rules) anywhere(zone Rect) sim.Vec {
	r := a.w.Rand()
	return sim.Vec{X: r.Between(zone.Min.X, zone.Max.X), Y: r.Between(zone.Min.Y, zone.Max.Y)}
}

func (a *rules) middle() sim.Vec {
	return sim.Vec{X: a.cfg.Layout.Size.X / 2, Y: a.cfg.Layout.Size.Y / 2}
}
