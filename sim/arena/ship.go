package arena

import "github.com/metronome-server/metronome/sim"

// Ship is a row of the table ship: one flying player.
type Ship struct {
	// X, Y is the centre. It moves in equal steps between two turns.
	X sim.Fixed `wire:"linear=VX"`
	Y sim.Fixed `wire:"linear=VY"`
	// Aim is where it points, 256 to the circle: enough to draw it, and
	// weapons use the exact aim of the input.
	Aim uint8
	// Health is 1 and up; a ship at 0 is gone.
	Health uint8
	// Shield takes damage before Health does.
	Shield uint8
	// Team is 0 without teams.
	Team uint8
	Seat sim.Seat `wire:"owner"`
	// SafeUntil: it takes no damage before this tick; 0 once it has fired.
	SafeUntil uint32
	// Ammo is how many rail shots are left.
	Ammo uint8 `wire:"private"`
	// BlasterAt, RailAt are the first tick at which the weapon is ready.
	BlasterAt uint32 `wire:"private"`
	RailAt    uint32 `wire:"private"`
	// DashAt is the first tick at which it can dash.
	DashAt uint32 `wire:"private"`

	// VX, VY is how far it moves per tick; the last change of X, Y.
	VX sim.Fixed `wire:"local"`
	VY sim.Fixed `wire:"local"`
	// Steer is the stick for which VX, VY is already right; see steerKey.
	Steer uint32 `wire:"local"`
	// ShieldAt is the tick of the next step of the shield.
	ShieldAt uint32  `wire:"local"`
	Player   sim.Ref `wire:"local"`
	Cell     uint16  `wire:"local"`
}

func (s *Ship) at() sim.Vec { return sim.Vec{X: s.X, Y: s.Y} }

// ShipRules is how ships fly.
type ShipRules struct {
	// Radius is half a ship's width in units, 4 to 64. Walls see a square,
	// weapons a circle.
	Radius int
	// Speed is full speed in units/s, 1 to 2000.
	Speed int
	// Accel is in units/s², 1 to 1,000,000. 9000 is full speed from rest in
	// one tick at 30 Hz and a full turn round in two: short, because every
	// tick of a turn costs bytes.
	Accel int
	// Health at the start and at most, 1 to 255.
	Health int
	// RespawnMS is how long a player stays dead, 0 to 60,000.
	RespawnMS int
	// SafeMS is how long a new ship takes no damage, 0 to 60,000.
	SafeMS int
	// DashSpeed is the speed of a dash in units/s, Speed to 3000; DashMS how
	// long it goes, 1 to 1000; DashReloadMS from one to the next, 1 to 60,000.
	DashSpeed, DashMS, DashReloadMS int
}

func defaultShip() ShipRules {
	return ShipRules{
		Radius: 16, Speed: 300, Accel: 9000, Health: 100, RespawnMS: 2000, SafeMS: 1500,
		DashSpeed: 900, DashMS: 167, DashReloadMS: 3000,
	}
}

func (r ShipRules) validate(f *faults) {
	f.between("Ship.Radius", r.Radius, 4, 64)
	f.between("Ship.Speed", r.Speed, 1, 2000)
	f.between("Ship.Accel", r.Accel, 1, 1_000_000)
	f.between("Ship.Health", r.Health, 1, 255)
	f.between("Ship.RespawnMS", r.RespawnMS, 0, 60_000)
	f.between("Ship.SafeMS", r.SafeMS, 0, 60_000)
	f.between("Ship.DashSpeed", r.DashSpeed, r.Speed, 3000)
	f.between("Ship.DashMS", r.DashMS, 1, 1000)
	f.between("Ship.DashReloadMS", r.DashReloadMS, 1, 60_000)
}

// fly turns and moves every ship. A seat without an input keeps its aim and
// stops: that is all a ship does whose player is away.
func (a *rules) fly(in *sim.Inputs) {
	for _, s := range a.ships.All {
		a.flyOne(s, in.Origin(s.Seat))
	}
}

// flyOne turns and moves one ship by an input of some origin.
func (a *rules) flyOne(s *Ship, from sim.Origin) {
	give := a.input.Of(s.Seat)
	if from != sim.Neutral {
		if aim := uint8((give.Aim + 128) >> 8); aim != s.Aim {
			s.Aim = aim
		}
	}
	a.steer(s, give)
	if s.VX|s.VY != 0 {
		a.move(s)
	}
}

// move takes one step; what a wall takes away of it is lost to the speed, so
// that speed is always the last change of the position.
func (a *rules) move(s *Ship) {
	to := a.ground.Slide(s.at(), sim.Vec{X: s.VX, Y: s.VY})
	if vx, vy := to.X-s.X, to.Y-s.Y; vx != s.VX || vy != s.VY {
		s.VX, s.VY, s.Steer = vx, vy, 0
	}
	s.X, s.Y = to.X, to.Y
	if a.cfg.Cells {
		a.cross(s)
	}
}
