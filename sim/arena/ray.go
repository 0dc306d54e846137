package arena

import "github.com/metronome-server/metronome/sim"

// whole is the part of a way that is all of it: parts are in 1/65536.
const whole = 1 << 16

// along returns the point that lies a part of the way from p by d.
func along(p, d sim.Vec, part int64) sim.Vec {
	return sim.Vec{X: p.X + sim.Fixed(int64(d.X)*part>>16), Y: p.Y + sim.Fixed(int64(d.Y)*part>>16)}
}

// free returns which part of the way from p by d is free of walls. d is at
// most reach plus a ship's radius long.
func (g *ground) free(p, d sim.Vec) int64 {
	part := int64(whole)
	for _, id := range g.bins.near(p) {
		part = min(part, g.walls[id].meet(p, d))
	}
	return part
}

// meet returns at which part of the way from p by d the rectangle begins;
// whole when the way misses it. Touching along a side is a miss.
func (r *Rect) meet(p, d sim.Vec) int64 {
	inX, outX := span(p.X, d.X, r.Min.X, r.Max.X)
	inY, outY := span(p.Y, d.Y, r.Min.Y, r.Max.Y)
	in, out := max(inX, inY, 0), min(outX, outY)
	if in >= out || in > whole {
		return whole
	}
	return in
}

// span returns from where to where, in parts of the way d from p along one
// axis, it is between lo and hi.
func span(p, d, lo, hi sim.Fixed) (in, out int64) {
	if d == 0 {
		if p <= lo || p >= hi {
			return 1, 0
		}
		return -1 << 62, 1 << 62
	}
	in, out = int64(lo-p)<<16/int64(d), int64(hi-p)<<16/int64(d)
	if d < 0 {
		in, out = out, in
	}
	return in, out
}

// beam returns where a ray from p by d ends: at a wall, at the edge of the
// world, or at its full length.
func (g *ground) beam(p, d sim.Vec) sim.Vec {
	_, outX := span(p.X, d.X, -1, g.size.X+1)
	_, outY := span(p.Y, d.Y, -1, g.size.Y+1)
	d = along(sim.Vec{}, d, min(outX, outY, whole))
	pieces := int64(d.Len()/(g.reach+g.radius)) + 1
	for i := range pieces {
		from := along(p, d, i*whole/pieces)
		step := along(p, d, (i+1)*whole/pieces).Sub(from)
		if part := g.free(from, step); part < whole {
			return along(from, step, part)
		}
	}
	return p.Add(d)
}

// passes reports whether a way from p by d comes within r of c, and how far
// along its nearest point to c is: comparable for ways with the same d, which
// is at most 4096 units long.
func passes(p, d, c sim.Vec, r sim.Fixed) (int64, bool) {
	to, long := c.Sub(p), d.Len2()
	at := min(max(to.Dot(d), 0), long)
	if at > 0 {
		to.X -= sim.Fixed(int64(d.X) * at / long)
		to.Y -= sim.Fixed(int64(d.Y) * at / long)
	}
	return at, to.Within(r)
}
