package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// match is a game that is stepped as a room does it, without sockets. Half of
// its players fight, half wander.
type match struct {
	mode    sim.Mode
	world   *sim.World
	encoder *netproto.Encoder
	schema  *pb.Schema
	players []*player
	random  *rand.Rand
}

// player is one seat's bot and the mirror that it sees by.
type player struct {
	seat   sim.Seat
	act    bots.Behaviour
	viewer netproto.Viewer
	mirror *netproto.Mirror
	view   bots.View
	values []int32
	frame  netproto.ServerFrame
	buffer []byte
	gone   int // ticks until it comes back
}

func newMatch(mode string, players int, seed uint64) (*match, error) {
	m := &match{random: rand.New(rand.NewPCG(seed, 3))}
	for _, known := range arena.Game().Modes {
		if known.Name == mode {
			m.mode = known
		}
	}
	var err error
	if m.world, err = sim.Start(m.mode, seed); err != nil {
		return nil, err
	}
	m.schema = netproto.SchemaOf(m.world)
	for seat := sim.Seat(1); int(seat) <= min(players, m.mode.Seats); seat++ {
		p := &player{seat: seat, values: make([]int32, len(m.schema.GetInput()))}
		behaviour := []string{"wander", "fighter"}[seat%2]
		if p.act, err = bots.Behaviours[behaviour](m.schema, rand.New(rand.NewPCG(seed, uint64(seat)))); err != nil {
			return nil, err
		}
		if err := m.sit(p); err != nil {
			return nil, err
		}
		m.players = append(m.players, p)
	}
	m.encoder = netproto.NewEncoder(m.world)
	return m, nil
}

func (m *match) sit(p *player) error {
	p.viewer.Reset()
	p.mirror = netproto.NewMirror(m.schema)
	clear(p.values)
	return m.world.Join(p.seat, sim.Entrant{})
}

// step makes one tick: inputs, the game, the chunks, and what each bot sees.
func (m *match) step() error {
	if err := m.comeAndGo(); err != nil {
		return err
	}
	for _, p := range m.players {
		if p.gone > 0 {
			continue
		}
		if p.mirror.Synced() {
			p.view = bots.View{Tick: m.world.Tick().Add(1), Hz: m.mode.Hz, Seat: p.seat, Mirror: p.mirror}
			p.act.Act(&p.view, p.values)
		}
		m.world.SetInput(p.seat, p.values, 16, sim.Received)
	}
	m.world.Step()
	m.encoder.Encode()
	for _, p := range m.players {
		if p.gone > 0 {
			continue
		}
		if err := p.see(m.encoder); err != nil {
			return fmt.Errorf("seat %d: %w", p.seat, err)
		}
	}
	return nil
}

// comeAndGo has a player leave now and then, and come back.
func (m *match) comeAndGo() error {
	for _, p := range m.players {
		switch {
		case p.gone > 1:
			p.gone--
		case p.gone == 1:
			p.gone = 0
			if err := m.sit(p); err != nil {
				return err
			}
		case p.seat != watched && m.random.IntN(9000) == 0:
			m.world.Leave(p.seat)
			p.gone = 1 + m.random.IntN(300)
		}
	}
	return nil
}

func (p *player) see(e *netproto.Encoder) error {
	p.buffer = e.AppendSnapshot(p.buffer[:0], &p.viewer, p.seat, netproto.Header{})
	if err := netproto.ReadServerFrame(p.buffer, &p.frame); err != nil {
		return err
	}
	return p.mirror.Apply(&p.frame)
}
