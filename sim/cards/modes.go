package cards

import "github.com/metronome-server/metronome/sim"

// maxPlayers is how many fit: with more, hands of five leave too few to draw.
const maxPlayers = 6

// Game returns the game with its one mode.
func Game() sim.Game { return sim.Game{Name: "cards", Modes: []sim.Mode{Mode()}} }

// Mode returns the mode cards, of 2 to 6 seats, whose rooms rest between turns.
func Mode() sim.Mode {
	return sim.Mode{
		Name: "cards", Title: "Crazy eights", Hz: 0, Seats: maxPlayers,
		New: func(w *sim.World) sim.Rules { return newRules(w) },
	}
}
