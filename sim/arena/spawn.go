package arena

import (
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

const (
	// spawnSpots is how many free spots of the zone are compared for one new
	// ship, and how many beside other ships when none of those is quite good.
	spawnSpots = 6
	// spawnTries bounds the search for each of the two. When both fail the
	// player waits for the next tick.
	spawnTries = 32
	// freshest bounds how many ships of the same step a new one knows of. More
	// come at once only where a whole world does, which is crowded anyway.
	freshest = 64
)

// zoneArea is how much of the middle of the ground there is for each player to
// appear in, in square units: about four others in a picture.
const zoneArea = 250_000

// respawn gives a ship to every player whose time has come.
func (a *rules) respawn() {
	now := a.w.Tick()
	a.fresh = a.fresh[:0]
	for seat, p := range a.players.All {
		if p.Ship == 0 && now >= p.RespawnAt {
			a.spawn(a.players.Ref(seat), p)
		}
	}
}

func (a *rules) spawn(ref sim.Ref, p *Player) {
	at, ok := a.spot(p)
	if !ok {
		return
	}
	now, cell := a.w.Tick(), uint16(a.cells.Of(at))
	ship, s, ok := a.ships.Add(Ship{
		X: at.X, Y: at.Y, Seat: p.Seat, Team: p.Team, Player: ref, Cell: cell,
		Aim:    uint8(sim.AngleOf(a.interest(at).Sub(at)) >> 8),
		Health: uint8(a.cfg.Ship.Health), Shield: uint8(a.cfg.Shield.Full), Ammo: uint8(a.cfg.Rail.Ammo),
		SafeUntil: uint32(now.Add(a.cfg.ticks(a.cfg.Ship.SafeMS))),
	})
	if ok {
		p.Ship, p.Cell = ship, cell
		if len(a.fresh) < freshest {
			a.fresh = append(a.fresh, s)
		}
	}
}

// spot returns where a new ship of p appears: of a few free spots the one from
// which others are in the picture and can do least. Those are anywhere in the
// zone, and, when none of them is quite good, beside a ship.
func (a *rules) spot(p *Player) (at sim.Vec, ok bool) {
	a.radar.fill(a.ships)
	best := choice{cost: costNone}
	zone, spots := a.zone(p), spawnSpots
	if len(a.fresh) == freshest {
		spots = 1 // all would crowd round the few that are known
	}
	for range spawnTries {
		if best.take(a, a.anywhere(zone), p); best.found == spots {
			break
		}
	}
	if best.cost < costInSight || len(a.fresh) == freshest {
		return best.at, best.found > 0
	}
	best.found = 0
	for range spawnTries {
		if at, ok := a.beside(p); ok {
			best.take(a, at, p)
		}
		if best.found == spawnSpots {
			break
		}
	}
	return best.at, best.cost < costNone
}

// beside returns a spot from which a random ship is in the picture; false when
// there is no such ship, or a base is left for another team's.
func (a *rules) beside(p *Player) (sim.Vec, bool) {
	r := a.w.Rand()
	n := int32(len(a.radar.ships))
	all := n + int32(len(a.fresh))
	if all == 0 {
		return sim.Vec{}, false
	}
	i := r.Intn(all)
	var s *Ship
	switch {
	case i >= n:
		s = a.fresh[i-n]
	case a.ships.Get(a.radar.refs[i]) != nil:
		s = a.radar.ships[i]
	default:
		return sim.Vec{}, false // it was shot in this step
	}
	d := sim.Vec{X: r.Between(unit(besideNear), unit(pictureX)), Y: r.Between(unit(besideNear), unit(pictureY))}
	turn := r.Uint64()
	if turn&1 != 0 {
		d.X = -d.X
	}
	if turn&2 != 0 {
		d.Y = -d.Y
	}
	at := s.at().Add(d)
	friend := p.Team > 0 && s.Team == p.Team
	return at, friend || a.base(p).Contains(at)
}

// zone is where a player may appear: a square in the middle of the ground that
// grows with the number of players, so that few in a large world still meet;
// with bases, what of it is in the team's own.
func (a *rules) zone(p *Player) geo.Rect {
	half := a.zoneHalf()
	m, base := a.middle(), a.base(p)
	zone := geo.Rect{
		Min: sim.Vec{X: max(m.X-half, base.Min.X), Y: max(m.Y-half, base.Min.Y)},
		Max: sim.Vec{X: min(m.X+half, base.Max.X), Y: min(m.Y+half, base.Max.Y)},
	}
	if zone.Min.X >= zone.Max.X || zone.Min.Y >= zone.Max.Y {
		return base
	}
	return zone
}

// zoneHalf returns half a side of the square in which players may appear.
func (a *rules) zoneHalf() sim.Fixed {
	n := a.players.Len()
	if a.cfg.Cells {
		return unit(cellsFor(n) * CellSide / 2)
	}
	return sim.Fixed(sim.Sqrt(uint64(max(n, 4))*zoneArea)) * sim.One / 2
}

// base is the ground of a player's team; all of it without bases.
func (a *rules) base(p *Player) geo.Rect {
	if p.Team > 0 && len(a.cfg.Layout.Bases) > 0 {
		return a.cfg.Layout.Bases[p.Team-1]
	}
	return geo.Rect{Max: a.cfg.Layout.Size}
}

// anywhere returns a random point of a zone.
func (a *rules) anywhere(zone geo.Rect) sim.Vec {
	r := a.w.Rand()
	return sim.Vec{X: r.Between(zone.Min.X, zone.Max.X), Y: r.Between(zone.Min.Y, zone.Max.Y)}
}

func (a *rules) middle() sim.Vec {
	return sim.Vec{X: a.cfg.Layout.Size.X / 2, Y: a.cfg.Layout.Size.Y / 2}
}
