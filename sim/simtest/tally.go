package simtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/metronome-server/metronome/sim"
)

// goal is one thing that a match may come to: a row of a table, a second value
// in a column, an event.
type goal struct {
	kind goalKind
	// name is that of a table, an event, an effect, a field or a method; of is the
	// table of a column.
	name, of string
}

type goalKind uint8

const (
	goalRow goalKind = iota
	goalColumn
	goalEvent
	goalEffect
	goalOutcome
	goalInput
	goalCommand
	goalCommandField
	goalCall // of a method of the world: a wish
)

// wishMethods are the methods by which rules want something of their room.
var wishMethods = map[sim.WishKind]string{
	sim.WishEnd: "End", sim.WishKick: "Kick", sim.WishAnnounce: "Announce", sim.WishLock: "Lock", sim.WishUnlock: "Unlock",
	sim.WishBetween: "BetweenMatches",
}

// tally is what several matches have come to, and what they have not.
type tally struct {
	order   []goal
	reached map[goal]bool
}

func newTally() *tally { return &tally{reached: map[goal]bool{}} }

// add notes a goal, and whether it was reached.
func (t *tally) add(g goal, reached bool) {
	before, known := t.reached[g]
	if !known {
		t.order = append(t.order, g)
	}
	t.reached[g] = before || reached
}

// missed returns what no match came to. Of a table without rows it leaves the
// columns out.
func (t *tally) missed() (goals []goal) {
	for _, g := range t.order {
		if !t.reached[g] && (g.kind != goalColumn || t.reached[goal{goalRow, g.of, ""}]) {
			goals = append(goals, g)
		}
	}
	return goals
}

// has reports whether there is a goal that a name means.
func (t *tally) has(name string) bool {
	return slices.ContainsFunc(t.order, func(g goal) bool { return g.goesBy(name) })
}

// goesBy reports whether a name is the goal's title, or with a * at its end how
// that begins.
func (g goal) goesBy(name string) bool {
	if begin, ok := strings.CutSuffix(name, "*"); ok {
		return strings.HasPrefix(g.title(), begin)
	}
	return g.title() == name
}

// missedText says that goals were missed, those of one table in one phrase.
func missedText(goals []goal) string {
	var list []string
	var last goal
	for _, g := range goals {
		if together := g.kind == last.kind && g.of == last.of; together && (g.kind == goalColumn || g.kind == goalCall) {
			list[len(list)-1] += ", " + g.name
		} else {
			list = append(list, g.missed())
		}
		last = g
	}
	return strings.Join(list, "; ")
}

// title is what [Reach] calls a goal.
func (g goal) title() string {
	switch g.kind {
	case goalRow:
		return "table " + g.name
	case goalColumn:
		return "column " + g.of + "." + g.name
	case goalEvent:
		return "event " + g.name
	case goalEffect:
		return "effect " + g.name
	case goalOutcome:
		return "outcome"
	case goalInput:
		return "input " + g.name
	case goalCommand:
		return "command"
	case goalCommandField:
		return "command " + g.name
	default:
		return "World." + g.name
	}
}

func (g goal) missed() string {
	switch g.kind {
	case goalRow:
		return fmt.Sprintf("table %s never had a row", g.name)
	case goalColumn:
		return fmt.Sprintf("table %s had one value only in %s", g.of, g.name)
	case goalEvent:
		return fmt.Sprintf("event %s was never emitted", g.name)
	case goalEffect:
		return fmt.Sprintf("effect %s was never emitted", g.name)
	case goalOutcome:
		return "the outcome was never set"
	case goalInput:
		return fmt.Sprintf("input %s made no difference", g.name)
	case goalCommand:
		return "no command was ever given"
	case goalCommandField:
		return fmt.Sprintf("command %s made no difference", g.name)
	default:
		return "of the world, the rules never called " + g.name
	}
}
