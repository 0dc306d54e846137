package room

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// Run drives the room until Close or the end of ctx, once. It is the room's
// goroutine. It returns what went wrong in the game, or nil.
func (r *Room) Run(ctx context.Context) error {
	defer close(r.ended)
	defer func() { _ = r.clock.Close() }() // a timer that does not close is of no concern any more
	p := newPacer(r.clock, r.mode.Hz, r.options.Epoch, r.options.Phase, ticks(r.config.CatchUp, r.mode.Hz))
	var lateLog lossLog
	for r.closing.Load() == nil {
		if err := p.wait(ctx, r.wake); err != nil {
			r.Close(netproto.CloseRestart, "the node is stopping")
		}
		if r.closing.Load() != nil || r.clock.Now().Before(p.due(p.n)) {
			continue // woken to close
		}
		began, late, lost := p.begin(r.stats)
		lateLog.add(r, began, late, lost)
		r.began.Store(began.UnixNano())
		r.tick()
		r.began.Store(0)
		took := r.clock.Now().Sub(began)
		r.stats.TickTime.Add(took)
		r.samples.addTickTimes(r.taken, began, late, took, lost)
	}
	r.end()
	return r.fault
}

// lossLogEvery is how often a room logs ticks that it lost. Why: a CPU that is
// too slow loses some every second, and a log of that tells no more.
const lossLogEvery = 10 * time.Second

// lossLog says in the log which ticks were lost, now and then all since.
type lossLog struct {
	ticks int64
	worst time.Duration
	next  time.Time // before it nothing is logged
}

func (l *lossLog) add(r *Room, now time.Time, late time.Duration, lost int64) {
	if lost > 0 {
		l.ticks += lost
		l.worst = max(l.worst, late)
	}
	if l.ticks == 0 || now.Before(l.next) {
		return
	}
	r.log.Warn("ticks were lost: the process stood still or its CPU is too busy", "lost", l.ticks, "late", l.worst, "tick", r.next)
	*l = lossLog{next: now.Add(lossLogEvery)}
}

// Running is what a room is at.
type Running struct {
	Tick  sim.Tick
	Phase Phase
	Began time.Time
}

// Running tells which tick runs; ok is false between ticks. Any goroutine.
func (r *Room) Running() (now Running, ok bool) {
	began := r.began.Load()
	if began == 0 {
		return Running{}, false
	}
	return Running{sim.Tick(r.counts.tick.Load() + 1), Phase(r.phase.Load()), time.Unix(0, began)}, true
}

// Close ends the room: nobody is let in any more, every connection is closed
// with the code, Run returns. The first call's reason counts. Ended tells when
// that is done. Any goroutine.
func (r *Room) Close(code netproto.CloseCode, reason string) {
	r.closing.CompareAndSwap(nil, &netproto.CloseError{Code: code, Reason: reason})
	r.door.close(r.closing.Load())
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Ended is closed when the room is over and Run is about to return.
func (r *Room) Ended() <-chan struct{} { return r.ended }

// end closes every connection and what is at the door.
func (r *Room) end() {
	why := r.closing.Load()
	r.fanout.stop()
	for _, e := range r.entries { // of a tick that failed
		if e.conn != nil {
			r.door.refuse(e.conn, why)
		}
	}
	r.entries, r.orders = r.door.collect(r.entries, r.orders)
	for _, e := range r.entries {
		r.door.refuse(e.conn, why)
	}
	for _, s := range r.taken {
		r.disconnect(s, why.Code, why.Reason)
	}
	if err := r.closeJournal(); err != nil && r.recording {
		r.loseRecording(err)
	}
	r.log.Info("room closed", "code", why.Code.String(), "reason", why.Reason, "tick", r.world.Tick())
}

// discard ends a room that never ran.
func (r *Room) discard() error { return errors.Join(r.clock.Close(), r.closeJournal()) }

func (r *Room) closeJournal() error {
	if r.journal == nil {
		return nil
	}
	return r.journal.Close()
}

// loseRecording goes on without the journal. It is closed in the end: a disk
// that does not keep up must not hold a tick.
func (r *Room) loseRecording(err error) {
	r.recording = false
	r.stats.RecordingsLost.Add(1)
	r.log.Error("the recording is incomplete; check the disk", "err", err)
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
	stack := debug.Stack()
	if from, ok := fault.(*stacked); ok {
		fault, stack = from.fault, from.stack
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
	r.log.Error("the game's rules failed; the room is closed", "tick", r.next, "phase", phase, "err", fmt.Sprint(fault), "stack", string(stack))
	r.stats.Faults.Add(1)
	r.Close(netproto.CloseGameFault, "the game's rules failed")
}
