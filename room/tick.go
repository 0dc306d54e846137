package room

import (
	"fmt"
	"runtime/debug"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// tick is the room's whole work for one tick, in this order. Nothing in it
// blocks, and in a steady state nothing in it allocates. A game that panics
// closes its room and nothing else.
func (r *Room) tick() {
	defer r.guard()
	r.read()
	r.admit()
	r.take()
	r.advance()
	r.record()
	r.encode()
	r.send()
	r.tidy()
}

// read polls every connection and decodes its frames into its seat's buffer.
func (r *Room) read() {
	for _, s := range r.taken {
		if s.conn == nil {
			continue
		}
		s.overdrew = false
		s.budget = min(s.budget+burstGain, r.mode.Hz)
		if err := s.conn.Poll(s.handle); err != nil {
			r.lost(s, err)
		}
	}
}

// admit lets in who waits at the door, and carries out orders and wishes to leave.
func (r *Room) admit() {
	r.step.Joins, r.step.Leaves = r.step.Joins[:0], r.step.Leaves[:0]
	r.entries, r.orders = r.door.collect(r.entries, r.orders)
	for _, order := range r.orders {
		order()
	}
	for i := len(r.taken) - 1; i >= 0; i-- {
		if s := r.taken[i]; s.order {
			r.hangUp(s, netproto.CloseBye, "")
			r.leave(s)
		}
	}
	for _, e := range r.entries {
		r.enter(e)
	}
	clear(r.entries)
	clear(r.orders)
}

// take gives the world exactly one input per occupied seat.
func (r *Room) take() {
	r.step.Inputs = r.step.Inputs[:0]
	for _, s := range r.taken {
		values, seen, from := s.buffer.take(r.next, r.config.HoldTicks, r.fields)
		if s.state == SeatAway {
			values, seen, from = nil, 0, sim.Neutral
		}
		r.world.SetInput(s.number, values, seen, from)
		if r.journal != nil {
			r.step.Inputs = append(r.step.Inputs, JournalInput{s.number, from, seen, values})
		}
	}
}

// advance steps the game.
func (r *Room) advance() {
	r.world.Step()
	r.next = r.world.Tick().Add(1)
}

// record hands the tick to the journal.
func (r *Room) record() {
	if r.journal == nil {
		return
	}
	now := r.world.Tick()
	r.step.Tick, r.step.Hash = now, r.world.Hash()
	r.journal.Tick(&r.step)
	if int(now)%(checkpointSeconds*r.mode.Hz) == 0 {
		r.state = r.world.Append(r.state[:0])
		r.journal.Checkpoint(now, r.state)
	}
	if err := r.journal.Lost(); err != nil {
		r.log.Error("recording stopped; check the disk", "err", err)
		r.stats.RecordingsLost.Add(1)
		_ = r.journal.Close()
		r.journal = nil
	}
}

// encode writes each changed group's chunk, once.
func (r *Room) encode() { r.encoder.Encode() }

// send writes every seat its snapshot: one frame, one write. Who goes first
// rotates, so that nobody is always last.
func (r *Room) send() {
	n := len(r.taken)
	if n == 0 {
		return
	}
	first := int(r.world.Tick()) % n
	for i := range n {
		s := r.taken[(first+i)%n]
		if s.conn != nil && r.due(s) {
			r.snapshot(s)
		}
	}
}

// tidy ends what has timed out and publishes the statistics.
func (r *Room) tidy() {
	for i := len(r.taken) - 1; i >= 0; i-- {
		r.expire(r.taken[i])
	}
	r.stats.add(&r.tally)
	r.publish()
	r.tally = tally{}
	if len(r.taken) > 0 || r.options.Keep || r.config.EmptyAfter == 0 {
		r.emptyFor = 0
	} else if r.emptyFor++; r.emptyFor > ticks(r.config.EmptyAfter, r.mode.Hz) {
		r.Close(netproto.CloseRoomEnded, "nobody is here")
	}
}

// checkpointSeconds is how far apart a journal's checkpoints are. Why 10: to
// seek or to recover takes at most that much play, which runs 1,000 times
// faster than it was played.
const checkpointSeconds = 10

// guard turns a panic of the game into the end of its room.
func (r *Room) guard() {
	if fault := recover(); fault != nil {
		r.fail(fault)
	}
}

// fail closes the room because its game panicked. The journal gets the inputs
// of the tick that failed, so that playing it again fails the same way.
func (r *Room) fail(fault any) {
	if r.journal != nil && r.step.Tick != r.next {
		r.step.Tick, r.step.Hash = r.next, 0
		r.journal.Tick(&r.step)
	}
	r.fault = fmt.Errorf("game %s, tick %d: %v", r.mode.Name, r.next, fault)
	r.log.Error("the game's rules failed; the room is closed", "tick", r.next, "fault", fault, "stack", string(debug.Stack()))
	r.stats.Faults.Add(1)
	r.Close(netproto.CloseGameFault, "the game's rules failed")
}
