package arena

import (
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

// RailRules is the weapon that hits at once, judged at what the shooter saw.
type RailRules struct {
	// Damage of one hit, 1 to 255.
	Damage int
	// Range in units, 1 to 4096; with cells at most CellSide, the ship's radius
	// included, so that whoever is hit sees the cell that the beam comes from.
	Range int
	// ReloadMS is the time between two shots, 1 to 10,000.
	ReloadMS int
	// Ammo of a new ship, MaxAmmo the most; 0 to 255.
	Ammo, MaxAmmo int
	// RewindMS is how far back a hit is judged at most, 0 to 200: a target
	// that took cover longer ago than that is safe, however late the shooter.
	RewindMS int
}

func defaultRail() RailRules {
	return RailRules{Damage: 70, Range: 1500, ReloadMS: 1500, Ammo: 3, MaxAmmo: 10, RewindMS: 200}
}

func (r RailRules) validate(f *faults, c Config) {
	longest := 4096
	if c.Cells {
		longest = CellSide - c.Ship.Radius
	}
	f.between("Rail.Damage", r.Damage, 1, 255)
	f.between("Rail.Range", r.Range, 1, longest)
	f.between("Rail.ReloadMS", r.ReloadMS, 1, 10_000)
	f.between("Rail.Ammo", r.Ammo, 0, 255)
	f.between("Rail.MaxAmmo", r.MaxAmmo, r.Ammo, 255)
	f.between("Rail.RewindMS", r.RewindMS, 0, 200)
}

// railDepth returns how many ticks of positions a rewind needs.
func (c *Config) railDepth() int { return quotient(c.Rail.RewindMS*c.Hz, 1000) + 2 }

// shootsRail reports whether a ship fires its rail now.
func (a *rules) shootsRail(s *Ship, in *Input) bool {
	return in.Buttons&ButtonRail != 0 && a.cfg.weapons != onlyBlaster && uint32(a.w.Tick()) >= s.RailAt && s.Ammo > 0
}

// loadRail takes a shot out of a ship's rail, which is ready again later.
func (a *rules) loadRail(s *Ship) {
	s.SafeUntil = 0
	s.Ammo--
	s.RailAt = uint32(a.w.Tick().Add(a.cfg.ticks(a.cfg.Rail.ReloadMS)))
}

// fireRail shoots along the aim up to the first wall, and hurts the first
// enemy that was in the way when the shooter saw it: seen is the age of that
// view in 1/16 tick. The shooter's own ship is where it is now, because a
// client shows it ahead of the others.
func (a *rules) fireRail(s *Ship, aim sim.Angle, seen int) {
	p := a.players.Get(s.Player)
	p.Shots++
	from := s.at()
	d := a.ground.Beam(from, sim.Toward(aim, unit(a.cfg.Rail.Range))).Sub(from)
	age := min(seen, a.cfg.Rail.RewindMS*a.cfg.Hz*16/1000)
	hit, part := a.lineUp(s, d, age)
	if hit != nil {
		d = geo.Along(sim.Vec{}, d, part)
		p.FarRail = max(p.FarRail, uint16(d.Len().Floor()))
		a.hurt(hit, attack{s.Seat, s.Player, WeaponRail, a.cfg.Rail.Damage})
	}
	a.events.beam.Emit(sim.Group(s.Cell), Beam{s.Seat, from.X, from.Y, from.X + d.X, from.Y + d.Y})
}

// lineUp returns the first enemy on the way from a ship by d at an age, and at
// which part of the way. An enemy that was not there yet is not hit.
func (a *rules) lineUp(s *Ship, d sim.Vec, age int) (hit *Ship, part int64) {
	const piece = 256 // units between two looks at the radar
	from, r, nearest := s.at(), unit(a.cfg.Ship.Radius), int64(0)
	margin := r + unit(piece)/2 + a.stride*sim.Fixed(a.cfg.railDepth())
	pieces := int64(d.Len()/unit(piece)) + 1
	a.radar.fill(a.ships)
	for i := range pieces {
		look := geo.Along(from, d, (2*i+1)*geo.Whole/(2*pieces))
		a.radar.grid.Near(look, margin, func(id int32, _ sim.Vec) bool {
			t := a.radar.ships[id]
			if t.Health == 0 || !enemies(s.Seat, s.Team, t) {
				return true
			}
			then, ok := a.past.At(a.radar.refs[id], age)
			if at, in := geo.Passes(from, d, then, r); ok && in && (hit == nil || at < nearest) {
				hit, nearest = t, at
			}
			return true
		})
	}
	if hit != nil {
		part = nearest / max(d.Len2()/geo.Whole, 1)
	}
	return hit, part
}
