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

// read polls every connection and decodes its frames into its seat's buffer,
// then does what concerns more than the one seat.
func (r *Room) read() {
	r.each(0, (*Room).poll)
	for _, s := range r.taken {
		r.heed(s)
	}
}

// admit carries out orders and wishes to leave, and lets in who waits at the
// door. In a journal, too, leaves come before joins.
func (r *Room) admit() {
	r.step.Joins, r.step.Leaves, r.step.Inputs = r.step.Joins[:0], r.step.Leaves[:0], r.step.Inputs[:0]
	r.entries, r.orders = r.door.collect(r.entries, r.orders)
	for _, order := range r.orders {
		order()
	}
	clear(r.orders)
	r.dismiss()
	r.letIn()
}

// take gives the world exactly one input per occupied seat.
func (r *Room) take() {
	for _, s := range r.taken {
		if s.trace != nil {
			r.traced(s)
		}
		values, seen, from := s.buffer.take(r.next, r.config.HoldTicks)
		if s.state == SeatAway {
			values, seen, from = nil, 0, sim.Neutral
		}
		r.world.SetInput(s.number, values, seen, from)
		if r.recording {
			r.step.Inputs = append(r.step.Inputs, JournalInput{s.number, from, seen, values})
		}
	}
}

// advance steps the game.
func (r *Room) advance() { r.world.Step() }

// record hands the tick to the journal.
func (r *Room) record() {
	if !r.recording {
		return
	}
	r.step.Tick, r.step.Hash = r.next, r.world.Hash()
	r.journal.Tick(&r.step)
	if int(r.next)%(checkpointSeconds*r.mode.Hz) == 0 {
		r.state = r.world.Append(r.state[:0])
		r.journal.Checkpoint(r.next, r.state)
	}
	if err := r.journal.Lost(); err != nil {
		r.recordingLost(err)
	}
}

// encode writes each changed group's chunk, once.
func (r *Room) encode() { r.encoder.Encode() }

// send writes every seat its snapshot: one frame, one write. Who goes first
// rotates, so that nobody is always last.
func (r *Room) send() {
	r.each(int(r.next)%max(len(r.taken), 1), (*Room).sendTo)
	for _, s := range r.taken {
		if s.slow {
			s.slow = false
			r.drop(s, netproto.CloseSlow, "snapshots were not read for too long")
		}
	}
}

// tidy ends what has timed out and publishes the statistics.
func (r *Room) tidy() {
	for _, s := range r.taken {
		r.expire(s)
	}
	counted := r.counted()
	r.stats.add(&counted)
	r.history.count(&counted)
	r.publish(counted.backlogged)
	r.endWhenIdle()
	r.next = r.next.Add(1)
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
	stack := debug.Stack()
	if from, ok := fault.(*stacked); ok {
		fault, stack = from.fault, from.stack
	}
	if r.recording && r.step.Tick != r.next {
		r.step.Tick, r.step.Hash = r.next, 0
		r.journal.Tick(&r.step)
	}
	r.fault = fmt.Errorf("game %s, tick %d: %v", r.mode.Name, r.next, fault)
	r.log.Error("the game's rules failed; the room is closed", "tick", r.next, "fault", fault, "stack", string(stack))
	r.stats.Faults.Add(1)
	r.Close(netproto.CloseGameFault, "the game's rules failed")
}
