package simtest

import (
	"testing"

	"github.com/metronome-server/metronome/sim/simtest/internal/probe"
)

func TestCheckPassesAnHonestGame(t *testing.T) {
	Check(t, probe.Mode())
	Check(t, probe.Mode(), Players(2), Ticks(500))
}
