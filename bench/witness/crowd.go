package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// note is what one witness saw at one tick.
type note struct {
	seat sim.Seat
	sums sums
}

// sums are hashes of rows by group, whatever their order; own is that of the
// private columns of the seat's rows.
type sums struct {
	groups map[uint32]uint64
	own    uint64
}

// crowd is the witnesses.
type crowd struct {
	stop  context.CancelFunc
	wait  sync.WaitGroup
	mutex sync.Mutex
	notes map[sim.Tick][]note
}

// enter brings the witnesses into the room; first is the seat of one of them.
func enter(ctx context.Context, lobby *client.Lobby, first *pb.Join, o options) (*crowd, error) {
	playing, stop := context.WithCancel(ctx)
	c := &crowd{stop: stop, notes: map[sim.Tick][]note{}}
	join := first
	for i := range o.witnesses {
		if i > 0 {
			var err error
			if join, err = lobby.JoinRoom(ctx, first.GetRoom().GetId(), "witness"); err != nil {
				return nil, err
			}
		}
		player, err := client.Dial(ctx, join.GetUrl(), client.Options{Name: "witness", Bot: true})
		if err != nil {
			return nil, err
		}
		c.wait.Go(func() {
			if err := player.Run(playing, c.handler(uint64(i), o.every)); err != nil && playing.Err() == nil {
				fmt.Fprintln(os.Stderr, "witness: one is gone:", err)
			}
		})
	}
	return c, nil
}

// handler flies at random and takes notes.
func (c *crowd) handler(seed uint64, every int) client.Handler {
	random, noted := rand.New(rand.NewPCG(seed, 0)), -1
	return client.Handler{
		Input: func(_ *client.Session, tick sim.Tick, values []int32) {
			if tick%20 == 0 {
				values[0], values[1] = int32(random.IntN(255)-127), int32(random.IntN(255)-127)
			}
		},
		Snapshot: func(s *client.Session) {
			if period := int(s.Tick()) / every; s.Synced() && period != noted {
				noted = period
				seen := look(s.Mirror())
				c.mutex.Lock()
				c.notes[s.Tick()] = append(c.notes[s.Tick()], note{s.Seat(), seen})
				c.mutex.Unlock()
			}
		},
	}
}

// leave has all witnesses leave and returns their notes, by tick.
func (c *crowd) leave() map[sim.Tick][]note {
	c.stop()
	c.wait.Wait()
	return c.notes
}

// look sums up a mirror.
func look(m *netproto.Mirror) sums {
	s := sums{groups: map[uint32]uint64{}}
	for table := range m.Schema().GetTable() {
		public, private := split(m.Schema().GetTable()[table])
		for l := range m.Lists(table) {
			s.groups[l.Group()] += sumList(l, table, len(public))
		}
		for l := range m.Own(table) {
			s.own += sumList(l, table, len(private))
		}
	}
	return s
}

// split names a table's columns that everybody sees, and those that the owner does.
func split(t *pb.TableSchema) (public, private []string) {
	for _, c := range t.GetColumn() {
		if c.GetPrivate() {
			private = append(private, c.GetName())
		} else {
			public = append(public, c.GetName())
		}
	}
	return public, private
}

func sumList(l *netproto.List, table, columns int) uint64 {
	total := uint64(0)
	row := make([]uint32, columns)
	for i, id := range l.IDs() {
		for c := range row {
			row[c] = l.Column(c)[i]
		}
		total += sumRow(table, id, row)
	}
	return total
}
