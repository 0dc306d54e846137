package arena

import (
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

// Shot is a row of the table shot: a blaster's projectile. It flies straight,
// so that a client needs nothing after its first row.
type Shot struct {
	X sim.Fixed `wire:"linear=VX"`
	Y sim.Fixed `wire:"linear=VY"`
	// Seat is who fired it.
	Seat sim.Seat

	// VX, VY is how far it moves per tick: on the wire, the change of X, Y.
	VX     sim.Fixed `wire:"local"`
	VY     sim.Fixed `wire:"local"`
	EndsAt uint32    `wire:"local"`
	Player sim.Ref   `wire:"local"`
	Team   uint8     `wire:"local"`
	Cell   uint16    `wire:"local"`
}

// BlasterRules is the weapon that never runs dry: straight projectiles.
type BlasterRules struct {
	// Damage of one hit, 1 to 255.
	Damage int
	// Speed in units/s, 1 to 4000.
	Speed int
	// LifeMS is how long a projectile flies, 1 to 10,000. With cells it must not
	// come farther than CellSide, the radii included.
	LifeMS int
	// ReloadMS is the time between two shots, 1 to 10,000.
	ReloadMS int
	// Radius of a projectile in units, 0 to 16.
	Radius int
}

func defaultBlaster() BlasterRules {
	return BlasterRules{Damage: 12, Speed: 900, LifeMS: 1200, ReloadMS: 167, Radius: 4}
}

func (r BlasterRules) validate(f *faults) {
	f.between("Blaster.Damage", r.Damage, 1, 255)
	f.between("Blaster.Speed", r.Speed, 1, 4000)
	f.between("Blaster.LifeMS", r.LifeMS, 1, 10_000)
	f.between("Blaster.ReloadMS", r.ReloadMS, 1, 10_000)
	f.between("Blaster.Radius", r.Radius, 0, 16)
}

// blasterReach returns how far from where it was fired a projectile hits, in units.
func (c *Config) blasterReach() int64 {
	way := int64(c.perTick(c.Blaster.Speed)) * int64(c.ticks(c.Blaster.LifeMS)) / int64(unit(1))
	return way + int64(c.Ship.Radius) + int64(c.Blaster.Radius) + 1
}

// mostShots returns how many projectiles can fly at once; one more than maxShots
// stands for all that is more.
func (c *Config) mostShots() int {
	ofOne := int64(c.ticks(c.Blaster.LifeMS))/int64(c.ticks(c.Blaster.ReloadMS)) + 1
	return int(min(max(int64(c.Seats)*ofOne, 1), maxShots+1))
}

// shootsBlaster reports whether a ship fires its blaster now.
func (a *rules) shootsBlaster(s *Ship, in *Input) bool {
	return in.Buttons&ButtonBlaster != 0 && a.cfg.weapons != onlyRail && uint32(a.w.Tick()) >= s.BlasterAt
}

// fireBlaster starts a projectile at the middle of the ship, so that no muzzle
// reaches through a wall.
func (a *rules) fireBlaster(s *Ship, aim sim.Angle) {
	now := a.w.Tick()
	v := sim.Toward(aim, a.bolt)
	s.SafeUntil = 0
	s.BlasterAt = uint32(now.Add(a.cfg.ticks(a.cfg.Blaster.ReloadMS)))
	a.shots.Add(Shot{
		X: s.X, Y: s.Y, VX: v.X, VY: v.Y, Seat: s.Seat, Player: s.Player, Team: s.Team, Cell: s.Cell,
		EndsAt: uint32(now.Add(a.cfg.ticks(a.cfg.Blaster.LifeMS))),
	})
}

// flight moves every projectile, after the ships, up to the first thing in its way.
func (a *rules) flight() {
	if a.shots.Len() == 0 {
		return
	}
	a.castShade()
	for ref, p := range a.shots.All {
		from, d := sim.Vec{X: p.X, Y: p.Y}, sim.Vec{X: p.VX, Y: p.VY}
		part := a.ground.Free(from, d)
		if a.spent(p) || a.strike(p, from, geo.Along(sim.Vec{}, d, part)) || !a.goesOn(p, part) {
			a.shots.Remove(ref)
		}
	}
}

// spent reports whether a projectile has come to the end of its way.
func (a *rules) spent(p *Shot) bool { return uint32(a.w.Tick()) >= p.EndsAt }

// goesOn moves a projectile, unless only a part of its way is free or it would leave
// the world.
func (a *rules) goesOn(p *Shot, part int64) bool {
	to := sim.Vec{X: p.X + p.VX, Y: p.Y + p.VY}
	if part < geo.Whole || !(geo.Rect{Max: a.cfg.Layout.Size}).Contains(to) {
		return false
	}
	p.X, p.Y = to.X, to.Y
	return true
}

// shadeShift is log2 of the side in 1/256 of the squares that are marked: 128 units.
const shadeShift = 15

// castShade marks from where one step of a projectile can reach a ship.
func (a *rules) castShade() {
	a.shade.Clear()
	r := unit(a.cfg.Ship.Radius+a.cfg.Blaster.Radius) + a.bolt
	for _, s := range a.ships.All {
		a.shade.Mark(s.at(), r)
	}
}

// strike hurts the first enemy on the way from a point by d.
func (a *rules) strike(p *Shot, from, d sim.Vec) bool {
	if !a.shade.Marked(from) {
		return false
	}
	r := unit(a.cfg.Ship.Radius + a.cfg.Blaster.Radius)
	var hit *Ship
	nearest := int64(0)
	a.radar.fill(a.ships)
	a.radar.grid.Near(from, a.bolt+r+a.stride, func(id int32, _ sim.Vec) bool {
		s := a.radar.ships[id]
		if s.Health > 0 && enemies(p.Seat, p.Team, s) {
			if at, ok := geo.Passes(from, d, s.at(), r); ok && (hit == nil || at < nearest) {
				hit, nearest = s, at
			}
		}
		return true
	})
	if hit != nil {
		a.hurt(hit, attack{p.Seat, p.Player, WeaponBlaster, a.cfg.Blaster.Damage})
	}
	return hit != nil
}

// enemies reports whether a seat's weapons work on a ship.
func enemies(seat sim.Seat, team uint8, s *Ship) bool {
	return s.Seat != seat && (team == 0 || s.Team != team)
}
