package room

import (
	"context"

	"github.com/metronome-server/metronome/netproto"
)

// Run drives the room until Close or the end of ctx, once. It is the room's
// goroutine. It returns what went wrong in the game, or nil.
func (r *Room) Run(ctx context.Context) error {
	defer close(r.ended)
	defer func() { _ = r.clock.Close() }() // a timer that does not close is of no concern any more
	p := newPacer(r.clock, r.mode.Hz, r.options.Epoch, r.options.Phase, r.config.CatchUp)
	for r.closing.Load() == nil {
		if err := p.wait(ctx, r.wake); err != nil {
			r.Close(netproto.CloseRestart, "the node is stopping")
		}
		if r.closing.Load() != nil || r.clock.Now().Before(p.due(p.n)) {
			continue // woken to close
		}
		began, late, lost := p.begin(r.stats)
		r.tick()
		took := r.clock.Now().Sub(began)
		r.stats.TickTime.Add(took)
		r.ticked(began, late, took, lost)
	}
	r.end()
	return r.fault
}

// end closes every connection and what is at the door.
func (r *Room) end() {
	why := r.closing.Load()
	r.stopWorkers()
	for _, e := range r.entries { // of a tick that failed
		if e.conn != nil {
			r.refuse(e.conn, why)
		}
	}
	r.entries, r.orders = r.door.collect(r.entries, r.orders)
	for _, e := range r.entries {
		r.refuse(e.conn, why)
	}
	for _, s := range r.taken {
		r.hangUp(s, why.Code, why.Reason)
	}
	if err := r.closeJournal(); err != nil && r.recording {
		r.recordingLost(err)
	}
	r.log.Info("room closed", "code", why.Code.String(), "reason", why.Reason, "tick", r.world.Tick())
}

// discard ends a room that never ran.
func (r *Room) discard() error { return r.closeJournal() }

func (r *Room) closeJournal() error {
	if r.journal == nil {
		return nil
	}
	return r.journal.Close()
}

// recordingLost goes on without the journal. It is closed in the end: a disk
// that does not keep up must not hold a tick.
func (r *Room) recordingLost(err error) {
	r.recording = false
	r.stats.RecordingsLost.Add(1)
	r.log.Error("the recording is incomplete; check the disk", "err", err)
}
