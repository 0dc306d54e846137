package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/sim"
)

// commandEvery is how many ticks lie between two commands of a player.
const commandEvery = 5

// mostWaiting is how many commands of a player wait at most. Why 4: those of 50 players
// may come in one tick, which has 256 effects at most.
const mostWaiting = 4

// world is what all players together have seen.
type world struct {
	mu     sync.Mutex
	chains map[sim.Tick][2]uint32
	newest sim.Tick
	// differ counts snapshots that told of a tick otherwise than another had.
	differ int
	// back has for each comeback by how many ticks the world had gone back, if it had.
	back []int
}

// see takes what a snapshot says of a tick.
func (w *world) see(tick sim.Tick, chain [2]uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if was, known := w.chains[tick]; known && was != chain {
		w.differ++
	}
	w.chains[tick] = chain
	if tick > w.newest {
		w.newest = tick
	}
	if len(w.chains) > 20_000 {
		for t := range w.chains {
			if t+10_000 < w.newest {
				delete(w.chains, t)
			}
		}
	}
}

// player is one who keeps count.
type player struct {
	world  *world
	client *client.Client
	random *rand.Rand

	given        uint32 // commands; owned by the client's goroutine
	welcomes     uint64
	chain, entry int // tables

	mu     sync.Mutex
	tick   sim.Tick      // of the newest snapshot
	at     time.Time     // when it came
	fresh  time.Time     // when the first of this connection came
	gap    time.Duration // the longest between two snapshots, since it was asked for
	joined uint64        // connections that brought a snapshot
	row    [2]uint32     // own commands, as the last snapshot has them: how many, the last
	over   error         // the seat is lost
	nodes  int           // that are known beside the room's
	seat   sim.Seat
	quiet  atomic.Bool // no more commands
}

// enter takes a seat by the URL of a ticket, and plays until ctx ends.
func enter(ctx context.Context, w *world, url, name string, seed uint64, wait *sync.WaitGroup) (*player, error) {
	c, err := client.Dial(ctx, url, client.Options{Name: name})
	if err != nil {
		return nil, err
	}
	p := &player{world: w, client: c, random: rand.New(rand.NewPCG(seed, 1))}
	wait.Go(func() {
		err := c.Run(ctx, client.Handler{Input: p.press, Snapshot: p.see})
		if ctx.Err() == nil {
			p.mu.Lock()
			p.over = fmt.Errorf("%s has lost the seat: %w", name, err)
			p.mu.Unlock()
		}
	})
	return p, nil
}

func (p *player) press(s *client.Session, tick sim.Tick, values []int32) {
	values[0] = p.random.Int32N(2001) - 1000
	if int(tick)%commandEvery == 0 && !p.quiet.Load() && s.CommandsWaiting() < mostWaiting {
		if _, err := s.Command([]int32{int32(p.given + 1)}, nil); err == nil {
			p.given++
		}
	}
}

func (p *player) see(s *client.Session) {
	now := time.Now()
	first := s.Counts.Welcomes != p.welcomes
	if first {
		p.welcomes = s.Counts.Welcomes
		for i, t := range s.Mirror().Schema().GetTable() {
			switch t.GetName() {
			case "chain":
				p.chain = i
			case "entry":
				p.entry = i
			}
		}
	}
	if !s.Synced() {
		return
	}
	tick := s.Tick()
	for l := range s.Mirror().Lists(p.chain) {
		if len(l.IDs()) > 0 {
			p.world.see(tick, [2]uint32{l.Column(0)[0], l.Column(1)[0]})
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range s.Mirror().Lists(p.entry) {
		for i, seat := range l.Column(0) {
			if seat == uint32(s.Seat()) {
				p.row = [2]uint32{l.Column(1)[i], l.Column(2)[i]}
			}
		}
	}
	if first {
		p.fresh, p.joined = now, p.joined+1
		if tick <= p.tick {
			p.world.mu.Lock()
			p.world.back = append(p.world.back, int(p.tick-tick)+1)
			p.world.mu.Unlock()
		}
	} else if tick < p.tick {
		p.over = fmt.Errorf("tick %d after %d on one connection", tick, p.tick)
	}
	if !p.at.IsZero() {
		p.gap = max(p.gap, now.Sub(p.at))
	}
	p.tick, p.at, p.nodes, p.seat = tick, now, len(s.Nodes()), s.Seat()
}

// state is how a player is.
type state struct {
	tick   sim.Tick
	at     time.Time
	fresh  time.Time
	joined uint64
	row    [2]uint32
	over   error
	nodes  int
	seat   sim.Seat
}

func (p *player) state() state {
	p.mu.Lock()
	defer p.mu.Unlock()
	return state{p.tick, p.at, p.fresh, p.joined, p.row, p.over, p.nodes, p.seat}
}

// takeGap returns the longest time between two snapshots since the last call.
func (p *player) takeGap() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	gap := p.gap
	p.gap = 0
	return gap
}

// counts returns how many commands a player gave, and how many the server has not acked.
func (p *player) counts(ctx context.Context) (given uint32, waiting int, err error) {
	type both struct {
		given   uint32
		waiting int
	}
	got := make(chan both, 1)
	if err := p.client.Do(func(s *client.Session) { got <- both{p.given, s.CommandsWaiting()} }); err != nil {
		return 0, 0, err
	}
	select {
	case b := <-got:
		return b.given, b.waiting, nil
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
}
