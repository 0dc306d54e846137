package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// wander is the reference workload: everyone flies at full speed and turns to
// a random direction about once a second, aiming where they fly.
type wander struct {
	b      *bench
	rand   uint64
	inputs []Input
	fight  bool // hold the buttons of the weapons
	dash   bool // and that of the dash
}

func newWander(b *bench, players int) *wander {
	return &wander{b: b, rand: 1, inputs: make([]Input, players+1)}
}

func (r *wander) next() uint32 {
	r.rand = r.rand*6364136223846793005 + 1442695040888963407
	return uint32(r.rand >> 33)
}

func (r *wander) step() {
	for seat := 1; seat < len(r.inputs); seat++ {
		in := &r.inputs[seat]
		if in.DX|in.DY == 0 || r.next()%uint32(r.b.a.cfg.Hz) == 0 {
			in.Aim = sim.Angle(r.next())
			v := sim.Toward(in.Aim, 127*256)
			in.DX, in.DY = int8((v.X+128)>>8), int8((v.Y+128)>>8)
		}
		if r.fight {
			in.Buttons = ButtonBlaster | ButtonRail
		}
		if r.dash {
			in.Buttons |= ButtonDash
		}
		r.b.give(sim.Seat(seat), *in)
	}
	r.b.w.Step()
}

func BenchmarkStep50(b *testing.B)   { step(b, Default(), 50, false) }
func BenchmarkStep1000(b *testing.B) { step(b, open(), 1000, false) }
func BenchmarkStep5000(b *testing.B) { step(b, open(), 5000, false) }

// All buttons held: about 7 projectiles a player in flight.
func BenchmarkFight50(b *testing.B)   { step(b, Default(), 50, true) }
func BenchmarkFight5000(b *testing.B) { step(b, open(), 5000, true) }

func step(b *testing.B, c Config, players int, fight bool) {
	r := newWander(play(b, c, players), players)
	r.fight = fight
	for range 200 {
		r.step()
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		r.step()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*players), "ns/player")
}

// A checkpoint of 5,000 fighting players: what stands in a tick, and what does not.
func BenchmarkImage5000(b *testing.B) {
	r := fought5000(b)
	var image sim.Image
	for b.Loop() {
		image.Take(r.b.w)
	}
}

func BenchmarkEncode5000(b *testing.B) {
	r := fought5000(b)
	var state []byte
	for b.Loop() {
		state = r.b.w.Append(state[:0])
	}
	b.ReportMetric(float64(len(state)), "bytes")
}

func fought5000(b *testing.B) *wander {
	r := newWander(play(b, open(), 5000), 5000)
	r.fight = true
	for range 200 {
		r.step()
	}
	return r
}
