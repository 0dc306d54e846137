package cards

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestCards(t *testing.T) {
	next, total := Card(1), 0
	for s := Clubs; s <= Spades; s++ {
		for rank := uint8(1); rank <= ranks; rank++ {
			c := CardOf(s, rank)
			if c != next || c.Suit() != s || c.Rank() != rank || c.Wild() != (rank == 8) {
				t.Errorf("rank %d of suit %d is card %d: rank %d of suit %d", rank, s, c, c.Rank(), c.Suit())
			}
			next++
			total += int(c.Cost())
		}
	}
	if want := suits * (1 + 2 + 3 + 4 + 5 + 6 + 7 + 50 + 9 + 10 + 10 + 10 + 10); total != want {
		t.Errorf("all cards count %d, want %d", total, want)
	}
	for _, none := range []Card{0, 53, 255, CardOf(0, 1), CardOf(5, 1), CardOf(1, 0), CardOf(1, 14)} {
		if none.Suit() != 0 || none.Rank() != 0 || none.Cost() != 0 {
			t.Errorf("%d is a card", none)
		}
	}
}

func TestFits(t *testing.T) {
	top := CardOf(Hearts, 5)
	for _, c := range []struct {
		card   Card
		follow Suit
		want   bool
	}{
		{CardOf(Hearts, 9), Hearts, true},
		{CardOf(Spades, 5), Hearts, true},
		{CardOf(Spades, 9), Hearts, false},
		{CardOf(Spades, 8), Hearts, true},
		{CardOf(Hearts, 9), Clubs, false},
		{CardOf(Clubs, 9), Clubs, true},
	} {
		if got := c.card.fits(top, c.follow); got != c.want {
			t.Errorf("card %d on %d, suit %d: %v", c.card, top, c.follow, got)
		}
	}
}

func TestHands(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var h Hand
	in := map[Card]bool{}
	for range 2000 {
		c := Card(1 + r.IntN(deckSize))
		if in[c] = r.IntN(2) == 0; in[c] {
			h.add(c)
		} else {
			h.remove(c)
		}
		var want []Card
		cost := uint16(0)
		for c := Card(1); c <= deckSize; c++ {
			if in[c] {
				want = append(want, c)
				cost += c.Cost()
			}
		}
		if got := slices.Collect(h.All); !slices.Equal(got, want) || int(h.Len()) != len(want) || h.Cost() != cost {
			t.Fatalf("%d cards that count %d: %d, want %d", h.Len(), h.Cost(), got, want)
		}
	}
	if h.Has(0) || h.Has(53) {
		t.Error("a hand has what is no card")
	}
}

// TestShuffles: a shuffle gives each card each place about as often, and the same
// seed the same order.
func TestShuffles(t *testing.T) {
	const rounds = 52 * 400
	var at [deckSize + 1][deckSize]int
	w, again := open(t, Mode(), 11), open(t, Mode(), 11)
	for range rounds {
		var s, other Stock
		s.fill()
		other.fill()
		s.shuffle(w.w.Rand())
		other.shuffle(again.w.Rand())
		if s != other {
			t.Fatal("one seed, two orders")
		}
		for i, c := range s.Deck {
			at[c][i]++
		}
	}
	for c := Card(1); c <= deckSize; c++ {
		for place, n := range at[c] {
			if n < 280 || n > 520 { // 400 expected, six times its deviation of 20
				t.Errorf("card %d was %d times at place %d of %d", c, n, place, rounds/deckSize)
			}
		}
	}
}

func TestTurnsUpNoEight(t *testing.T) {
	w := open(t, Mode(), 1).w
	var s Stock
	s.fill()
	for i, c := range []Card{CardOf(Clubs, 8), CardOf(Diamonds, 8), CardOf(Hearts, 8), CardOf(Spades, 8)} {
		at := slices.Index(s.Deck[:], c)
		s.Deck[at], s.Deck[deckSize-1-i] = s.Deck[deckSize-1-i], c
	}
	want := s.Deck[deckSize-5]
	if s.turnUp(w.Rand()); s.Pile[0] != want || s.Played != 1 || s.Left != deckSize-1 {
		t.Errorf("%d was turned up, want %d", s.Pile[0], want)
	}
}

// TestThePileIsDrawnAgain: without a deck the pile is shuffled but for its top,
// and without both there is nothing to draw.
func TestThePileIsDrawnAgain(t *testing.T) {
	w := open(t, Mode(), 1).w
	var s Stock
	s.fill()
	for range 50 {
		s.play(s.draw(w.Rand()))
	}
	under := slices.Sorted(slices.Values(s.Pile[:49]))
	s.draw(w.Rand())
	s.draw(w.Rand())
	top := s.Pile[49]
	drawn := []Card{}
	for s.canDraw() {
		drawn = append(drawn, s.draw(w.Rand()))
	}
	if slices.Sort(drawn); !slices.Equal(drawn, under) || s != (Stock{Pile: [deckSize]Card{top}, Played: 1}) {
		t.Errorf("drawn again: %d; %+v", drawn, s)
	}
}

func TestGameIsValid(t *testing.T) {
	for _, m := range Game().Modes {
		if err := m.Validate(); err != nil || m.Hz != 0 {
			t.Errorf("%d Hz: %v", m.Hz, err)
		}
	}
	for seats, params := range map[int][]sim.Param{1: nil, 3: {param("players", 4)}} {
		if _, err := sim.Start(Mode().WithSeats(seats).WithParams(params), 1); err == nil {
			t.Errorf("a room of %d seats with %v is made, in which nobody can play", seats, params)
		}
	}
}
