package bots

import (
	"math/rand/v2"

	"github.com/metronome-server/metronome/netproto"
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

// How long a random player thinks from one command to the next, seconds. Why no
// less: the slowest mode takes one a second in the long run, and who plays turns
// thinks about as long.
const (
	shortestThought = 1.0
	longestThought  = 4.0
)

// random fits every game: it draws each input field from the range that the
// schema gives, at rest now and then, and holds it for as long as people do. In a
// game with commands it gives one of any values, thinks, and gives the next.
type random struct {
	fields []*pb.InputField
	until  []sim.Tick // by field: when to draw it anew
	orders []*pb.CommandField
	order  sim.Tick // when to give the next command; 0: it has not thought yet
	random *rand.Rand
}

func newRandom(schema *pb.Schema, r *rand.Rand) (Behaviour, error) {
	return &random{fields: schema.GetInput(), until: make([]sim.Tick, len(schema.GetInput())), orders: schema.GetCommand(), random: r}, nil
}

// Act implements Behaviour. A game without inputs is sent none.
func (r *random) Act(v *View, in []int32) bool {
	for i, f := range r.fields {
		if v.Tick < r.until[i] {
			continue
		}
		in[i] = r.draw(f)
		r.until[i] = r.after(v, shortestHold, longestHold)
	}
	return len(r.fields) > 0
}

// after returns a tick that is so many seconds from now.
func (r *random) after(v *View, shortest, longest float64) sim.Tick {
	seconds := shortest + (longest-shortest)*r.random.Float64()
	return v.Tick.Add(max(int(seconds*float64(v.Hz)), 1))
}

// draw returns a value of the field's range, often the one at rest.
func (r *random) draw(f *pb.InputField) int32 {
	if r.random.Float64() < restShare {
		return min(max(0, f.GetMin()), f.GetMax())
	}
	return r.between(f.GetMin(), f.GetMax())
}

func (r *random) between(low, high int32) int32 {
	return int32(int64(low) + r.random.Int64N(int64(high)-int64(low)+1))
}

// Command implements Commander. It thinks first, so that those who came at the
// same time do not order at the same time.
func (r *random) Command(v *View, c *netproto.Command) bool {
	if len(r.orders) == 0 || v.Tick < r.order {
		return false
	}
	thought := r.order > 0
	if r.order = r.after(v, shortestThought, longestThought); !thought {
		return false
	}
	c.Count, c.ListCount = 0, 0
	for _, f := range r.orders {
		if f.GetList() == 0 {
			c.Values[c.Count] = r.between(f.GetMin(), f.GetMax())
			c.Count++
			continue
		}
		for range r.random.IntN(int(f.GetList()) + 1) {
			c.List[c.ListCount] = r.between(f.GetMin(), f.GetMax())
			c.ListCount++
		}
	}
	for c.ListCount > 0 && netproto.CommandSize(c) > netproto.MaxCommand {
		c.ListCount--
	}
	return true
}
