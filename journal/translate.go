package journal

import (
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// Translation makes ticks that another build of a game recorded ones of this build:
// values of inputs and commands go by the names of their fields. A field that is gone is
// left out, a new one is 0. nil leaves ticks as they are.
type Translation struct {
	world    *sim.World
	inputs   []int // by field of this build: its place before, or -1
	commands []int
	list     bool // the list is the same one
}

// Translation returns what ticks of the journal need in a world that Continue started;
// nil: nothing, as the build that recorded them had the same tables.
func (h *Header) Translation(w *sim.World) *Translation {
	if h.Shape == w.Shape() {
		return nil
	}
	now := w.Layout()
	return &Translation{w, places(now.Inputs, h.Layout.Inputs), places(now.Commands, h.Layout.Commands), now.List == h.Layout.List}
}

func places(now, before []string) []int {
	at := make([]int, len(now))
	for i, name := range now {
		at[i] = slices.Index(before, name)
	}
	return at
}

// Apply translates a tick. Commands that the rules of this build would not be given are
// left out: their players have no answer yet, or one that holds no more.
func (x *Translation) Apply(t *Tick) {
	if x == nil {
		return
	}
	for i := range t.Inputs {
		t.Inputs[i].Values = pick(t.Inputs[i].Values, x.inputs)
	}
	t.Commands = slices.DeleteFunc(t.Commands, func(c Command) bool {
		return x.world.CheckCommand(pick(c.Values, x.commands), x.listOf(&c)) != nil
	})
	for i := range t.Commands {
		c := &t.Commands[i]
		c.Values, c.List = pick(c.Values, x.commands), x.listOf(c)
	}
}

func (x *Translation) listOf(c *Command) []int32 {
	if x.list {
		return c.List
	}
	return nil
}

func pick(values []int32, at []int) []int32 {
	out := make([]int32, len(at))
	for i, from := range at {
		if from >= 0 && from < len(values) {
			out[i] = values[from]
		}
	}
	return out
}
