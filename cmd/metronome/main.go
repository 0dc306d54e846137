// Command metronome serves the arena, the exchange and cards, and load-tests any
// metronome server.
package main

import (
	"os"

	"github.com/metronome-server/metronome/server"
	"github.com/metronome-server/metronome/sim/arena"
	"github.com/metronome-server/metronome/sim/cards"
	"github.com/metronome-server/metronome/sim/exchange"
)

func main() { os.Exit(server.Main(arena.Game(), server.Games(exchange.Game(), cards.Game()))) }
