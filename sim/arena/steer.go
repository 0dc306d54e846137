package arena

import "github.com/metronome-server/metronome/sim"

// fullStick is the squared length from which on the stick means full speed.
const fullStick = 126 * 126

// steerKey packs a stick; never 0.
func steerKey(in *Input) uint32 { return 1<<16 | uint32(uint8(in.DX))<<8 | uint32(uint8(in.DY)) }

// steer brings the speed of a ship nearer to what its stick asks for. Once it
// is there, nothing is computed until the stick moves, and the ship takes
// exactly equal steps.
func (a *rules) steer(s *Ship, in *Input) {
	key, full, most := steerKey(in), a.full, a.accel
	if a.dashing(s, in) {
		key, full, most = key|dashKey, a.dash, 2*a.dash
	}
	if s.Steer == key {
		return
	}
	want := stick(in, full)
	now := sim.Vec{X: s.VX, Y: s.VY}
	now = now.Add(want.Sub(now).ClampLen(most))
	s.VX, s.VY, s.Steer = now.X, now.Y, 0
	if now == want {
		s.Steer = key
	}
}

// dashKey marks a steerKey under which a ship dashes.
const dashKey = 1 << 17

// dashing reports whether a ship dashes in this tick, and starts a dash when
// its player asks for one. A dash is at dash speed at once, and follows the
// stick; afterwards the ship brakes as it always does.
func (a *rules) dashing(s *Ship, in *Input) bool {
	now := a.w.Tick()
	if in.Buttons&ButtonDash != 0 && uint32(now) >= s.DashAt && in.DX|in.DY != 0 {
		s.DashAt = uint32(now.Add(a.cfg.ticks(a.cfg.Ship.DashReloadMS)))
	}
	// The last dash began so long before the next one may.
	began := sim.Tick(s.DashAt).Add(-a.cfg.ticks(a.cfg.Ship.DashReloadMS))
	return s.DashAt != 0 && now < began.Add(a.cfg.ticks(a.cfg.Ship.DashMS))
}

// stick returns the speed per tick that a stick asks for: full is that of the
// whole throttle. The length is exact to within rounding of each part.
func stick(in *Input, full sim.Fixed) sim.Vec {
	x, y := int64(in.DX), int64(in.DY)
	long := x*x + y*y
	if long < fullStick {
		return sim.Vec{X: round(x*int64(full), 127), Y: round(y*int64(full), 127)}
	}
	length := int64(sim.Sqrt(uint64(long) << 32)) // in 1/65536
	return sim.Vec{X: round(x*int64(full)<<16, length), Y: round(y*int64(full)<<16, length)}
}

// round returns a/b to nearest, halves away from zero, so that opposite
// sticks give opposite speeds.
func round(a, b int64) sim.Fixed {
	if a < 0 {
		return -sim.Fixed((-a + b/2) / b)
	}
	return sim.Fixed((a + b/2) / b)
}
