package exchange

import "github.com/metronome-server/metronome/sim"

const (
	// Hz is the tick rate.
	Hz = 10
	// Seats is how many players fit. A room may have fewer, and not more: all cash
	// of a room must fit 32 bits, and all fills of an auction the events of a tick.
	Seats = 200
)

// Game returns the exchange with its mode.
func Game() sim.Game {
	return sim.Game{Name: "exchange", Modes: []sim.Mode{{Name: "exchange", Title: "Exchange", Hz: Hz, Seats: Seats, New: newRules}}}
}
