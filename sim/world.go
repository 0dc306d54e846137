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

	paramFields []ParamField
	params      []ParamValue
	command     commandReader // nil: the game has none
	commanded   []uint32      // by seat: the number of the last command that was given
	sitters     []sitter      // by seat
	room        roomState
	rested      bool // it came to its tick without a step
	out         outgoing
	effects     []EffectKind
	outcome     *core // nil: the game has none
	ownOutcome  []Column
	// restored rebuilds what the rules keep beside their tables, or is nil.
	restored func()
	spare    int // of each table: see Ahead
	// values are those of a command that is given: on the stack they would escape.
	values [maxCommandFields]int32
}

// ring is a History without its type, or a part of a HistoryOf.
type ring interface {
	record()
	restore(r *reader)
	reset()
	shape(*hash)
	// remembered is the table whose rows it is of, and what it knows of them.
	remembered() (*core, [][]past)
	// columns are those whose values stand in place of positions; none: it has positions.
	columns() []Column
}

// Start makes the world of a new match. The same mode and seed give the same
// match. For a room of fewer seats than the mode has, start
// [Mode.WithSeats]. Errors: every fault of the mode and of the tables it
// declares, joined.
func Start(mode Mode, seed uint64) (*World, error) { return startSpare(mode, seed, 0) }

// startSpare is Start with spare slots in each table.
func startSpare(mode Mode, seed uint64, spare int) (*World, error) {
	if err := mode.Validate(); err != nil {
		return nil, err
	}
	w := &World{mode: mode, rand: Rand{seed}, spare: spare}
	w.inputs.init(mode.Seats)
	w.sitters = make([]sitter, mode.Seats+1)
	w.rules = mode.New(w)
	w.events.started = true
	w.refuseParams()
	if kind := w.events.early; kind != "" {
		w.fault(fmt.Errorf("event %s: New emits it, when nobody is there; emit it in Join or Step", kind))
	}
	refused := len(w.faults) > 0
	if w.rules == nil && !refused {
		w.fault(fmt.Errorf("mode %q: New returned no rules", mode.Name))
	}
	if w.input == nil && w.command == nil && !refused {
		w.fault(fmt.Errorf("mode %q: New declared neither an input (sim.NewInput) nor a command (sim.NewCommand)", mode.Name))
	}
	if w.input == nil {
		w.input = noInput{}
	}
	w.refuseMotionAtRest()
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

// OneMatch reports whether the room was made for one match: rules that play match
// after match in a room that is always there then call [World.End] after the first.
func (w *World) OneMatch() bool { return w.mode.oneMatch }

// Tick returns the number of the last step; inside Rules.Step, of this one. In a
// room that rests, Rules.Join and Rules.Leave have the tick before their step's.
func (w *World) Tick() Tick { return w.tick }

// Rand returns the world's random generator.
func (w *World) Rand() *Rand { return &w.rand }

// Join puts a player on a seat. Errors: the seat is out of range or taken, or
// the entrant is too long.
func (w *World) Join(seat Seat, who Entrant) error {
	if seat < 1 || int(seat) > w.mode.Seats {
		return fmt.Errorf("join seat %d: want 1 to %d", seat, w.mode.Seats)
	}
	if err := who.validate(); err != nil {
		return fmt.Errorf("join seat %d: %w", seat, err)
	}
	if !w.inputs.sit(seat) {
		return fmt.Errorf("join seat %d: it is taken", seat)
	}
	w.sitters[seat] = sitter{who.User, who.Team}
	if w.commanded != nil {
		w.commanded[seat] = 0
	}
	w.addSeatRows(seat)
	w.rules.Join(seat, who)
	return nil
}

// Leave takes the player of a seat away; an empty seat does nothing.
func (w *World) Leave(seat Seat) {
	if w.inputs.stand(seat) {
		w.input.clear(seat)
		w.rules.Leave(seat)
		w.removeSeatRows(seat)
		w.sitters[seat] = sitter{}
	}
}

// Step moves the match on by one tick with the inputs that were set and the
// commands that were given since the last one; a seat without an input gets the
// neutral one. The events, wishes and effects of the tick before are forgotten.
// After [LastTick], and after the rules have ended the match, it does nothing.
func (w *World) Step() {
	if w.Over() {
		return
	}
	w.tick, w.rested = w.tick.Add(1), false
	w.events.open()
	w.out.open()
	w.room.wake = 0
	if w.command != nil {
		w.command.ready()
	}
	w.rules.Step(&w.inputs)
	w.events.finish(w)
	w.out.ready = true
	if w.command != nil {
		w.command.reset()
	}
	for _, h := range w.hist {
		h.record()
	}
	w.inputs.clear()
	w.input.clear(w.inputs.seats...)
}

// Over reports whether there is no step after the last one: the match has come
// to [LastTick], or the rules have ended it. When they did so in Join or Leave, the
// step that follows is the last one.
func (w *World) Over() bool { return w.tick >= LastTick || w.room.ended && !w.out.ends() }

// View fills view with the groups that a seat sees.
func (w *World) View(seat Seat, view *View) { w.rules.View(seat, view) }

// Spectate adds to view what a spectator who watches a seat sees of it: nothing,
// unless the rules are a [Spectator].
func (w *World) Spectate(watched Seat, view *View) {
	if s, ok := w.rules.(Spectator); ok && watched != 0 {
		s.Spectate(watched, view)
	}
}

// Predicts reports whether the rules are a [Predictor].
func (w *World) Predicts() bool {
	_, ok := w.rules.(Predictor)
	return ok
}

// Inputs returns the inputs of this step: what Rules.Step is given, for rules that look
// at them in Predict. Good until the step is over.
func (w *World) Inputs() *Inputs { return &w.inputs }

// Seats returns the occupied seats, ascending. Valid until the next Join or Leave.
func (w *World) Seats() []Seat { return w.inputs.seats }
