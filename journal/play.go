package journal

import (
	"fmt"

	"github.com/metronome-server/metronome/sim"
)

// Start starts the match that a header tells of, as it was before its first
// checkpoint. find gives a mode by its name. Errors: a mode that find does not know, or
// whose tables are not those of the journal.
func (h *Header) Start(find func(mode string) (sim.Mode, bool)) (*sim.World, sim.Mode, error) {
	mode, ok := find(h.Mode)
	if !ok {
		return nil, mode, fmt.Errorf("mode %q of this journal is not known here", h.Mode)
	}
	mode = mode.WithSeats(h.Seats).WithParams(h.Params)
	if h.OneMatch {
		mode = mode.ForOneMatch()
	}
	w, err := sim.Start(mode, h.Seed)
	if err != nil {
		return nil, mode, err
	}
	if w.Shape() != h.Shape {
		return nil, mode, fmt.Errorf("mode %q had other tables when this journal was written", h.Mode)
	}
	return w, mode, nil
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
