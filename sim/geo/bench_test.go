package geo

import (
	"math/rand/v2"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// fixedSeed is that of what benchmarks measure: the same each time.
func fixedSeed() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }

// ways are 1,024 points of a world of 4,096 units, each with a way of up to 60
// units along each axis.
func ways() (p, d [1024]sim.Vec) {
	r := fixedSeed()
	for i := range p {
		p[i] = sim.Vec{X: sim.Fixed(r.IntN(4096 * 256)), Y: sim.Fixed(r.IntN(4096 * 256))}
		d[i] = sim.Vec{X: sim.Fixed(r.IntN(120*256)) - sim.Int(60), Y: sim.Fixed(r.IntN(120*256)) - sim.Int(60)}
	}
	return p, d
}

// sum keeps results from being left out.
var sum int64

func each(b *testing.B, do func(p, d sim.Vec) int64) {
	b.Helper()
	p, d := ways()
	i := 0
	for b.Loop() {
		sum += do(p[i&1023], d[i&1023])
		i++
	}
}

func benchGround() *Ground {
	size, walls := hall(4096, fixedSeed().Int32N)
	return NewGround(size, walls, sim.Int(16), sim.Int(60))
}

func BenchmarkSlide(b *testing.B) {
	g := benchGround()
	each(b, func(p, d sim.Vec) int64 { return int64(g.Slide(p, d).X) })
}

func BenchmarkFree(b *testing.B) { each(b, benchGround().Free) }

func BenchmarkBeam1500(b *testing.B) {
	g := benchGround()
	each(b, func(p, d sim.Vec) int64 { return int64(g.Beam(p, d.Scale(sim.Int(25))).X) })
}

func BenchmarkRectMeet(b *testing.B) { each(b, box(1000, 1000, 3000, 3000).Meet) }

func BenchmarkCircleMeet(b *testing.B) {
	each(b, func(p, d sim.Vec) int64 { return Circle{p.Add(d), sim.Int(16)}.Meet(p, d) })
}

func BenchmarkMeetBody(b *testing.B) {
	each(b, func(p, d sim.Vec) int64 {
		return Rect{p.Add(d), p.Add(d).Add(units(40, 40))}.MeetBody(p, d, sim.Int(16))
	})
}

func BenchmarkPasses(b *testing.B) {
	each(b, func(p, d sim.Vec) int64 {
		at, _ := Passes(p, d, p.Add(d), sim.Int(20))
		return at
	})
}

func BenchmarkLongMul(b *testing.B) {
	each(b, func(p, d sim.Vec) int64 { return int64(LongOf(p.X).Mul(LongOf(d.X))) })
}

func BenchmarkLongDiv(b *testing.B) {
	each(b, func(p, d sim.Vec) int64 { return int64(LongOf(p.X).Div(LongOf(d.X) + 1<<40)) })
}

func BenchmarkLongLen(b *testing.B) {
	each(b, func(p, _ sim.Vec) int64 { return int64(LongVecOf(p).Len()) })
}

// BenchmarkPlane does what BenchmarkGrid of package sim does.
func BenchmarkPlane(b *testing.B) {
	const rows = 1000
	g, r := NewPlane(16), fixedSeed()
	points := make([]sim.Vec, rows)
	found := 0
	for b.Loop() {
		g.Reset()
		for i := range points {
			points[i] = sim.Vec{X: sim.Fixed(r.Int32N(4096 << 8)), Y: sim.Fixed(r.Int32N(4096 << 8))}
			g.Put(int32(i), points[i])
		}
		g.Build()
		for _, p := range points {
			g.Near(p, sim.Int(200), func(int32, sim.Vec) bool { found++; return true })
		}
	}
	b.ReportMetric(float64(found)/float64(b.N)/rows, "found/row")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
