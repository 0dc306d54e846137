// Command crowd is cmd/metronome with one mode more, for workload W2: a single
// room at 20 Hz on the ground of ffa in which everybody sees everybody.
package main

import (
	"os"

	"github.com/metronome-server/metronome/server"
	"github.com/metronome-server/metronome/sim/arena"
)

// seats is how many a room of the mode takes; the ground is no larger for it.
const seats = 3000

func main() {
	c := arena.Default()
	c.Hz, c.Seats = 20, seats
	g := arena.Game()
	g.Modes = append(g.Modes, arena.Mode("crowd", "Crowd", c))
	os.Exit(server.Main(g))
}
