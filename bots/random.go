package bots

import (
	"math/rand/v2"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// How long a random player leaves an input field as it is, seconds: from a tap
// to a key that is held.
const (
	shortestHold = 0.15
	longestHold  = 1.5
)

// restShare is how many of a random player's inputs are at rest.
const restShare = 0.25

// random fits every game: it draws each input field from the range that the
// schema gives, at rest now and then, and holds it for as long as people do.
type random struct {
	fields []*pb.InputField
	until  []sim.Tick // by field: when to draw it anew
	random *rand.Rand
}

func newRandom(schema *pb.Schema, r *rand.Rand) (Behaviour, error) {
	return &random{fields: schema.GetInput(), until: make([]sim.Tick, len(schema.GetInput())), random: r}, nil
}

// Act implements Behaviour. A game without inputs is sent none.
func (r *random) Act(v *View, in []int32) bool {
	for i, f := range r.fields {
		if v.Tick < r.until[i] {
			continue
		}
		in[i] = r.draw(f)
		hold := shortestHold + (longestHold-shortestHold)*r.random.Float64()
		r.until[i] = v.Tick.Add(max(int(hold*float64(v.Hz)), 1))
	}
	return len(r.fields) > 0
}

// draw returns a value of the field's range.
func (r *random) draw(f *pb.InputField) int32 {
	low, high := int64(f.GetMin()), int64(f.GetMax())
	if r.random.Float64() < restShare {
		return int32(min(max(0, low), high))
	}
	return int32(low + r.random.Int64N(high-low+1))
}
