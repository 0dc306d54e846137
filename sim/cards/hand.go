package cards

import "math/bits"

// Hand is a set of cards: a number for each suit, clubs first, with a bit for
// each rank, the ace's lowest.
type Hand [suits]uint16

// Has reports whether the card is in the hand.
func (h *Hand) Has(c Card) bool { return c.Suit() != 0 && h[c.Suit()-1]&bitOf(c) != 0 }

// Len returns how many cards are in the hand.
func (h *Hand) Len() uint8 {
	n := 0
	for _, s := range h {
		n += bits.OnesCount16(s)
	}
	return uint8(n)
}

// Cost returns the penalty points of the hand.
func (h *Hand) Cost() (sum uint16) {
	for c := range h.All {
		sum += c.Cost()
	}
	return sum
}

// All visits the cards of the hand in their order.
func (h *Hand) All(yield func(Card) bool) {
	for c := Card(1); c <= deckSize; c++ {
		if h.Has(c) && !yield(c) {
			return
		}
	}
}

// Choose returns a card of the hand that fits: the dearest, and an eight only when
// no other does; 0: none fits. named is the suit to name with an eight: the one of
// which the hand has most.
func (h *Hand) Choose(top Card, follow Suit) (c Card, named Suit) {
	for other := range h.All {
		better := c == 0 || c.Wild() || !other.Wild() && other.Cost() > c.Cost()
		if other.fits(top, follow) && better {
			c = other
		}
	}
	return c, h.longest()
}

// longest returns the suit of which the hand has most cards beside eights.
func (h *Hand) longest() Suit {
	best, most := Clubs, 0
	for s := Clubs; s <= Spades; s++ {
		if n := bits.OnesCount16(h[s-1] &^ bitOf(CardOf(s, eight))); n > most {
			best, most = s, n
		}
	}
	return best
}

func (h *Hand) add(c Card)    { h[c.Suit()-1] |= bitOf(c) }
func (h *Hand) remove(c Card) { h[c.Suit()-1] &^= bitOf(c) }

func bitOf(c Card) uint16 { return 1 << (c.Rank() - 1) }
