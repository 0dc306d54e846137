package bots

import (
	"math"

	"github.com/metronome-server/metronome/sim"
)

const (
	// steerTicks is how long a turn may take until the ship flies as told. Why 3:
	// the arena's take two.
	steerTicks = 3
	// maxStep is a step that no ship makes by flying, 1/256 unit: 256 units.
	maxStep = 1 << 16
)

// motion compares how a ship moves with how it was told to. Nothing tells a
// behaviour how fast a ship is or where the world ends; it finds out.
type motion struct {
	direction float64  // that it was told, radians
	settled   sim.Tick // from here on it should fly as told
	seen      sim.Tick // tick of last, 0 before the first
	last      sim.Vec
	full      float64 // the most it has moved in a tick, which is full speed
}

// told notes a new direction, given in the input for a tick.
func (m *motion) told(direction float64, tick sim.Tick) {
	m.direction, m.settled = direction, tick.Add(steerTicks)
}

// watch takes where the ship is at tick now, and reports along which axes
// something stops it.
func (m *motion) watch(at sim.Vec, now sim.Tick) (blockedX, blockedY bool) {
	ticks := now.Since(m.seen)
	if ticks <= 0 {
		return false, false
	}
	dx, dy := float64(at.X-m.last.X)/float64(ticks), float64(at.Y-m.last.Y)/float64(ticks)
	known := m.seen > 0
	m.last, m.seen = at, now
	speed := math.Hypot(dx, dy)
	if !known || speed > maxStep {
		return false, false // it appeared there, or was put somewhere else
	}
	m.full = max(m.full, speed)
	if now < m.settled || speed > 0.9*m.full {
		return false, false
	}
	wantX, wantY := m.full*math.Cos(m.direction), m.full*math.Sin(m.direction)
	return math.Abs(dx) < math.Abs(wantX)/2, math.Abs(dy) < math.Abs(wantY)/2
}

// reflected is the direction turned back along the axes that are blocked.
func (m *motion) reflected(blockedX, blockedY bool) float64 {
	dx, dy := math.Cos(m.direction), math.Sin(m.direction)
	if blockedX {
		dx = -dx
	}
	if blockedY {
		dy = -dy
	}
	return math.Atan2(dy, dx)
}
