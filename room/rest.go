package room

import (
	"context"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// runAtRest drives a room of a mode of 0 Hz: it sleeps until somebody does
// something or something is due, and ticks once. Ticks are numbered by time, so
// that those slept through are counted too, and none comes before its time: who
// wakes the room again and again moves neither its clock nor the limits that are
// counted in ticks.
func (r *Room) runAtRest(ctx context.Context) {
	start, first := r.clock.Now(), r.next
	timeOf := func(t sim.Tick) time.Time { return start.Add(roomTime(t, r.hz) - roomTime(first, r.hz)) }
	for last := first; r.closing.Load() == nil; last = r.next - 1 {
		err := r.sleep(ctx, timeOf)
		if err == nil {
			err = r.clock.Wait(ctx, timeOf(r.next), nil)
		}
		if err != nil {
			r.Close(netproto.CloseRestart, "the node is stopping")
		}
		if r.closing.Load() != nil {
			return
		}
		began := r.clock.Now()
		r.next = max(r.next, first.Add(int(int64(began.Sub(start))*int64(r.hz)/int64(time.Second))))
		r.elapsed = max(r.next.Since(last), 1)
		r.began.Store(began.UnixNano())
		r.tick()
		r.began.Store(0)
		took := r.clock.Now().Sub(began)
		r.stats.TickTime.Add(took)
		r.samples.addTickTimes(r.taken, began, 0, took, 0)
	}
}

// sleep waits until the room is woken or something is due. Errors: ctx's.
func (r *Room) sleep(ctx context.Context, timeOf func(sim.Tick) time.Time) error {
	if due, any := r.nextDue(); any {
		return r.clock.Wait(ctx, timeOf(due), r.wake)
	}
	select {
	case <-r.wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
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
	if len(r.departing)+len(r.kicked) > 0 {
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
		case s.link.blocked != 0 || s.link.resync || s.notices.pending(s.link.noticed):
			at(r.next.Add(1))
		default:
			at(s.link.heard.Add(ticks(r.silentAfter(), r.hz) + 1))
		}
	}
	for _, v := range r.spectators {
		switch {
		case !v.spoke:
			at(v.heard.Add(introSeconds*r.hz + 1))
		case v.blocked != 0 || v.resync || v.notices.pending(v.noticed):
			at(r.next.Add(1))
		default:
			at(v.heard.Add(ticks(r.silentAfter(), r.hz) + 1))
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
