package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// one starts a match of a mode that ends after a second, for one match.
func one(t *testing.T, mode string, seats int, params ...sim.Param) (*sim.World, *rules) {
	t.Helper()
	for _, m := range Game().Modes {
		if m.Name != mode {
			continue
		}
		var a *rules
		made := m.New
		m.New = func(w *sim.World) sim.Rules { r := made(w); a, _ = r.(*rules); return r }
		w, err := sim.Start(m.ForOneMatch().WithParams(append(params, sim.Param{Name: "seconds", Value: "1"})), 5)
		if err != nil {
			t.Fatal(err)
		}
		for seat := range seats {
			if err := w.Join(sim.Seat(seat+1), sim.Entrant{User: uint64(100 + seat), Team: uint8(1 + seat%2)}); err != nil {
				t.Fatal(err)
			}
		}
		return w, a
	}
	t.Fatal("no such mode")
	return nil, nil
}

func TestOneMatchEndsWithItsOutcome(t *testing.T) {
	w, a := one(t, "duel", 2)
	w.Step()
	a.players.Of(2).Kills, a.players.Of(1).Deaths = 3, 3
	for range 100 {
		w.Step()
	}
	lines := w.Outcome()
	if !w.Ended() || len(lines) != 2 || lines[0].Place != 2 || lines[1].Place != 1 || lines[1].User != 101 || lines[1].Values[0] != 3 || lines[0].Values[1] != 3 {
		t.Errorf("ended: %v, %+v", w.Ended(), lines)
	}
	w, a = one(t, "teams", 5)
	w.Step()
	a.match.Get().Score = [MaxTeams]uint16{2, 7}
	for range 60 {
		w.Step()
	}
	for _, line := range w.Outcome() {
		if want := map[uint8]uint16{1: 3, 2: 1}[line.Team]; line.Place != want || line.Team != uint8(2-line.Seat%2) {
			t.Errorf("seat %d of team %d has place %d, want %d", line.Seat, line.Team, line.Place, want)
		}
	}
	w, _ = one(t, "duel", 2)
	for range 100 {
		w.Step()
	}
	if lines := w.Outcome(); lines[0].Place != 1 || lines[1].Place != 1 {
		t.Errorf("a draw: %+v", lines)
	}
}

func TestARoomThatIsAlwaysThereGoesOn(t *testing.T) {
	m := Game().Modes[2].WithParams([]sim.Param{{Name: "seconds", Value: "1"}})
	w, err := sim.Start(m, 5)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Join(1, sim.Entrant{}), w.Join(2, sim.Entrant{})
	for range 300 {
		w.Step()
	}
	if w.Ended() || len(w.Outcome()) != 2 {
		t.Errorf("ended: %v, %d lines", w.Ended(), len(w.Outcome()))
	}
}

func TestWeaponsOfARoom(t *testing.T) {
	for weapons, want := range map[string][2]bool{"all": {true, true}, "blaster": {true, false}, "rail": {false, true}} {
		w, a := one(t, "duel", 2, sim.Param{Name: "weapons", Value: weapons}, sim.Param{Name: "kills", Value: "5"})
		for range 5 {
			w.Step()
		}
		w.SetInput(1, []int32{0, 0, 0, ButtonBlaster | ButtonRail}, 0, sim.Received)
		ammo := a.ships.Get(a.players.Of(1).Ship).Ammo
		w.Step()
		s := a.ships.Get(a.players.Of(1).Ship)
		if got := [2]bool{a.shots.Len() > 0, s.Ammo < ammo}; got != want {
			t.Errorf("%s: blaster and rail fired: %v, want %v", weapons, got, want)
		}
		if a.match.Get().Goal != 5 {
			t.Errorf("goal %d", a.match.Get().Goal)
		}
	}
}
