package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestEveryModeStarts(t *testing.T) {
	for _, m := range Game().Modes {
		w, err := sim.Start(m, 3)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		for seat := range min(m.Seats, 60) {
			if err := w.Join(sim.Seat(seat+1), sim.Entrant{}); err != nil {
				t.Fatal(err)
			}
		}
		for range 100 {
			w.Step()
		}
	}
}
