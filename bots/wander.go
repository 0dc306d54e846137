package bots

import (
	"math"
	"math/rand/v2"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// wander is the movement of workload W1: full speed all the time, in a new
// random direction every 0.8 to 1.2 s; walls and borders reflect who sees them.
type wander struct {
	pilot
	motion
	random *rand.Rand
	turn   sim.Tick // when to take a new direction
}

func newWander(schema *pb.Schema, random *rand.Rand) (Behaviour, error) {
	p, err := newPilot(schema)
	return &wander{pilot: p, random: random}, err
}

// Act implements Behaviour.
func (w *wander) Act(v *View, in []int32) bool {
	blockedX, blockedY := false, false
	if l, i, alive := w.self(v); alive {
		blockedX, blockedY = w.watch(w.at(l, i), v.Mirror.Tick())
	}
	switch {
	case v.Tick >= w.turn:
		w.told(w.random.Float64()*2*math.Pi, v.Tick)
		w.turn = v.Tick.Add(int(math.Round((0.8 + 0.4*w.random.Float64()) * float64(v.Hz))))
	case blockedX || blockedY:
		w.told(w.reflected(blockedX, blockedY), v.Tick)
	default:
		return true
	}
	w.fly(in, w.direction)
	w.face(in, w.direction)
	return true
}
