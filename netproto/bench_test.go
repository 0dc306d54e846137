package netproto

import (
	"fmt"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// crowd is the reference workload for a number of pawns: all move, and each
// turns about once in 30 ticks. Cells hold about 50 each, on a line; 0 for one
// group.
func crowd(b *testing.B, n int, cells uint32) *script {
	g := newScript(b)
	r := g.w.Rand()
	for range n {
		g.add(1, pawn{X: r.Between(0, sim.Int(4096)), Y: r.Between(0, sim.Int(4096)), VX: r.Between(-2560, 2560),
			HP: 100, Seat: sim.Seat(r.Intn(8) + 1), Cell: uint32(r.Intn(int32(cells + 1)))})
	}
	return g
}

// wander makes a step in which one pawn in 30 turns, and one in 100 crosses.
func (g *script) wander(cells uint32) {
	g.w.Step()
	r := g.w.Rand()
	for _, p := range g.pawns.All {
		if r.Intn(30) == 0 {
			vx := r.Between(-2560, 2560)
			p.X += vx - p.VX
			p.VX = vx
			p.Y += r.Between(-2560, 2560)
		}
		if cells > 0 && r.Intn(100) == 0 {
			p.Cell = p.Cell%cells + 1
		}
	}
}

// perEntity reports time and bytes by entity; b.N rounds had n of them each.
func perEntity(b *testing.B, n, bytes int) {
	b.Helper()
	per := float64(b.N) * float64(n)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/per, "ns/entity")
	b.ReportMetric(float64(bytes)/per, "B/entity")
	b.ReportMetric(8*float64(bytes)/per, "bits/entity")
}

func sizes(b *testing.B, run func(b *testing.B, n int)) {
	for _, n := range []int{50, 200, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			run(b, n)
		})
	}
}

// BenchmarkEncode: one tick's chunks of one group that everybody sees.
func BenchmarkEncode(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		g := crowd(b, n, 0)
		bytes := 0
		b.ResetTimer()
		for range b.N {
			b.StopTimer()
			g.wander(0)
			b.StartTimer()
			g.stage.e.Encode()
			bytes += len(g.stage.e.shared.groups.get(0).chunks.at(g.w.Tick()).rows)
		}
		perEntity(b, n, bytes)
	})
}

// BenchmarkEncodeCells: the same in cells of about 50, between which one pawn
// in 100 crosses.
func BenchmarkEncodeCells(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		cells := uint32(n / 50)
		g := crowd(b, n, cells)
		b.ResetTimer()
		for range b.N {
			b.StopTimer()
			g.wander(cells)
			b.StartTimer()
			g.stage.e.Encode()
		}
		perEntity(b, n, 0)
	})
}

// BenchmarkCompose: one seat's snapshot of chunks that are encoded already.
func BenchmarkCompose(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		g := crowd(b, n, 0)
		g.wander(0)
		g.stage.e.Encode()
		viewers := make([]Viewer, 256)
		var out []byte
		all := func() (bytes int) {
			for i := range viewers {
				out = g.stage.e.AppendSnapshot(out[:0], &viewers[i], 1, Header{Slack: 2})
				bytes += len(out)
			}
			return bytes
		}
		all()
		bytes := 0
		b.ResetTimer()
		for range b.N {
			b.StopTimer()
			g.wander(0)
			g.stage.e.Encode()
			b.StartTimer()
			bytes += all()
		}
		perEntity(b, n*len(viewers), bytes)
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(viewers)), "ns/seat")
	})
}

// BenchmarkComposeCells: one seat's snapshot of nine cells of about 50.
func BenchmarkComposeCells(b *testing.B) {
	const cells = 100
	g := crowd(b, 50*cells, cells)
	viewers := make([]Viewer, 88)
	for seat := range sim.Seat(len(viewers)) {
		for cell := range sim.Group(9) {
			g.view[seat+1] = append(g.view[seat+1], 1+sim.Group(seat)+cell)
		}
	}
	var out []byte
	bytes := 0
	b.ReportAllocs()
	for range b.N {
		b.StopTimer()
		g.wander(cells)
		g.stage.e.Encode()
		b.StartTimer()
		for i := range viewers {
			out = g.stage.e.AppendSnapshot(out[:0], &viewers[i], sim.Seat(i+1), Header{Slack: 2})
			bytes += len(out)
		}
	}
	perEntity(b, 450*len(viewers), bytes)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(viewers)), "ns/seat")
}

// BenchmarkDecode: a client's reading of one snapshot.
func BenchmarkDecode(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		g := crowd(b, n, 0)
		g.stage.e.Encode()
		var v Viewer
		var frame ServerFrame
		m := NewMirror(SchemaOf(g.w))
		bytes := 0
		for i := range b.N + 1 {
			b.StopTimer()
			g.wander(0)
			g.stage.e.Encode()
			out := g.stage.e.AppendSnapshot(nil, &v, 1, Header{Slack: 2})
			if i == 1 {
				b.ResetTimer()
			}
			b.StartTimer()
			if err := ReadServerFrame(out, &frame); err != nil {
				b.Fatal(err)
			}
			if err := m.Apply(&frame); err != nil {
				b.Fatal(err)
			}
			if i > 0 {
				bytes += len(out)
			}
		}
		perEntity(b, n, bytes)
	})
}

// BenchmarkKeyframe: a seat's first snapshot, its keyframe made for it alone.
func BenchmarkKeyframe(b *testing.B) {
	sizes(b, func(b *testing.B, n int) {
		g := crowd(b, n, 0)
		g.wander(0)
		g.stage.e.Encode()
		var v Viewer
		var out []byte
		bytes := 0
		b.ResetTimer()
		for range b.N {
			v.Reset()
			g.stage.e.shared.groups.get(0).keyTick = 0
			out = g.stage.e.AppendSnapshot(out[:0], &v, 1, Header{Slack: 2})
			bytes += len(out)
		}
		perEntity(b, n, bytes)
	})
}

// BenchmarkReadClientFrame: a client's usual message.
func BenchmarkReadClientFrame(b *testing.B) {
	in := clientFrames["input"]
	msg := AppendClientFrame(nil, &in)
	var f ClientFrame
	b.ReportAllocs()
	for range b.N {
		if err := ReadClientFrame(msg, &f); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(msg)), "B/frame")
}
