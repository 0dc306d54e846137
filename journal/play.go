package journal

import (
	"errors"
	"fmt"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// Start starts the match that a header tells of, as it was before its first
// checkpoint. find gives a mode by its name. Errors: a mode that find does not know, or
// whose tables are not those of the journal.
func (h *Header) Start(find func(mode string) (sim.Mode, bool)) (*sim.World, sim.Mode, error) {
	w, mode, err := h.start(find)
	if err == nil && w.Shape() != h.Shape {
		return nil, mode, fmt.Errorf("mode %q had other tables when this journal was written", h.Mode)
	}
	return w, mode, err
}

// start starts it in this build, whatever tables it has.
func (h *Header) start(find func(mode string) (sim.Mode, bool)) (*sim.World, sim.Mode, error) {
	mode, ok := find(h.Mode)
	if !ok {
		return nil, mode, fmt.Errorf("mode %q of this journal is not known here", h.Mode)
	}
	mode = mode.WithSeats(h.Seats).WithParams(h.Params)
	if h.OneMatch {
		mode = mode.ForOneMatch()
	}
	w, err := sim.Start(mode, h.Seed)
	return w, mode, err
}

// Continue starts the match that a header tells of for a room that goes on in this
// build, which need not be the one that wrote it: then the journal says by which names
// its states are read, params that are gone are left out and new ones have their
// defaults. Restore comes next. Errors: those of Start; sim.ErrMigrate of a mode that has
// another tick rate or fewer seats, as times in a state are ticks; sim.ErrParam of a
// param that may not have its value any more.
func (h *Header) Continue(find func(mode string) (sim.Mode, bool)) (*sim.World, sim.Mode, error) {
	w, mode, err := h.Start(find)
	if err == nil || h.Layout == nil {
		return w, mode, err
	}
	here, ok := find(h.Mode)
	switch {
	case !ok:
		return nil, mode, err
	case here.Hz != h.Hz:
		return nil, mode, fmt.Errorf("%w: mode %q had %d Hz, and has %d", sim.ErrMigrate, h.Mode, h.Hz, here.Hz)
	case here.Seats < h.Seats:
		return nil, mode, fmt.Errorf("%w: the room has %d seats, and mode %q has at most %d", sim.ErrMigrate, h.Seats, h.Mode, here.Seats)
	}
	now := *h
	if now.Params, err = h.paramsOf(find); err != nil {
		return nil, mode, err
	}
	return now.start(find)
}

// paramsOf are those of the params that the mode still has.
func (h *Header) paramsOf(find func(mode string) (sim.Mode, bool)) (params []sim.Param, err error) {
	plain := *h
	plain.Params = nil
	w, _, err := plain.start(find)
	if err != nil {
		return nil, err
	}
	for _, p := range h.Params {
		if slices.ContainsFunc(w.ParamFields(), func(f sim.ParamField) bool { return f.Name == p.Name }) {
			params = append(params, p)
		}
	}
	return params, nil
}

// Restore has a world that Continue started be as a checkpoint of the journal says.
// Errors: ErrDamaged, sim.ErrMigrate.
func (h *Header) Restore(w *sim.World, state []byte) error {
	err := error(nil)
	if h.Shape == w.Shape() {
		err = w.Restore(state)
	} else {
		err = w.Migrate(h.Layout, h.Params, state)
	}
	if errors.Is(err, sim.ErrState) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// Play does to a world what its room did at a tick, which must be the one after the
// world's, or a later one of a room that rested. Rules that panic do so here. Errors:
// ErrDamaged.
func (t *Tick) Play(w *sim.World) error {
	w.SkipTo(t.Tick) // as a room at rest does
	if t.Tick != w.Tick().Add(1) {
		return fmt.Errorf("%w: tick %d after %d", ErrDamaged, t.Tick, w.Tick())
	}
	for _, s := range t.Leaves {
		w.Leave(s)
	}
	for i := range t.Joins {
		if err := w.Join(t.Joins[i].Seat, t.Joins[i].Who); err != nil {
			return fmt.Errorf("%w: tick %d: %w", ErrDamaged, t.Tick, err)
		}
	}
	for i := range t.Commands {
		c := &t.Commands[i]
		if err := w.GiveCommand(c.Seat, c.Number, c.Values, c.List); err != nil {
			return fmt.Errorf("%w: tick %d: %w", ErrDamaged, t.Tick, err)
		}
	}
	for i := range t.Inputs {
		in := &t.Inputs[i]
		w.SetInput(in.Seat, in.Values, in.Seen, in.From)
	}
	w.Step()
	return nil
}
