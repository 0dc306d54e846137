package exchange

import "github.com/metronome-server/metronome/sim"

// Trade is the event trade: an auction traded. Everybody sees it.
type Trade struct {
	Symbol uint8
	Price  uint16
	// Volume is how many shares were bought, and so sold.
	Volume uint32
}

// Fill is the event fill: an order traded. Its owner sees it.
type Fill struct {
	Tag, Symbol, Side uint8
	Price, Quantity   uint16
	// Left is what is still open.
	Left uint16
}

// Refused is the event refused: a command was refused. Its owner sees it.
type Refused struct {
	Kind, Tag uint8
	// Reason is RefusedClosed or another of those.
	Reason uint8
}

type events struct {
	trade   *sim.Event[Trade]
	fill    *sim.Event[Fill]
	refused *sim.Event[Refused]
}

func newEvents(w *sim.World) events {
	return events{sim.NewEvent[Trade](w, "trade"), sim.NewEvent[Fill](w, "fill"), sim.NewEvent[Refused](w, "refused")}
}

// ownGroup is the group of what a seat alone sees.
func ownGroup(seat sim.Seat) sim.Group { return sim.Group(seat) }
