package script

import (
	"fmt"
	"io"

	"github.com/metronome-server/metronome/sim"
)

// Run is one scripted match whose hashes are compared between machines.
type Run struct {
	Mode    sim.Mode
	Players int
	Ticks   int
	Every   int // ticks between two lines
}

// Hashes plays the match and writes a line for every tick that counts: mode,
// tick, hash of the state, hash of all events so far. Errors: those of
// [sim.Start], of a join, of writing.
func (r Run) Hashes(out io.Writer) error {
	const seed = 20260101 // any will do, as long as it stays
	w, err := sim.Start(r.Mode, seed)
	if err != nil {
		return err
	}
	s, events := New(w, r.Players, seed), uint64(0)
	for range r.Ticks {
		t := s.Next(w)
		if err := t.Admit(w); err != nil {
			return err
		}
		t.Play(w)
		events = mix(events, w)
		if int(w.Tick())%r.Every == 0 {
			if _, err := fmt.Fprintf(out, "%s %d %016x %016x\n", r.Mode.Name, w.Tick(), w.Hash(), events); err != nil {
				return err
			}
		}
	}
	return nil
}

// mix adds the events of the last step to a sum (FNV-1a by words).
func mix(sum uint64, w *sim.World) uint64 {
	add := func(v uint64) { sum = (sum ^ v) * 0x100000001b3 }
	records, values := w.Events()
	for _, r := range records {
		add(uint64(r.Kind))
		add(uint64(r.Group))
	}
	for _, v := range values {
		add(uint64(v))
	}
	return sum
}
