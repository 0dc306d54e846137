package main

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// config is one run.
type config struct {
	mode             string
	players, seconds int
	seed             uint64
}

// table is a match of wandering bots without a server or a clock: a world, and
// for each player the snapshots that it would get and the mirror they make.
type table struct {
	config
	mode    sim.Mode
	world   *sim.World
	encoder *netproto.Encoder
	players []*player
}

type player struct {
	bots.Behaviour
	view     bots.View
	viewer   netproto.Viewer
	frame    netproto.ServerFrame
	snapshot []byte
	in       []int32
}

func newTable(c config) (*table, error) {
	t := &table{config: c}
	for _, m := range arena.Game().Modes {
		if m.Name == c.mode {
			t.mode = m
		}
	}
	if t.mode.New == nil {
		return nil, fmt.Errorf("the arena has no mode %q", c.mode)
	}
	if c.players < 1 || c.players > t.mode.Seats || c.seconds < 1 {
		return nil, fmt.Errorf("want 1 to %d players and a second at least", t.mode.Seats)
	}
	var err error
	if t.world, err = sim.Start(t.mode, c.seed); err != nil {
		return nil, err
	}
	t.encoder = netproto.NewEncoder(t.world)
	for seat := 1; seat <= c.players; seat++ {
		if err := t.join(sim.Seat(seat)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *table) join(seat sim.Seat) error {
	schema := netproto.SchemaOf(t.world)
	wander, err := bots.Behaviours["wander"](schema, rand.New(rand.NewPCG(t.seed, uint64(seat))))
	t.players = append(t.players, &player{
		Behaviour: wander,
		view:      bots.View{Hz: t.mode.Hz, Seat: seat, Mirror: netproto.NewMirror(schema)},
		in:        make([]int32, len(schema.GetInput())),
	})
	return errors.Join(err, t.world.Join(seat, sim.Entrant{}))
}

// play runs the match and has s weigh every tick after the first second.
func (t *table) play(s *scales) error {
	from := t.mode.Hz
	look, err := newLook(netproto.SchemaOf(t.world))
	if err != nil {
		return err
	}
	for tick := range from + t.seconds*t.mode.Hz {
		if err := t.step(); err != nil {
			return err
		}
		if tick >= from {
			s.weigh(t.world.Tick(), look, t.players)
		}
	}
	return nil
}

// header is what a player's snapshot says of its inputs when all goes well:
// this tick's was used, and the next has come.
var header = netproto.Header{Slack: 1}

func (t *table) step() error {
	for _, p := range t.players {
		p.view.Tick = t.world.Tick().Add(1)
		if p.view.Mirror.Synced() && p.Act(&p.view, p.in) {
			t.world.SetInput(p.view.Seat, p.in, 0, sim.Received)
		}
	}
	t.world.Step()
	t.encoder.Encode()
	for _, p := range t.players {
		p.snapshot = t.encoder.AppendSnapshot(p.snapshot[:0], &p.viewer, p.view.Seat, header)
		err := netproto.ReadServerFrame(p.snapshot, &p.frame)
		if err == nil {
			err = p.view.Mirror.Apply(&p.frame)
		}
		if err != nil {
			return fmt.Errorf("seat %d at tick %d: %w", p.view.Seat, t.world.Tick(), err)
		}
	}
	return nil
}
