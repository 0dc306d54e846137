package simtest

import (
	"fmt"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// sameDeclarations names the first thing that was declared otherwise.
func sameDeclarations(a, b *sim.World) error {
	if a.Shape() == b.Shape() && slices.EqualFunc(a.ParamFields(), b.ParamFields(), sameParam) {
		return nil
	}
	first, second := declarations(a), declarations(b)
	for i := range max(len(first), len(second)) {
		if x, y := at(first, i), at(second, i); x != y {
			return fmt.Errorf("calling New again declares %s instead of %s", y, x)
		}
	}
	return fmt.Errorf("calling New again declares other histories or another outcome")
}

// sameParam compares what of a param is not in the shape of a world, too.
func sameParam(a, b sim.ParamField) bool { return paramLine(&a) == paramLine(&b) }

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing more"
}

// declarations are what a world's New declared but histories, a line each.
func declarations(w *sim.World) (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, f := range w.ParamFields() {
		lines = append(lines, paramLine(&f))
	}
	for _, t := range w.Tables() {
		add("%s %s of %d rows", kindOf(t), t.Name(), t.Cap())
		for _, c := range t.Columns() {
			add("field %s.%s (kind %d, linear %t, seed %d, private %t, local %t, owner %t)",
				t.Name(), c.Name, c.Kind, c.Linear, c.Seed, c.Private, c.Local, c.Owner)
		}
	}
	record := func(what, name string, columns []sim.Column) {
		add("%s %s", what, name)
		for _, c := range columns {
			add("%s field %s.%s (kind %d)", what, name, c.Name, c.Kind)
		}
	}
	for _, e := range w.EventKinds() {
		record("event", e.Name, e.Columns)
	}
	for _, e := range w.EffectKinds() {
		record("effect", e.Name, e.Columns)
	}
	for _, c := range w.OutcomeColumns() {
		add("outcome field %s (kind %d)", c.Name, c.Kind)
	}
	for _, f := range w.InputFields() {
		add("input %s from %d to %d (buttons %t, once %t)", f.Name, f.Min, f.Max, f.Buttons, f.Once)
	}
	for _, f := range w.CommandFields() {
		add("command %s from %d to %d (list %t of at most %d)", f.Name, f.Min, f.Max, f.List, f.Most)
	}
	return lines
}

func kindOf(t sim.TableView) string {
	switch {
	case t.Single():
		return "single"
	case t.PerSeat():
		return "table per seat"
	}
	return "table"
}

func paramLine(f *sim.ParamField) string {
	return fmt.Sprintf("param %s from %d to %d (kind %d, default %d, options %q, public %t, title %q)",
		f.Name, f.Min, f.Max, f.Kind, f.Default, f.Options, f.Public, f.Title)
}
