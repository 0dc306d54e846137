package room

import "github.com/metronome-server/metronome/netproto"

// expire ends what has lasted too long on one seat.
func (r *Room) expire(s *seat) {
	switch s.state {
	case SeatActive:
		if s.conn != nil && r.next.Since(s.heard) > ticks(r.config.SilentAfter, r.mode.Hz) {
			r.drop(s, netproto.CloseSilent, "nothing was sent for too long")
		}
		if !s.overdrew && s.flooding > 0 {
			s.flooding--
		}
	case SeatAway:
		if r.next.Since(s.awayAt) > ticks(r.config.ResumeWindow, r.mode.Hz) {
			s.leaving = true
		}
	case SeatFree:
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
	r.counts.backlogged.Store(int64(backlogged))
	r.counts.tick.Store(int64(r.next))
}

// endWhenIdle closes a room that nobody sits in for too long, and at once one
// that is drained of people: bots do not hold a node up.
func (r *Room) endWhenIdle() {
	if len(r.taken) > 0 || r.options.Keep || r.config.EmptyAfter == 0 {
		r.emptyFor = 0
	} else {
		r.emptyFor++
	}
	switch {
	case r.people == 0 && r.door.current() == Draining:
		r.closeUnlessAwaited("the room was drained")
	case r.emptyFor > ticks(r.config.EmptyAfter, r.mode.Hz):
		r.closeUnlessAwaited("nobody is here")
	}
}

// closeUnlessAwaited ends the room unless a new player is on the way in.
func (r *Room) closeUnlessAwaited(reason string) {
	why := &netproto.CloseError{Code: netproto.CloseRoomEnded, Reason: reason}
	if r.door.closeUnlessAwaited(why) {
		r.Close(why.Code, why.Reason)
	}
}
