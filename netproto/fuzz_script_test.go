package netproto

import (
	"math/rand/v2"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// FuzzSnapshotScript: whatever happens in a world and whoever looks when, each
// mirror equals the world restricted to its view. Two bytes of the script are
// one thing that happens.
func FuzzSnapshotScript(f *testing.F) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 0))
		script := make([]byte, 40<<(seed%4))
		for i := range script {
			script[i] = byte(r.Uint32())
		}
		f.Add(script)
	}
	f.Add([]byte{3, 1, 3, 1, 0, 0, 0, 40, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 600 {
			return // longer ones find nothing else
		}
		g := newScript(t)
		for id := range uint32(12) {
			g.add(1, pawn{Cell: id % 4, VX: sim.Fixed(id * 100), Seat: sim.Seat(id % 3)})
		}
		g.step()
		watchers := []*watcher{g.watch(t, 1, 1, 2), g.watch(t, 2, 2, 3)}
		if len(script) > 0 && script[0] >= 128 { // the second one's frames are short
			watchers[1].most = int(script[0]) / 2
		}
		for ; len(script) >= 2; script = script[2:] {
			g.act(t, script[0], int(script[1]), watchers)
		}
		for _, c := range watchers {
			g.step()
			c.receive(t, g.stage)
		}
	})
}

// act does one thing of a script; some of them take a step.
func (g *script) act(t *testing.T, op byte, arg int, watchers []*watcher) {
	c := watchers[arg&1]
	var row *pawn
	ref := sim.Ref(0)
	for r, p := range g.pawns.All {
		if ref = r; int(r.ID()) >= arg%16 {
			row = p
			break
		}
	}
	switch op % 16 {
	case 0: // a step that everybody sees
		g.step()
		watchers[0].receive(t, g.stage)
		watchers[1].receive(t, g.stage)
	case 1, 2: // one that only one sees
		g.step()
		c.receive(t, g.stage)
	case 3: // some that nobody sees
		g.steps(arg % 40)
	case 4:
		g.add(1+arg%3, pawn{Cell: uint32(arg % 5), VX: sim.Fixed(arg), Seat: sim.Seat(arg % 3)})
	case 5:
		g.pawns.Remove(ref)
	case 6:
		g.pawns.Remove(ref)
		g.add(1, pawn{Cell: uint32(arg / 16)})
	case 7:
		g.do = append(g.do, func() { g.hit.Emit(sim.Group(arg%6), hit{sim.Fixed(-arg), uint16(arg)}) })
	case 8:
		g.view[c.seat] = []sim.Group{sim.Group(arg >> 1 & 7), sim.Group(arg >> 4)}
	case 9:
		c.viewer.Reset()
	case 10: // left out
		g.w.Step()
		g.stage.log[g.w.Tick()%64] = nil
	default:
		g.change(op, arg, row)
	}
}

// change changes a row, if there is one.
func (g *script) change(op byte, arg int, row *pawn) {
	if row == nil {
		return
	}
	switch op % 16 {
	case 11:
		row.Cell = uint32(arg / 16 % 6)
	case 12:
		row.VX += sim.Fixed(arg) - 128
	case 13:
		row.HP += uint8(arg)
		row.Y -= sim.Fixed(arg) << 20
	case 14:
		row.Seat = sim.Seat(arg / 16 % 3)
		row.Ammo += uint8(arg)
	case 15:
		row.X, row.Cell = sim.Fixed(arg)<<24, row.Cell^1
	}
}
