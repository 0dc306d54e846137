package room

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// Run drives the room until Close or the end of ctx, once. It is the room's
// goroutine. It returns what went wrong in the game, or nil.
func (r *Room) Run(ctx context.Context) error {
	defer close(r.ended)
	defer func() { _ = r.clock.Close() }() // a timer that does not close is of no concern any more
	r.tellBegin()
	if r.mode.Hz == 0 {
		r.runAtRest(ctx)
		r.end()
		return r.fault
	}
	p := newPacer(r.clock, r.hz, r.options.Epoch, r.options.Phase, ticks(r.config.CatchUp, r.hz))
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
		r.late = late
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
	r.tell(Event{Kind: EventTicksLost, Count: l.ticks, Text: fmt.Sprintf("the latest %v late", l.worst.Round(time.Millisecond))})
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

// end closes every connection and what is at the door.
func (r *Room) end() {
	why := r.closing.Load()
	// Close may not have come to it yet: who enters behind the last look at the door
	// would wait for ever.
	r.door.close(why)
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
	if why.Code != netproto.CloseMoved {
		r.abandon(why.Reason)
	}
	for _, s := range r.taken {
		r.disconnect(s, why.Code, why.Reason)
	}
	r.closeSpectators(func(*spectator) *netproto.CloseError { return why })
	if err := r.closeJournal(); err != nil && r.recording {
		r.loseRecording(err)
	}
	r.endKeeping(r.GoesOn())
	r.tellEnd(why)
	r.log.Info("room closed", "code", why.Code.String(), "reason", why.Reason, "tick", r.world.Tick())
}

// GoesOn reports whether the room has ended here without an end: its seats are kept, by
// this node's next process or by another node. Call it after Ended.
func (r *Room) GoesOn() bool {
	why := r.closing.Load()
	return why != nil && why.Code == netproto.CloseMoved && r.moved.URL == "" && r.fault == nil
}

// discard ends a room that never ran.
func (r *Room) discard() error {
	err := errors.Join(r.clock.Close(), r.closeJournal())
	if k := r.keeping.keeper; k != nil && r.world.Tick() > 0 {
		err = errors.Join(err, k.Close()) // it was had again, and may be once more
	} else if k != nil {
		err = errors.Join(err, k.Forget())
	}
	return err
}

func (r *Room) closeJournal() error {
	if r.journal == nil {
		return nil
	}
	return r.journal.Close()
}
