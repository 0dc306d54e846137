package netproto

import (
	"fmt"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// hunt is a game of rows that refer to others, in columns and in events.
type hunt struct {
	prey   *sim.Table[prey]
	hunter *sim.Table[hunter]
	bite   *sim.Event[bite]
	do     func()
}

type (
	prey   struct{ Name uint8 }
	hunter struct {
		After sim.Ref
		Mine  sim.Ref  `wire:"private"`
		Owner sim.Seat `wire:"owner"`
	}
	bite     struct{ Of sim.Ref }
	huntMove struct{ X int8 }
)

func (h *hunt) Join(sim.Seat, sim.Entrant) {}
func (h *hunt) Leave(sim.Seat)             {}
func (h *hunt) View(sim.Seat, *sim.View)   {}
func (h *hunt) Step(*sim.Inputs)           { h.do() }

// TestReferenceToARowThatIsGone: a reference is 0 from the tick on at which its
// row is removed, though nobody touches it, and stays so when another row gets
// the id; to whoever comes then, too. An event's is as it is when the tick ends.
func TestReferenceToARowThatIsGone(t *testing.T) {
	h := &hunt{}
	w, err := sim.Start(sim.Mode{Name: "hunt", Hz: 30, Seats: 2, New: func(w *sim.World) sim.Rules {
		h.prey, h.hunter, h.bite = sim.NewTable[prey](w, "prey", 4), sim.NewTable[hunter](w, "hunter", 4), sim.NewEvent[bite](w, "bite")
		sim.NewInput[huntMove](w)
		return h
	}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(w)
	c := newWatcher(s, 1)
	var old sim.Ref
	for _, row := range []struct {
		what string
		do   func()
		id   uint32 // that both columns and the event name
	}{
		{"it lives", func() {
			old, _, _ = h.prey.Add(prey{1})
			h.hunter.Add(hunter{old, old, 1})
		}, 1},
		{"nothing happens", func() {}, 1},
		{"it is removed", func() { h.prey.Remove(old) }, 0},
		{"another gets its id", func() { h.prey.Add(prey{2}) }, 0},
		{"nothing happens again", func() {}, 0},
		{"the other is hunted", func() {
			for ref := range h.prey.All {
				old = ref
			}
			for _, row := range h.hunter.All {
				row.After, row.Mine = old, old
			}
		}, 1},
		{"it is removed, and its id taken, within a tick", func() {
			h.prey.Remove(old)
			h.prey.Add(prey{3})
		}, 0},
	} {
		h.do = func() {
			h.bite.Emit(0, bite{old})
			row.do()
			h.bite.Emit(0, bite{old})
		}
		s.step()
		c.receive(t, s)
		late := newWatcher(s, 1)
		late.receive(t, s)
		for _, of := range []*watcher{c, late} {
			for l := range of.mirror.Lists(1) {
				if got := l.Column(0)[0]; got != row.id {
					t.Errorf("%s: the column names %d, want %d", row.what, got, row.id)
				}
			}
			for l := range of.mirror.Own(1) {
				if got := l.Column(0)[0]; got != row.id {
					t.Errorf("%s: the private column names %d, want %d", row.what, got, row.id)
				}
			}
			if got := fmt.Sprint(of.events[len(of.events)-1].Values); got != fmt.Sprint([]uint32{row.id}) {
				t.Errorf("%s: the event names %v, want %d", row.what, got, row.id)
			}
		}
	}
}
