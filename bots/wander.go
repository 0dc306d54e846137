package bots

import (
	"math"
	"math/rand/v2"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// wander is the movement of workload W1: full speed all the time, in a new
// random direction every 0.8 to 1.2 s; walls and borders reflect.
type wander struct {
	pilot
	random    *rand.Rand
	direction float64  // radians
	turn      sim.Tick // when to take a new direction
	settled   sim.Tick // from here on the ship should fly as it was told
	seen      sim.Tick // tick of last
	last      sim.Vec
	full      float64 // the most it has moved in a tick, which is full speed
}

func newWander(schema *pb.Schema, random *rand.Rand) (Behaviour, error) {
	p, err := newPilot(schema)
	return &wander{pilot: p, random: random}, err
}

// Act implements Behaviour.
func (w *wander) Act(v *View, in []int32) bool {
	switch blockedX, blockedY := w.watch(v); {
	case v.Tick >= w.turn:
		w.direction = w.random.Float64() * 2 * math.Pi
		w.turn = v.Tick.Add(int(math.Round((0.8 + 0.4*w.random.Float64()) * float64(v.Hz))))
		w.steer(v, in)
	case blockedX || blockedY:
		dx, dy := math.Cos(w.direction), math.Sin(w.direction)
		if blockedX {
			dx = -dx
		}
		if blockedY {
			dy = -dy
		}
		w.direction = math.Atan2(dy, dx)
		w.steer(v, in)
	}
	return true
}

// steerTicks is how long a turn may take until the ship flies as told. Why 3:
// the arena's take two.
const steerTicks = 3

func (w *wander) steer(v *View, in []int32) {
	w.fly(in, w.direction)
	w.settled = v.Tick.Add(steerTicks)
}

// watch compares how the ship has moved with how it was told to and reports
// along which axes something stopped it.
func (w *wander) watch(v *View) (blockedX, blockedY bool) {
	l, i, alive := w.self(v)
	now := v.Mirror.Tick()
	ticks := now.Since(w.seen)
	if !alive || ticks <= 0 {
		return false, false
	}
	at := w.at(l, i)
	dx, dy := float64(at.X-w.last.X)/float64(ticks), float64(at.Y-w.last.Y)/float64(ticks)
	known := w.seen > 0
	w.last, w.seen = at, now
	speed := math.Hypot(dx, dy)
	if !known || speed > maxStep {
		return false, false // it appeared there, or was put somewhere else
	}
	w.full = max(w.full, speed)
	if now < w.settled || speed > 0.9*w.full {
		return false, false
	}
	wantX, wantY := w.full*math.Cos(w.direction), w.full*math.Sin(w.direction)
	blockedX = math.Abs(dx) < math.Abs(wantX)/2
	blockedY = math.Abs(dy) < math.Abs(wantY)/2
	return blockedX, blockedY
}

// maxStep is a step that no ship makes by flying, 1/256 unit: 256 units.
const maxStep = 1 << 16
