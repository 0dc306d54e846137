package cards

// Card is one of the 52 cards, from 1; 0 is none. They are numbered by suit, and
// in a suit from the ace (1) to the king (13).
type Card uint8

// Suit is one of the four suits; 0 is none.
type Suit uint8

// The suits.
const (
	Clubs Suit = iota + 1
	Diamonds
	Hearts
	Spades
)

const (
	suits     = 4
	ranks     = 13
	deckSize  = suits * ranks
	eight     = 8
	jack      = 11
	eightCost = 50
	faceCost  = 10
)

// CardOf returns the card of a suit and of a rank from 1, the ace, to 13, the
// king; 0 when there is none.
func CardOf(s Suit, rank uint8) Card {
	if s < Clubs || s > Spades || rank < 1 || rank > ranks {
		return 0
	}
	return Card(uint8(s-1)*ranks + rank)
}

// Suit returns the card's suit; 0 of no card.
func (c Card) Suit() Suit {
	if c < 1 || c > deckSize {
		return 0
	}
	return Suit((c-1)/ranks) + Clubs
}

// Rank returns the card's rank, 1 to 13; 0 of no card.
func (c Card) Rank() uint8 {
	if c < 1 || c > deckSize {
		return 0
	}
	return uint8((c-1)%ranks) + 1
}

// Wild reports whether the card is an eight, which fits on everything.
func (c Card) Wild() bool { return c.Rank() == eight }

// Cost returns the penalty points of a card that is left: 50 of an eight, 10 of
// a jack, queen or king, else its rank.
func (c Card) Cost() uint16 {
	switch rank := c.Rank(); {
	case rank == eight:
		return eightCost
	case rank >= jack:
		return faceCost
	default:
		return uint16(rank)
	}
}

// fits reports whether the card may be played on a card, where a suit is to be
// followed.
func (c Card) fits(top Card, follow Suit) bool {
	return c.Wild() || c.Suit() == follow || c.Rank() == top.Rank()
}
