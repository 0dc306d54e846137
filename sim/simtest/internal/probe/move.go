package probe

import "github.com/metronome-server/metronome/sim"

// move turns, pushes and slows a mover, and keeps it inside.
func (r *rules) move(m *mover, in *push) {
	m.Aim += sim.Angle(int32(in.Turn) * 40)
	if in.Keys&1 != 0 {
		m.Aim = in.Aim
	}
	m.Vel = m.Vel.Add(sim.Toward(m.Aim, in.Power)).Scale(250).ClampLen(sim.Int(speed))
	m.Pos = m.Pos.Add(m.Vel)
	for _, axis := range []struct{ at, vel *sim.Fixed }{{&m.Pos.X, &m.Vel.X}, {&m.Pos.Y, &m.Vel.Y}} {
		if inside := axis.at.Clamp(0, sim.Int(size)); inside != *axis.at {
			*axis.at, *axis.vel = inside, -*axis.vel
			m.Turns++
		}
	}
	m.Heat += int8(sim.Cos(m.Aim) >> 12) // wraps
	m.Ticks++
	m.Mix = m.Mix*0x9e3779b97f4a7c15 ^ sim.Sqrt(m.Mix)
	m.Work -= m.Vel.Dot(m.Pos) / (1 + int64(m.Load))
	m.Trace[m.Ticks%2] = uint16(sim.AngleOf(m.Vel))
}

// meet pushes a mover away from who is near and remembers the nearest.
func (r *rules) meet(self sim.Ref, m *mover) {
	m.Near = 0
	best := sim.Int(reach)
	r.grid.Near(m.Pos, best, func(id int32, at sim.Vec) bool {
		if d := m.Pos.Sub(at).Len(); r.near[id] != self && d < best {
			best, m.Near = d, r.near[id]
		}
		return true
	})
	other := r.movers.Get(m.Near)
	if m.Hot = other != nil; m.Hot {
		away := m.Pos.Sub(other.Pos)
		m.Vel = m.Vel.Add(sim.Toward(sim.AngleOf(away), sim.Int(8).Div(best+sim.One)))
		m.Load++ // wraps
	}
}

// judge sparks where a mover's neighbour was when its player looked.
func (r *rules) judge(self sim.Ref, m *mover, seen int) {
	was, ok := r.past.At(m.Near, seen)
	if !ok || r.w.Rand().Intn(8) != 0 {
		return
	}
	if _, _, fits := r.sparks.Add(spark{was, 1 + uint8(r.w.Rand().Intn(60))}); !fits {
		return
	}
	s := r.sum.Get()
	s.Sparks++
	s.Far = max(s.Far, was.Sub(m.Pos).Len().Mul(sim.One+1))
	r.burst.Emit(r.group(was), burst{was, self})
}
