package bots

import (
	"math/rand/v2"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// botState is what a player of a swarm is doing.
type botState uint8

const (
	// entering: with a worker, or waiting for one.
	entering botState = iota
	// playing: it has a connection, and, once welcomed, a beat.
	playing
	// pausing: it lost its connection and waits to come back.
	pausing
	// gone: it will not come back.
	gone
)

// bot is one player. The swarm's goroutine owns it, but a worker while entering.
type bot struct {
	client.Polled
	index   int
	state   botState
	name    string
	url     string // of the room, as last entered
	room    string // that it fills, "" for none
	resume  bool   // come back to the same seat
	retry   client.Retry
	queued  queued    // what it waits as, or plays by, when there is a queue
	at      time.Time // when a pausing one comes back
	entered time.Time // when it got its connection
	joined  bool      // it has played before
	random  *rand.Rand

	behaviour Behaviour
	commander Commander // the behaviour, if it gives commands
	command   netproto.Command
	shape     uint64 // of the schema that the behaviour was made for
	input     []int32
	welcomes  uint64 // welcomes dealt with
	acted     bool
	view      View
	moving    []int // tables whose rows count as visible entities
	beat      *beat
	round     int64 // of the beat, when it was last due

	seen   uint64    // snapshots dealt with
	last   time.Time // when the last one came
	window tally
}

// tally is what one player did in the measured time.
type tally struct {
	from              client.Counts
	visible, sampled  uint64
	gaps, playedSince bool
}

// welcomed makes the player ready for the room it has come into.
func (b *bot) welcomed(maker Maker) error {
	w := b.Welcome()
	b.welcomes = b.Counts.Welcomes
	b.retry.Succeeded()
	b.joined = true
	b.view = View{Hz: int(w.GetTickHz()), Seat: b.Seat()}
	if b.behaviour != nil && w.GetResumed() && b.shape == w.GetSchema().GetFingerprint() {
		return nil
	}
	made, err := maker(w.GetSchema(), b.random)
	if err != nil {
		return err
	}
	b.behaviour, b.shape, b.acted = made, w.GetSchema().GetFingerprint(), false
	b.commander, _ = made.(Commander)
	b.input = make([]int32, len(w.GetSchema().GetInput()))
	b.moving = movingTables(w.GetSchema())
	return nil
}

// movingTables are the tables whose rows move: those with a column that is
// predicted by its last change. When there are none, all.
func movingTables(schema *pb.Schema) []int {
	var moving, all []int
	for i, t := range schema.GetTable() {
		all = append(all, i)
		for _, c := range t.GetColumn() {
			if c.GetLinear() && !c.GetPrivate() {
				moving = append(moving, i)
				break
			}
		}
	}
	if len(moving) == 0 {
		return all
	}
	return moving
}

// act appends what the player sends now to frame; heldUp: later than it usually
// does.
func (b *bot) act(frame []byte, now time.Time, heldUp bool, skipped int) []byte {
	tick, due := b.Due(now, skipped)
	if heldUp {
		b.Excuse()
	}
	if !due {
		return b.AppendRest(frame, now)
	}
	if b.Synced() {
		b.view.Tick, b.view.Mirror = tick, b.Mirror()
		b.acted = b.behaviour.Act(&b.view, b.input)
		b.order()
	}
	if !b.acted {
		return b.AppendRest(frame, now)
	}
	return b.AppendInput(frame, tick, b.input, now)
}

// order gives a command, if the player wants to and none before waits: so it
// never gives more than the room takes.
func (b *bot) order() {
	if b.commander == nil || b.CommandsWaiting() > 0 {
		return
	}
	c := &b.command
	if b.commander.Command(&b.view, c) {
		// One that is too long is not given: a player of a load test has nobody to tell.
		_, _ = b.Session.Command(c.Values[:c.Count], c.List[:c.ListCount])
	}
}

// visible counts the moving rows that the player sees.
func (b *bot) visible() uint64 {
	n := 0
	for _, table := range b.moving {
		for l := range b.Mirror().Lists(table) {
			n += len(l.IDs())
		}
	}
	return uint64(n)
}
