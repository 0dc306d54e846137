package simtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest/internal/script"
)

// reach is what of a game a match has come to: a check says nothing about the
// rest.
type reach struct {
	rng    *rand.Rand
	events []bool       // by kind: one was emitted
	tables []tableReach // as declared
	fields []bool       // by input field: it made a difference
	every  int          // ticks between two trials of fields
	trial  *sim.World
}

type tableReach struct {
	rows    bool // there was one
	columns []columnReach
}

type columnReach struct {
	known, varied bool
	value         uint64 // the only one so far
}

// fieldTrials is how often a match tries whether an input field makes a
// difference.
const fieldTrials = 64

func newReach(w *sim.World, c config) *reach {
	r := &reach{
		rng: rand.New(rand.NewPCG(c.seed, 2)), events: make([]bool, len(w.EventKinds())),
		fields: make([]bool, len(w.InputFields())), every: max(1, c.ticks/fieldTrials),
	}
	for _, t := range w.Tables() {
		r.tables = append(r.tables, tableReach{columns: make([]columnReach, len(t.Columns()))})
	}
	return r
}

// see takes in a world after a step.
func (r *reach) see(w *sim.World) {
	records, _ := w.Events()
	for _, record := range records {
		r.events[record.Kind] = true
	}
	for i, t := range w.Tables() {
		for slot := range t.High() {
			if t.Alive(slot/64)>>(slot%64)&1 != 0 {
				r.tables[i].see(t, slot)
			}
		}
	}
}

func (t *tableReach) see(view sim.TableView, slot int) {
	t.rows = true
	for i := range t.columns {
		c := &t.columns[i]
		if c.varied {
			continue
		}
		v := view.Value(i, slot)
		c.varied, c.known, c.value = c.known && v != c.value, true, v
	}
}

// due reports whether input fields are tried at the tick after now.
func (r *reach) due(now sim.Tick) bool {
	return now%sim.Tick(r.every) == 0 && slices.Contains(r.fields, false)
}

// try plays one tick twice from a state, the second time with another value in
// one field of every input, for each field that has made no difference yet.
func (r *reach) try(m *match, state []byte, t script.Tick) {
	if r.trial == nil {
		w, err := sim.Start(m.mode, m.seed)
		if err != nil {
			return // the twins say so
		}
		r.trial = w
	}
	m.acting = r.trial
	hash, values, ok := r.play(state, t)
	for i, f := range m.world.InputFields() {
		if r.fields[i] || !ok {
			continue
		}
		other := script.Tick{At: t.At, Join: t.Join, Leave: t.Leave, Commands: t.Commands}
		for _, in := range t.Inputs {
			in.Values = slices.Clone(in.Values)
			span := int64(f.Max) - int64(f.Min) + 1
			in.Values[i] = int32(int64(f.Min) + r.rng.Int64N(span))
			other.Inputs = append(other.Inputs, in)
		}
		otherHash, otherValues, _ := r.play(state, other)
		r.fields[i] = otherHash != hash || !slices.Equal(otherValues, values)
	}
}

// play plays one tick from a state and returns what came of it.
func (r *reach) play(state []byte, t script.Tick) (hash uint64, events []uint32, ok bool) {
	if r.trial.Restore(state) != nil || t.Admit(r.trial) != nil {
		return 0, nil, false
	}
	t.Play(r.trial)
	_, values := r.trial.Events()
	return r.trial.Hash(), slices.Clone(values), true
}

// missed says what the match never came to, or "".
func (r *reach) missed(w *sim.World) string {
	var list []string
	for i, t := range w.Tables() {
		seen := r.tables[i]
		if !seen.rows {
			list = append(list, fmt.Sprintf("table %s never had a row", t.Name()))
			continue
		}
		var still []string
		for i, c := range t.Columns() {
			if !seen.columns[i].varied {
				still = append(still, c.Name)
			}
		}
		if len(still) > 0 {
			list = append(list, fmt.Sprintf("table %s had one value only in %s", t.Name(), strings.Join(still, ", ")))
		}
	}
	for i, kind := range w.EventKinds() {
		if !r.events[i] {
			list = append(list, fmt.Sprintf("event %s was never emitted", kind.Name))
		}
	}
	for i, f := range w.InputFields() {
		if !r.fields[i] {
			list = append(list, fmt.Sprintf("input %s made no difference", f.Name))
		}
	}
	return strings.Join(list, "; ")
}
