package script

import "github.com/metronome-server/metronome/sim"

// moment draws the tick at which something happens next in a room that rests,
// and whether it is only the rules that want it. As in a room, nothing comes
// later than what the rules wait for, but that a room may be late at times.
func (s *Script) moment(w *sim.World) (at sim.Tick, alone bool) {
	next := w.Tick().Add(1)
	if len(s.kicked(w)) > 0 {
		return next, false // it is carried out at once
	}
	at = next.Add(s.pause())
	wakes := w.WakesAt()
	if wakes == 0 || at < wakes {
		return at, false
	}
	late := 0
	if s.rng.IntN(16) == 0 {
		late = s.pause()
	}
	return max(wakes, next).Add(late), s.rng.IntN(2) == 0
}

// pause draws how many ticks are left out: often none, seldom ten minutes.
func (s *Script) pause() int {
	if s.rng.IntN(3) == 0 {
		return 0
	}
	return s.rng.IntN(1 << s.rng.IntN(14))
}

// kicked are those whom the rules wanted gone at the last step.
func (s *Script) kicked(w *sim.World) (seats []sim.Seat) {
	for _, wish := range w.Wishes() {
		if wish.Kind == sim.WishKick {
			seats = append(seats, wish.Seat)
		}
	}
	return seats
}
