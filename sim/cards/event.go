package cards

import "github.com/metronome-server/metronome/sim"

// Played is the event played: a seat put a card on the pile. Several cards are as
// many events.
type Played struct {
	Seat sim.Seat
	Card Card
}

// Drew is the event drew: a seat took a card, which it alone learns of, in its
// hand.
type Drew struct{ Seat sim.Seat }

// Passed is the event passed: a seat's turn is over without a card. Lapsed: its
// time had run out.
type Passed struct {
	Seat   sim.Seat
	Lapsed bool
}

// Refused is the event refused: an order of the seat's has changed nothing. Only
// the seat gets it.
type Refused struct {
	Order  uint8
	Reason Reason
}

// Reason is why an order was refused.
type Reason uint8

// The reasons; 0 is none.
const (
	// NoDeal: there is none going on that the player takes part in.
	NoDeal Reason = iota + 1
	// NotYourTurn: somebody else's is.
	NotYourTurn
	// NoCard: an order to play names none.
	NoCard
	// NotYourCard: a card is not in the player's hand, or named twice.
	NotYourCard
	// NotOneRank: cards that are played together are of different ranks.
	NotOneRank
	// DoesNotFit: the first card is neither of the suit to follow nor of the rank of
	// the top card.
	DoesNotFit
	// NoSuit: an eight was played without naming a suit.
	NoSuit
	// DrawnAlready: one card a turn may be drawn.
	DrawnAlready
	// NothingToDraw: neither deck nor pile has a card.
	NothingToDraw
	// DrawFirst: who can draw must do so before passing.
	DrawFirst
	// NotAbsent: nobody plays for them.
	NotAbsent
)

type events struct {
	played  *sim.Event[Played]
	drew    *sim.Event[Drew]
	passed  *sim.Event[Passed]
	refused *sim.Event[Refused]
}

func newEvents(w *sim.World) events {
	return events{
		sim.NewEvent[Played](w, "played"), sim.NewEvent[Drew](w, "drew"),
		sim.NewEvent[Passed](w, "passed"), sim.NewEvent[Refused](w, "refused"),
	}
}

// groupOf returns the group that a seat alone sees: it has no rows, but events.
func groupOf(seat sim.Seat) sim.Group { return sim.Group(seat) }
