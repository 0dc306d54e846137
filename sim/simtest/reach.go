package simtest

import (
	"math/rand/v2"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest/internal/script"
)

// reach is what of a game one match has come to: a check says nothing about the
// rest.
type reach struct {
	rng     *rand.Rand
	events  []bool       // by kind: one was emitted
	effects []bool       // by kind
	tables  []tableReach // as declared
	inputs  []bool       // by field: it made a difference
	orders  []bool       // by field of commands
	given   bool         // a command
	wishes  [sim.WishBetween + 1]bool
	woken   bool // the rules asked for a step
	every   int  // steps between two trials of fields
	trial   *sim.World
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

// newReach begins anew, but for the fields that made a difference in an earlier
// match.
func newReach(w *sim.World, c config, earlier *tally) *reach {
	r := &reach{
		rng: rand.New(rand.NewPCG(c.seed, 2)), events: make([]bool, len(w.EventKinds())), effects: make([]bool, len(w.EffectKinds())),
		every: max(1, c.ticks/fieldTrials),
	}
	for _, t := range w.Tables() {
		r.tables = append(r.tables, tableReach{columns: make([]columnReach, len(t.Columns()))})
	}
	for _, f := range w.InputFields() {
		r.inputs = append(r.inputs, earlier.reached[goal{goalInput, f.Name, ""}])
	}
	for _, f := range w.CommandFields() {
		r.orders = append(r.orders, earlier.reached[goal{goalCommandField, f.Name, ""}])
	}
	return r
}

// see takes in a world after a step.
func (r *reach) see(w *sim.World, tick *script.Tick) {
	r.given = r.given || len(tick.Commands) > 0
	r.woken = r.woken || w.WakesAt() != 0
	events, _ := w.Events()
	for _, e := range events {
		r.events[e.Kind] = true
	}
	effects, _ := w.Effects()
	for _, e := range effects {
		r.effects[e.Kind] = true
	}
	for _, wish := range w.Wishes() {
		r.wishes[wish.Kind] = true
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

// report adds what the match has come to.
func (r *reach) report(w *sim.World, t *tally) {
	for i, table := range w.Tables() {
		t.add(goal{goalRow, table.Name(), ""}, r.tables[i].rows)
		for k, c := range table.Columns() {
			t.add(goal{goalColumn, c.Name, table.Name()}, r.tables[i].columns[k].varied)
		}
	}
	for i, kind := range w.EventKinds() {
		t.add(goal{goalEvent, kind.Name, ""}, r.events[i])
	}
	for i, kind := range w.EffectKinds() {
		t.add(goal{goalEffect, kind.Name, ""}, r.effects[i])
	}
	if w.OutcomeColumns() != nil {
		t.add(goal{goalOutcome, "", ""}, len(w.Outcome()) > 0)
	}
	for i, f := range w.InputFields() {
		t.add(goal{goalInput, f.Name, ""}, r.inputs[i])
	}
	if w.CommandFields() != nil {
		t.add(goal{goalCommand, "", ""}, r.given)
	}
	for i, f := range w.CommandFields() {
		t.add(goal{goalCommandField, f.Name, ""}, r.orders[i])
	}
	for kind := sim.WishEnd; kind <= sim.WishBetween; kind++ {
		t.add(goal{goalCall, wishMethods[kind], ""}, r.wishes[kind])
	}
	if w.AtRest() {
		t.add(goal{goalCall, "Wake", ""}, r.woken)
	}
}
