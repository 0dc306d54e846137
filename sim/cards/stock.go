package cards

import "github.com/metronome-server/metronome/sim"

// Stock is the single row of the table stock: the deck and the pile, of which
// nothing is ever sent. What everybody may know of them is in [Match].
type Stock struct {
	// Deck is the cards to draw, the next one last; Left is how many.
	Deck [deckSize]Card `wire:"local"`
	Left uint8          `wire:"local"`
	// Pile is the cards that were played, the top one last; Played is how many.
	Pile   [deckSize]Card `wire:"local"`
	Played uint8          `wire:"local"`
}

// fill makes it the whole deck, in order, and no pile.
func (s *Stock) fill() {
	*s = Stock{Left: deckSize}
	for i := range s.Deck {
		s.Deck[i] = Card(i + 1)
	}
}

// shuffle puts the deck into a random order (Fisher and Yates).
func (s *Stock) shuffle(r *sim.Rand) {
	for i := int32(s.Left) - 1; i > 0; i-- {
		j := r.Intn(i + 1)
		s.Deck[i], s.Deck[j] = s.Deck[j], s.Deck[i]
	}
}

// canDraw reports whether there is a card to draw: one in the deck, or one under
// the top of the pile.
func (s *Stock) canDraw() bool { return s.Left > 0 || s.Played > 1 }

// draw takes the next card of the deck. When there is none, all of the pile but
// its top is shuffled and becomes the deck. There must be a card to draw.
func (s *Stock) draw(r *sim.Rand) Card {
	if s.Left == 0 {
		under := s.Played - 1
		copy(s.Deck[:], s.Pile[:under])
		top := s.Pile[under]
		s.Pile = [deckSize]Card{top}
		s.Left, s.Played = under, 1
		s.shuffle(r)
	}
	s.Left--
	c := s.Deck[s.Left]
	s.Deck[s.Left] = 0
	return c
}

// play puts a card on the pile.
func (s *Stock) play(c Card) {
	s.Pile[s.Played] = c
	s.Played++
}

// turnUp begins the pile with the next card of the deck that is no eight.
func (s *Stock) turnUp(r *sim.Rand) {
	last := s.Left - 1
	for at := last; s.Deck[last].Wild(); {
		at--
		s.Deck[last], s.Deck[at] = s.Deck[at], s.Deck[last]
	}
	s.play(s.draw(r))
}

// takeBack shuffles a hand into the deck.
func (s *Stock) takeBack(h *Hand, r *sim.Rand) {
	for c := range h.All {
		s.Deck[s.Left] = c
		s.Left++
	}
	*h = Hand{}
	s.shuffle(r)
}
