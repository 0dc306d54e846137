package bots

import (
	"math/rand/v2"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// table is a match of behaviours without a server or a clock: a world, and for
// each player the mirror that it would have.
type table struct {
	t       testing.TB
	mode    sim.Mode
	world   *sim.World
	encoder *netproto.Encoder
	players []*sitter
	kills   int
	taken   int
}

type sitter struct {
	Behaviour
	seat   sim.Seat
	viewer netproto.Viewer
	mirror *netproto.Mirror
	frame  netproto.ServerFrame
	view   View
	in     []int32
	buf    []byte
}

func newTable(t testing.TB, mode string, players int, maker Maker, seed uint64) *table {
	t.Helper()
	for _, m := range arena.Game().Modes {
		if m.Name == mode {
			return newTableOf(t, m, players, maker, seed)
		}
	}
	t.Fatalf("no mode %q", mode)
	return nil
}

// newTableOf is newTable of any game's mode.
func newTableOf(t testing.TB, mode sim.Mode, players int, maker Maker, seed uint64) *table {
	t.Helper()
	tb := &table{t: t, mode: mode}
	var err error
	tb.world, err = sim.Start(tb.mode, seed)
	check(t, err)
	tb.encoder = netproto.NewEncoder(tb.world)
	for i := range players {
		tb.join(maker, rand.New(rand.NewPCG(seed, uint64(i))))
	}
	names := map[string]*int{"kill": &tb.kills, "taken": &tb.taken}
	tb.players[0].mirror.OnEvent(func(e netproto.Event) {
		if n := names[tb.world.EventKinds()[e.Kind].Name]; n != nil {
			*n++
		}
	})
	return tb
}

// join seats one more player, at the next seat.
func (tb *table) join(maker Maker, random *rand.Rand) *sitter {
	tb.t.Helper()
	schema := netproto.SchemaOf(tb.world)
	p := &sitter{seat: sim.Seat(len(tb.players) + 1), mirror: netproto.NewMirror(schema), in: make([]int32, len(schema.GetInput()))}
	p.view = View{Hz: tb.mode.TickHz(), Seat: p.seat, Mirror: p.mirror}
	var err error
	p.Behaviour, err = maker(schema, random)
	check(tb.t, err)
	check(tb.t, tb.world.Join(p.seat, sim.Entrant{}))
	tb.players = append(tb.players, p)
	return p
}

// leave takes the player away who came last.
func (tb *table) leave() {
	last := len(tb.players) - 1
	tb.world.Leave(tb.players[last].seat)
	tb.players = tb.players[:last]
}

// order gives the world a command of a player who gives some.
func (p *sitter) order(tb *table) {
	commander, ok := p.Behaviour.(Commander)
	var c netproto.Command
	if ok && commander.Command(&p.view, &c) {
		check(tb.t, tb.world.GiveCommand(p.seat, tb.world.Commanded(p.seat)+1, c.Values[:c.Count], c.List[:c.ListCount]))
	}
}

// play runs ticks, with a call after each.
func (tb *table) play(ticks int, after func()) {
	tb.t.Helper()
	for range ticks {
		for _, p := range tb.players {
			if p.mirror.Synced() {
				p.view.Tick = tb.world.Tick().Add(1)
				if p.Act(&p.view, p.in) {
					tb.world.SetInput(p.seat, p.in, 16, sim.Received)
				}
				p.order(tb)
			}
		}
		tb.world.Step()
		tb.encoder.Encode()
		for _, p := range tb.players {
			p.buf = tb.encoder.AppendSnapshot(p.buf[:0], &p.viewer, p.seat, netproto.Header{})
			check(tb.t, netproto.ReadServerFrame(p.buf, &p.frame))
			check(tb.t, p.mirror.Apply(&p.frame))
		}
		if after != nil {
			after()
		}
	}
}
