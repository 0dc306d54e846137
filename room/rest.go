package room

import (
	"context"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// runAtRest drives a room of a mode of 0 Hz: it sleeps until somebody does
// something or something is due, and ticks once. Ticks are numbered by time, so
// that those slept through are counted too.
func (r *Room) runAtRest(ctx context.Context) {
	start := r.clock.Now()
	first := r.next
	for r.closing.Load() == nil {
		if due, any := r.nextDue(); any {
			if err := r.clock.Wait(ctx, start.Add(roomTime(due, r.hz)-roomTime(first, r.hz)), r.wake); err != nil {
				r.Close(netproto.CloseRestart, "the node is stopping")
			}
		} else {
			select {
			case <-r.wake:
			case <-ctx.Done():
				r.Close(netproto.CloseRestart, "the node is stopping")
			}
		}
		if r.closing.Load() != nil {
			return
		}
		began := r.clock.Now()
		r.next = max(r.next, first.Add(int(int64(began.Sub(start))*int64(r.hz)/int64(time.Second))))
		r.began.Store(began.UnixNano())
		r.tick()
		r.began.Store(0)
		took := r.clock.Now().Sub(began)
		r.stats.TickTime.Add(took)
		r.samples.addTickTimes(r.taken, began, 0, took, 0)
	}
}

// resting reports whether this tick has nothing for the rules to do.
func (r *Room) resting() bool {
	wakes := r.world.WakesAt()
	return r.mode.Hz == 0 && r.gave == 0 && len(r.step.Joins)+len(r.step.Leaves) == 0 && (wakes == 0 || r.next < wakes)
}

// nextDue returns the tick at which a room at rest has something to do by
// itself: what the rules wait for, and what overdue looks for. False: nothing.
func (r *Room) nextDue() (due sim.Tick, any bool) {
	at := func(t sim.Tick) {
		if t = max(t, r.next); !any || t < due {
			due, any = t, true
		}
	}
	if t := r.world.WakesAt(); t != 0 {
		at(t)
	}
	if len(r.departing) > 0 {
		at(r.next)
	}
	for _, s := range r.taken {
		if d := s.commands.wait(roomTime(r.next, r.hz), r.mode.Commands()); d > 0 {
			at(r.next.Add(ticks(d, r.hz)))
		}
		switch {
		case s.link == nil:
			at(s.awayAt.Add(ticks(r.config.ResumeWindow, r.hz) + 1))
		case !s.link.spoke:
			at(s.link.heard.Add(introSeconds*r.hz + 1))
		case s.link.blocked != 0 || s.notices.pending(s.link.noticed):
			at(r.next.Add(1))
		default:
			at(s.link.heard.Add(ticks(r.silentAfter(), r.hz) + 1))
		}
	}
	if len(r.taken) == 0 && !r.options.Keep && r.config.EmptyAfter > 0 {
		at(r.emptySince.Add(ticks(r.config.EmptyAfter, r.hz) + 1))
	}
	return due, any
}

// restSilence is how many times longer than elsewhere a player of a room at rest
// may be silent. Why 6: they think; a minute finds who is gone, and is a
// heartbeat every twenty seconds.
const restSilence = 6

// silentAfter is how long a connection may send nothing.
func (r *Room) silentAfter() time.Duration {
	if r.mode.Hz == 0 {
		return restSilence * r.config.SilentAfter
	}
	return r.config.SilentAfter
}
