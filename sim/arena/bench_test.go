package arena

import (
	"fmt"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// wander is the reference workload: everyone flies at full speed and turns to
// a random direction about once a second, aiming where they fly.
type wander struct {
	b      *bench
	rand   uint64
	inputs []Input
}

func newWander(b *bench, players int) *wander {
	return &wander{b, 1, make([]Input, players+1)}
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
		r.b.give(sim.Seat(seat), *in)
	}
	r.b.w.Step()
}

func BenchmarkStep(b *testing.B) {
	for _, players := range []int{50, 1000, 5000} {
		b.Run(fmt.Sprint(players), func(b *testing.B) {
			c := Default()
			if players > 50 {
				c = open()
			}
			r := newWander(play(b, c, players), players)
			for range 200 {
				r.step()
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				r.step()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*players), "ns/player")
		})
	}
}
