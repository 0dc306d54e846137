package exchange

import (
	"testing"

	"github.com/metronome-server/metronome/sim/simtest"
)

func TestKeepsTheContract(t *testing.T) {
	simtest.Check(t, Game().Modes[0], simtest.Players(24))
	simtest.CheckSource(t, ".")
}
