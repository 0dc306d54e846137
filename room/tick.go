package room

import (
	"fmt"
	"math"
	"runtime/debug"

	"github.com/metronome-server/metronome/internal/stack"
	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// checkpointSeconds is how far apart a journal's checkpoints are. Why 10: to
// seek or to recover takes at most that much play, which runs 1,000 times
// faster than it was played.
const checkpointSeconds = 10

// tick is the room's whole work for one tick, in this order. Nothing in it
// blocks, and in a steady state nothing in it allocates. A game that panics
// closes its room and nothing else.
func (r *Room) tick() {
	defer r.guard()
	r.at(PhaseRead).read()
	r.at(PhaseAdmit).admit()
	r.at(PhaseTake).take()
	r.at(PhaseAdvance).advance()
	r.at(PhaseRecord).record()
	r.at(PhaseEncode).encode()
	r.moveIfWanted()
	if r.mayShow() {
		r.at(PhaseSend).send()
	}
	r.at(PhaseTidy).tidy()
}

// Phase is one of the eight calls of a tick.
type Phase uint8

// The phases, in their order.
const (
	PhaseRead Phase = iota
	PhaseAdmit
	PhaseTake
	PhaseAdvance
	PhaseRecord
	PhaseEncode
	PhaseSend
	PhaseTidy
)

var phaseNames = [...]string{"read", "admit", "take", "advance", "record", "encode", "send", "tidy"}

func (p Phase) String() string { return nameOf(phaseNames[:], int(p)) }

// at notes which phase comes, for whoever wonders why a tick does not end.
func (r *Room) at(p Phase) *Room {
	r.phase.Store(uint32(p))
	return r
}

// read polls every connection and decodes its frames into its seat's inputs,
// then does what concerns more than the one seat.
func (r *Room) read() {
	r.fanout.each(r, r.taken, 0, (*Room).poll)
	for _, s := range r.taken {
		r.takeArrivals(s)
	}
	r.readSpectators()
}

// admit carries out orders and wishes to leave, and lets in who waits at the
// door. In a journal, too, leaves come before joins, and a room that rested is
// at the tick before this one.
func (r *Room) admit() {
	r.world.SkipTo(r.next)
	r.step.Joins, r.step.Leaves, r.step.Inputs, r.step.Commands = r.step.Joins[:0], r.step.Leaves[:0], r.step.Inputs[:0], r.step.Commands[:0]
	r.entries, r.orders = r.door.collect(r.entries, r.orders)
	for _, order := range r.orders {
		order()
	}
	clear(r.orders)
	r.kickWished()
	r.releaseDeparting()
	r.letIn()
}

// take gives the world exactly one input per occupied seat, and the commands
// whose turn it is.
func (r *Room) take() {
	r.gave = 0
	for _, s := range r.taken {
		r.giveCommands(s)
		if s.trace != nil {
			r.traceInput(s)
		}
		values, seen, from, backward := s.inputs.take(r.next, r.hold)
		if backward {
			r.fanout.workers[0].tally.unseen++
		}
		if s.state == SeatAway {
			values, seen, from = nil, 0, sim.Neutral
		}
		r.world.SetInput(s.number, values, seen, from)
		if r.noting() {
			r.step.Inputs = append(r.step.Inputs, journal.Input{Seat: s.number, From: from, Seen: seen, Values: values})
		}
	}
}

// traceInput tells who watches a seat what it has for this tick.
func (r *Room) traceInput(s *seat) {
	switch {
	case !s.trace.watched():
		s.trace = nil
	case s.state == SeatActive:
		s.trace.endTick(r.next, s.inputs, r.hold)
	default:
		s.trace.endTick(r.next, nil, r.hold)
	}
}

// advance steps the game, unless it rests.
func (r *Room) advance() {
	if r.rested = r.resting(); r.rested {
		r.world.Rest(r.next)
		return
	}
	r.world.Step()
}

// record hands the tick to the journal, and then does what the rules want of
// their room.
func (r *Room) record() {
	if r.rested {
		return
	}
	if r.noting() {
		r.recordTick()
	}
	r.carryOut()
}

// noting reports whether what happens at a tick is written down.
func (r *Room) noting() bool { return r.recording || r.keeping.keeper != nil }

func (r *Room) recordTick() {
	r.step.Tick, r.step.Hash = r.next, r.world.Hash()
	if r.keeping.keeper != nil {
		r.keeping.keeper.Tick(&r.step)
	}
	if !r.recording {
		return
	}
	r.journal.Tick(&r.step)
	if r.next.Since(r.checkpointed) >= checkpointSeconds*r.hz {
		r.checkpointed = r.next
		r.journal.Checkpoint(r.next, journal.StateOf(r.world))
	}
	if err := r.journal.Lost(); err != nil {
		r.loseRecording(err)
	}
}

// loseRecording goes on without the journal. It is closed in the end: a disk
// that does not keep up must not hold a tick.
func (r *Room) loseRecording(err error) {
	r.recording = false
	r.stats.RecordingsLost.Add(1)
	r.log.Error("the recording is incomplete; check the disk", "err", err)
}

// encode writes each changed group's chunk, once.
func (r *Room) encode() { r.encoder.Encode() }

// send writes every seat its snapshot: one frame, one write. Who goes first
// rotates, so that nobody is always last. Spectators come after all seats.
func (r *Room) send() {
	r.fanout.each(r, r.taken, int(r.next)%max(len(r.taken), 1), (*Room).sendTo)
	r.sendToSpectators()
}

// tidy ends what has lasted too long and publishes the statistics.
func (r *Room) tidy() {
	for _, s := range r.taken {
		r.endOverdue(s)
	}
	r.endOverdueSpectators()
	counted := r.fanout.counted()
	r.stats.add(&counted)
	r.samples.count(&counted)
	r.publish(counted.backlogged)
	r.tellNodes()
	r.keepChanges()
	r.publishKept()
	r.endMatch()
	r.endWhenIdle()
	r.endBeforeLastTick()
	r.next = r.next.Add(1)
}

// lastTick is the last tick that a room plays: an hour at 240 Hz before tick
// numbers end, so that nothing that looks ahead of a tick ever meets their end.
// At 30 Hz that is after four and a half years.
const lastTick = math.MaxUint32 - 3600*240

// endBeforeLastTick closes a room that runs out of tick numbers.
func (r *Room) endBeforeLastTick() {
	if r.next >= lastTick {
		r.Close(netproto.CloseRoomEnded, "the room has played all the ticks that it can count; join another")
	}
}

// publish lets others see how the room is, and leaves in r.people how many
// seats are taken by people.
func (r *Room) publish(backlogged int) {
	active, away, bots := 0, 0, 0
	for _, s := range r.taken {
		if s.state == SeatAway {
			away++
		} else {
			active++
		}
		if s.bot {
			bots++
		}
	}
	r.people = len(r.taken) - bots
	r.counts.active.Store(int64(active))
	r.counts.away.Store(int64(away))
	r.counts.bots.Store(int64(bots))
	r.counts.spectators.Store(int64(len(r.spectators)))
	r.counts.backlogged.Store(int64(backlogged))
	r.counts.tick.Store(int64(r.next))
}

// endWhenIdle closes a room that nobody sits in for too long, and at once one
// that is drained of people, or whose match is over: bots do not hold a node up. A room that a new
// player is on the way to stays.
func (r *Room) endWhenIdle() {
	if !r.idle() || r.options.Keep || r.config.EmptyAfter == 0 {
		r.emptySince = r.next
	}
	switch {
	case r.people == 0 && r.door.current() == Draining:
		r.closeUnlessAwaited("the room was drained")
	case r.between && r.door.current() == Draining:
		r.closeUnlessAwaited("the match is over, and this server is being stopped")
	case r.next.Since(r.emptySince) > ticks(r.config.EmptyAfter, r.hz) && (r.options.MayEnd == nil || r.options.MayEnd()):
		r.closeUnlessAwaited("nobody is here")
	}
}

// idle reports whether nobody sits here but fillers, who keep no room alive.
func (r *Room) idle() bool { return len(r.taken) == len(r.fillers) }

func (r *Room) closeUnlessAwaited(reason string) {
	why := &netproto.CloseError{Code: netproto.CloseRoomEnded, Reason: reason}
	if r.door.closeUnlessAwaited(why) {
		r.Close(why.Code, why.Reason)
	}
}

// guard turns a panic of the game into the end of its room.
func (r *Room) guard() {
	if fault := recover(); fault != nil {
		r.fail(fault)
	}
}

// fail closes the room because its game panicked. The journal gets what the tick
// that failed began with, so that playing it again fails the same way, and where
// it failed.
func (r *Room) fail(fault any) {
	calls := debug.Stack()
	if from, ok := fault.(*stacked); ok {
		fault, calls = from.fault, from.stack
	}
	phase := Phase(r.phase.Load())
	if r.recording {
		if phase > PhaseRead && r.step.Tick != r.next {
			r.step.Tick, r.step.Hash = r.next, 0
			r.journal.Tick(&r.step)
		}
		r.journal.Fault(journal.Fault{Tick: r.next, Phase: phase.String(), Text: fmt.Sprint(fault)})
	}
	r.fault = fmt.Errorf("game %s, tick %d, %v: %v", r.mode.Name, r.next, phase, fault)
	r.log.Error("the game's rules failed; the room is closed", "tick", r.next, "phase", phase, "err", fmt.Sprint(fault), "stack", stack.OfPanic(calls))
	r.stats.Faults.Add(1)
	r.tell(Event{Kind: EventFault, Text: r.fault.Error()})
	r.Close(netproto.CloseGameFault, "the game's rules failed")
}
