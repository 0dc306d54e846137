package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim/simtest"
)

// TestPrediction: pickups give ammo, a match that begins gives a new ship, and nobody
// predicts that.
func TestPrediction(t *testing.T) {
	for _, mode := range Game().Modes {
		t.Run(mode.Name, func(t *testing.T) {
			simtest.Predict(t, mode, []string{"ship.ammo"}, simtest.Seed(1))
		})
	}
}
