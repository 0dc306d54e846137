package simtest

import (
	"strings"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// table is a game of turns in a room that rests. Whoever's turn it is has some
// time for it.
type table struct {
	w      *sim.World
	turn   *sim.Single[turn]
	hands  *sim.PerSeat[struct{ Sum int32 }]
	orders *sim.Command[struct{ Card uint8 }]
	seen   *restSeen

	// What cheats keep outside of the tables.
	last    sim.Tick
	patient bool
}

type turn struct {
	Ends  sim.Tick // 0: nobody is waited for
	Came  bool     // or went, since the last step
	Turns int32
}

// restSeen is what happened in all worlds of a check.
type restSeen struct{ steps, idle, early, onTime, late, pauses, rests int }

func (g *table) Join(sim.Seat, sim.Entrant) { g.turn.Get().Came = true }
func (g *table) Leave(sim.Seat)             { g.turn.Get().Came = true }

func (g *table) View(sim.Seat, *sim.View) {
	if !g.w.Stepped() {
		g.seen.rests++
	}
}

func (g *table) Step(*sim.Inputs) {
	t, now := g.turn.Get(), g.w.Tick()
	g.seen.steps++
	switch due := t.Ends != 0 && now >= t.Ends; {
	case !due && !t.Came && g.orders.Len() == 0:
		g.seen.idle++
	case due && now == t.Ends:
		g.seen.onTime++
	case due:
		g.seen.late++
	case t.Ends != 0:
		g.seen.early++
	}
	if g.last != 0 && now.Since(g.last) > 50 {
		g.seen.pauses++
		if g.patient {
			t.Turns += 100
		}
	}
	g.last = now
	for seat, o := range g.orders.All {
		g.hands.Of(seat).Sum += int32(o.Card)
	}
	if t.Came = false; t.Ends == 0 || now >= t.Ends {
		t.Turns++
		if t.Ends = 0; g.w.Rand().Intn(3) > 0 {
			t.Ends = now.Add(int(1 + g.w.Rand().Intn(300)))
		}
	}
	if t.Ends != 0 {
		g.w.Wake(t.Ends.Since(now))
	}
}

func tableMode(patient bool, seen *restSeen) sim.Mode {
	return sim.Mode{Name: "table", Hz: 0, Seats: 4, New: func(w *sim.World) sim.Rules {
		return &table{
			w: w, turn: sim.NewSingle[turn](w, "turn"), hands: sim.NewPerSeat[struct{ Sum int32 }](w, "hand"),
			orders: sim.NewCommand[struct{ Card uint8 }](w), patient: patient, seen: seen,
		}
	}}
}

// TestCheckRestsAsARoomDoes: at 0 Hz there are steps for commands, joins, leaves
// and at the tick that the rules asked for, and no others, with pauses between.
func TestCheckRestsAsARoomDoes(t *testing.T) {
	var seen restSeen
	Check(t, tableMode(false, &seen), Ticks(1500))
	if seen.idle > 0 {
		t.Errorf("%d steps of %d for nothing", seen.idle, seen.steps)
	}
	if seen.early < 50 || seen.onTime < 50 || seen.late < 5 || seen.pauses < 50 || seen.rests < 50 {
		t.Errorf("too little of something: %+v", seen)
	}
}

// TestCheckCatchesWhatAPauseShows: what the rules remember matters after a pause
// only, and there is one.
func TestCheckCatchesWhatAPauseShows(t *testing.T) {
	var tb recorder
	Check(&tb, tableMode(true, &restSeen{}), Ticks(1500))
	if len(tb.errors) != 1 || !strings.Contains(tb.errors[0], "table turn, row 1, field turns: ") {
		t.Errorf("it fails with %q", tb.errors)
	}
}
