// Package runs lists the scripted matches whose hashes must be the same on
// every machine.
package runs

import (
	"fmt"
	"io"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
	"github.com/metronome-server/metronome/sim/exchange"
	"github.com/metronome-server/metronome/sim/simtest/internal/probe"
	"github.com/metronome-server/metronome/sim/simtest/internal/script"
)

// Suites are the games to play.
var Suites = []string{"probe", "arena", "exchange"}

// Write plays all modes of a game and writes their hashes. Errors: an unknown
// suite, those of [script.Run.Hashes].
func Write(suite string, out io.Writer) error {
	switch suite {
	case "probe":
		return script.Run{Mode: probe.Mode(), Players: 48, Ticks: 3000, Every: 200}.Hashes(out)
	case "arena":
		return write(arena.Game(), out)
	case "exchange":
		return write(exchange.Game(), out)
	}
	return fmt.Errorf("no suite %q", suite)
}

func write(game sim.Game, out io.Writer) error {
	for _, mode := range game.Modes {
		if err := run(mode).Hashes(out); err != nil {
			return err
		}
	}
	return nil
}

// run plays about 50,000 player-ticks of a mode.
func run(mode sim.Mode) script.Run {
	players := min(mode.Seats, 50)
	ticks := min(3000, 50000/players)
	return script.Run{Mode: mode, Players: players, Ticks: ticks, Every: ticks / 10}
}
