package sim

import (
	"errors"
	"fmt"
)

// A room of a mode of 0 Hz rests: its world comes to a tick by a step or without
// one, and ticks are left out.

// Wake asks for a step so many ticks from this one, in a room that rests (a
// mode of 0 Hz): for clocks of turns. The earliest wish holds; 0 and less takes
// it back. Any step takes it back as well, so ask in each step that waits. In
// other rooms it means nothing.
func (w *World) Wake(ticks int) {
	switch at := w.tick.Add(ticks); {
	case ticks <= 0:
		w.room.wake = 0
	case w.room.wake == 0 || at < w.room.wake:
		w.room.wake = at
	}
}

// WakesAt returns the tick at which the rules want their next step; 0: when
// somebody does something.
func (w *World) WakesAt() Tick { return w.room.wake }

// SkipTo makes t the tick of the next step, in a room that rests: nothing has
// happened since the last one. It does nothing when t is not behind it, and in
// modes of more than 0 Hz.
func (w *World) SkipTo(t Tick) {
	if w.mode.Hz == 0 && t > w.tick {
		w.tick = t - 1
	}
}

// Rest moves a room that rests on to tick t without a step: nothing has happened.
// As [World.SkipTo], it does nothing in modes of more than 0 Hz.
func (w *World) Rest(t Tick) {
	if w.mode.Hz == 0 && t > w.tick {
		w.tick, w.rested = t, true
		w.events.reset()
		w.events.ready = true
		w.out.reset()
		w.out.ready = true
	}
}

// AtRest reports whether this is a world that rests between its steps.
func (w *World) AtRest() bool { return w.mode.Hz == 0 }

// Stepped reports whether the world came to its tick by a step.
func (w *World) Stepped() bool { return !w.rested }

// refuseMotionAtRest reports what moves by itself in a mode of 0 Hz, where there
// are no ticks for it.
func (w *World) refuseMotionAtRest() {
	if w.mode.Hz != 0 {
		return
	}
	for _, t := range w.tables {
		for i := range t.columns {
			if t.columns[i].Linear {
				w.fault(fmt.Errorf("table %s: column %s is linear, but a room of 0 Hz has no ticks in which it moves", t.name, t.columns[i].Name))
			}
		}
	}
	if len(w.hist) > 0 {
		w.fault(errors.New("a room of 0 Hz has no history: nobody aims in it"))
	}
}
