package netproto

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// moving is a game of 50 pawns that all move and turn, by and by, in a rhythm
// of 64 ticks; with cells, they cross between four groups.
func moving(t testing.TB, n int, cells uint32) *script {
	g := newScript(t)
	for id := range n {
		g.add(1, pawn{X: sim.Int(int32(id * 10)), VX: sim.Fixed(id*13%200 - 100), HP: 100, Seat: sim.Seat(id%8 + 1)})
	}
	g.turn(cells)
	return g
}

// turn has every pawn do something twice in 64 ticks.
func (g *script) turn(cells uint32) {
	tick := int(g.w.Tick())
	for ref, p := range g.pawns.All {
		switch id := int(ref.ID()); (tick + id*7) % 64 {
		case 0:
			p.VX = -p.VX
			p.Y += 77
		case 32:
			p.HP ^= 1
			p.Ammo ^= 3
			if cells > 0 {
				p.Cell = 1 + (p.Cell+1)%cells
			}
		}
	}
	g.hit.Emit(sim.Group(tick%4), hit{Hard: uint16(tick % 64)})
}

// TestSteadyStateAllocatesNothing: a tick's encoding and composing, and a
// client's reading of it, allocate nothing once buffers have grown.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for name, cells := range map[string]uint32{"one group": 0, "four groups": 4, "groups that come and go": 150} {
		t.Run(name, func(t *testing.T) {
			g := moving(t, 50, cells)
			var viewers [8]Viewer
			mirror := NewMirror(SchemaOf(g.w))
			var frame ServerFrame
			var b []byte
			for seat := range viewers {
				g.view[sim.Seat(seat+1)] = []sim.Group{1, 2, sim.Group(seat % 5)}
			}
			tick := func() {
				g.w.Step()
				g.turn(cells)
				g.stage.e.Encode()
				for i := range viewers {
					b = g.stage.e.AppendSnapshot(b[:0], &viewers[i], sim.Seat(i+1), Header{Slack: 2, InputAge: 1})
				}
				if err := ReadServerFrame(b, &frame); err != nil {
					t.Fatal(err)
				}
				if err := mirror.Apply(&frame); err != nil {
					t.Fatal(err)
				}
			}
			for range 4096 { // every chunk of the history meets every phase
				tick()
			}
			if n := testing.AllocsPerRun(1, func() {
				for range 128 {
					tick()
				}
			}); n != 0 {
				t.Errorf("%v allocations in 128 ticks", n)
			}
		})
	}
}
