package exchange

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest"
)

// TestKeepsTheContract in the usual room, and in one of short matches and few
// companies, where the house runs dry and random orders come to all that there is.
func TestKeepsTheContract(t *testing.T) {
	mode := Game().Modes[0]
	simtest.Check(t, mode, simtest.Players(24))
	short := []sim.Param{param("seconds", "5"), param("period", "3"), param("symbols", "2"), param("orders", "3"), param("shares", "200")}
	var options []simtest.Option
	if !testing.Short() {
		options = append(options, simtest.Reach(), simtest.Ticks(6000))
	}
	simtest.Check(t, mode.WithSeats(6).WithParams(short), options...)
	simtest.CheckSource(t, ".")
}
