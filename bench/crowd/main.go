// Command crowd is cmd/metronome with two modes more. crowd, for workload W2, is
// a single room at 20 Hz on the ground of ffa in which everybody sees everybody;
// open-10hz is the arena's open with a snapshot every other tick.
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
	world, _ := arena.ConfigOf("open")
	half := arena.Mode("open-10hz", "Open world, 10 snapshots a second", world)
	half.SnapshotEvery = 2
	g.Modes = append(g.Modes, arena.Mode("crowd", "Crowd", c), half)
	os.Exit(server.Main(g))
}
