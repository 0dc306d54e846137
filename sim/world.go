package sim

import (
	"errors"
	"fmt"
)

// World is the state of one match and the rules bound to it.
type World struct {
	mode   Mode
	rules  Rules
	tick   Tick
	rand   Rand
	tables []*core
	hist   []ring
	inputs Inputs
	input  inputReader
	events eventBuffer
	faults []error
	// restored rebuilds what the rules keep beside their tables, or is nil.
	restored func()
}

// ring is a History without its type.
type ring interface {
	record()
	append(b []byte) []byte
	restore(r *reader)
	reset()
	shape(*hash)
}

// Start makes the world of a new match. The same mode and seed give the same
// match. For a room of fewer seats than the mode has, start
// [Mode.WithSeats]. Errors: every fault of the mode and of the tables it
// declares, joined.
func Start(mode Mode, seed uint64) (*World, error) {
	if err := mode.Validate(); err != nil {
		return nil, err
	}
	w := &World{mode: mode, rand: Rand{seed}}
	w.inputs.init(mode.Seats)
	w.rules = mode.New(w)
	w.events.started = true
	if kind := w.events.early; kind != "" {
		w.fault(fmt.Errorf("event %s: New emits it, when nobody is there; emit it in Join or Step", kind))
	}
	refused := len(w.faults) > 0
	if w.rules == nil && !refused {
		w.fault(fmt.Errorf("mode %q: New returned no rules", mode.Name))
	}
	if w.input == nil && !refused {
		w.fault(fmt.Errorf("mode %q: New declared no input (sim.NewInput)", mode.Name))
	}
	if err := errors.Join(w.faults...); err != nil {
		return nil, fmt.Errorf("mode %q: %w", mode.Name, err)
	}
	if r, ok := w.rules.(Restorer); ok {
		w.restored = r.Restored
	}
	return w, nil
}

func (w *World) fault(err error) {
	if err != nil {
		w.faults = append(w.faults, err)
	}
}

// Refuse makes [Start] fail with err: for [Mode.New], when the rules it was
// given cannot be played. A nil err does nothing.
func (w *World) Refuse(err error) { w.fault(err) }

func (w *World) addTable(c *core) {
	for _, other := range w.tables {
		if other.name == c.name {
			w.fault(fmt.Errorf("table %s: declared twice", c.name))
		}
	}
	if len(w.tables) == maxTables {
		w.fault(fmt.Errorf("table %s: more than %d tables", c.name, maxTables))
		return
	}
	w.tables = append(w.tables, c)
}

// Mode returns what the match was made from. Its Seats are those of this
// match's room: size tables by them.
func (w *World) Mode() Mode { return w.mode }

// Tick returns the number of the last step; inside Rules.Step, of this one.
func (w *World) Tick() Tick { return w.tick }

// Rand returns the world's random generator.
func (w *World) Rand() *Rand { return &w.rand }

// Join puts a player on a seat. Errors: the seat is out of range or taken.
func (w *World) Join(seat Seat) error {
	if seat < 1 || int(seat) > w.mode.Seats {
		return fmt.Errorf("join seat %d: want 1 to %d", seat, w.mode.Seats)
	}
	if !w.inputs.sit(seat) {
		return fmt.Errorf("join seat %d: it is taken", seat)
	}
	w.rules.Join(seat)
	return nil
}

// Leave takes the player of a seat away; an empty seat does nothing.
func (w *World) Leave(seat Seat) {
	if w.inputs.stand(seat) {
		w.input.clear(seat)
		w.rules.Leave(seat)
	}
}

// Step moves the match on by one tick with the inputs that were set since the
// last one; a seat without one gets the neutral input. The events of the tick
// before are forgotten. After [LastTick] it does nothing.
func (w *World) Step() {
	if w.Over() {
		return
	}
	w.tick = w.tick.Add(1)
	w.events.open()
	w.rules.Step(&w.inputs)
	w.events.finish(w)
	for _, h := range w.hist {
		h.record()
	}
	w.inputs.clear()
	w.input.clear(w.inputs.seats...)
}

// Over reports whether the match has come to [LastTick]: there is no step after it.
func (w *World) Over() bool { return w.tick >= LastTick }

// View fills view with the groups that a seat sees.
func (w *World) View(seat Seat, view *View) { w.rules.View(seat, view) }

// Seats returns the occupied seats, ascending. Valid until the next Join or Leave.
func (w *World) Seats() []Seat { return w.inputs.seats }
