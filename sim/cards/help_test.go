package cards

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// table is a room's world that a test drives.
type table struct {
	t       testing.TB
	w       *sim.World
	g       *rules
	mode    sim.Mode // as it is made, without what a test listens at
	numbers map[sim.Seat]uint32
}

// param makes a param of a number.
func param(name string, value int) sim.Param {
	return sim.Param{Name: name, Value: strconv.Itoa(value)}
}

// watched returns a mode whose New leaves its rules in g.
func watched(mode sim.Mode, g **rules) sim.Mode {
	made := mode.New
	mode.New = func(w *sim.World) sim.Rules {
		r := made(w)
		*g, _ = r.(*rules)
		return r
	}
	return mode
}

// lay starts a world for players on the first seats, all of which are taken, and
// deals.
func lay(t testing.TB, seed uint64, players int, params ...sim.Param) *table {
	t.Helper()
	b := open(t, Mode().WithSeats(players).WithParams(params), seed)
	for seat := range players {
		b.join(sim.Seat(seat + 1))
	}
	b.step()
	if b.m().Phase != PhasePlay {
		t.Fatalf("%d players: phase %d", players, b.m().Phase)
	}
	return b
}

func open(t testing.TB, mode sim.Mode, seed uint64) *table {
	t.Helper()
	b := &table{t: t, mode: mode, numbers: map[sim.Seat]uint32{}}
	w, err := sim.Start(watched(mode, &b.g), seed)
	if err != nil {
		t.Fatal(err)
	}
	b.w = w
	return b
}

func (b *table) m() *Match               { return b.g.match.Get() }
func (b *table) s() *Stock               { return b.g.stock.Get() }
func (b *table) p(seat sim.Seat) *Player { return b.g.players.Of(seat) }
func (b *table) turn() *Player           { return b.p(b.m().Turn) }
func (b *table) join(seat sim.Seat)      { b.check(b.w.Join(seat, sim.Entrant{User: 100 + uint64(seat)})) }
func (b *table) step()                   { b.w.Step() }
func (b *table) order(seat sim.Seat, order uint8, suit Suit, cards ...Card) {
	b.t.Helper()
	b.numbers[seat]++
	list := make([]int32, len(cards))
	for i, c := range cards {
		list[i] = int32(c)
	}
	b.check(b.w.GiveCommand(seat, b.numbers[seat], []int32{int32(order), int32(suit)}, list))
}

func (b *table) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// leave takes a seat away; the next player on it counts commands from 1.
func (b *table) leave(seat sim.Seat) {
	b.w.Leave(seat)
	delete(b.numbers, seat)
}

// does steps with one order and returns why it was refused; 0: it was not.
func (b *table) does(seat sim.Seat, order uint8, suit Suit, cards ...Card) Reason {
	b.t.Helper()
	b.order(seat, order, suit, cards...)
	b.step()
	for _, r := range b.refusals() {
		if r.to == seat {
			return r.why
		}
	}
	return 0
}

type refusal struct {
	to    sim.Seat
	order uint8
	why   Reason
}

// refusals returns those of the last step, by the groups that they went to.
func (b *table) refusals() (all []refusal) {
	records, values := b.w.Events()
	for _, r := range records {
		if b.w.EventKinds()[r.Kind].Name == "refused" {
			all = append(all, refusal{sim.Seat(r.Group), uint8(values[r.First]), Reason(values[r.First+1])})
		}
	}
	return all
}

// hold gives a player these cards and no others; what they had before goes under
// the deck, and the cards come from wherever they are but the top of the pile.
func (b *table) hold(seat sim.Seat, cards ...Card) {
	b.t.Helper()
	s := b.s()
	bury := func(h *Hand) {
		for c := range h.All {
			copy(s.Deck[1:], s.Deck[:s.Left])
			s.Deck[0] = c
			s.Left++
		}
		*h = Hand{}
	}
	p := b.p(seat)
	bury(&p.Hand)
	for _, c := range cards {
		if at := slices.Index(s.Deck[:s.Left], c); at >= 0 {
			copy(s.Deck[at:], s.Deck[at+1:s.Left])
			s.Left--
			s.Deck[s.Left] = 0
		} else if owner := b.owner(c); owner != nil {
			owner.Hand.remove(c)
			owner.take(s.draw(b.w.Rand()))
			owner.Cards--
		} else {
			b.t.Fatalf("card %d lies on the pile", c)
		}
		p.Hand.add(c)
	}
	p.Cards = p.Hand.Len()
	b.g.count()
}

// owner returns who holds a card, or nil.
func (b *table) owner(c Card) *Player {
	for _, p := range b.g.players.All {
		if p.Hand.Has(c) {
			return p
		}
	}
	return nil
}

// top makes a card the top one, which nobody holds afterwards.
func (b *table) top(c Card) {
	b.t.Helper()
	s, m := b.s(), b.m()
	was := s.Pile[s.Played-1]
	if was != c {
		if at := slices.Index(s.Deck[:s.Left], c); at >= 0 {
			s.Deck[at] = was
		} else if owner := b.owner(c); owner != nil {
			owner.Hand.remove(c)
			owner.Hand.add(was)
		} else {
			b.t.Fatalf("card %d lies on the pile", c)
		}
		s.Pile[s.Played-1] = c
	}
	m.Top, m.Follow = c, c.Suit()
}

// fault says what is wrong with the state of a room, or nothing: every card is in
// one place, what is public is true, and whose turn it is takes part.
func (b *table) fault() error {
	var places [deckSize + 1]int
	s, m := b.s(), b.m()
	for _, c := range s.Deck[:s.Left] {
		places[c]++
	}
	for _, c := range s.Pile[:s.Played] {
		places[c]++
	}
	for seat, p := range b.g.players.All {
		for c := range p.Hand.All {
			places[c]++
		}
		if p.Cards != p.Hand.Len() {
			return fmt.Errorf("seat %d holds %d cards and says %d", seat, p.Hand.Len(), p.Cards)
		}
	}
	for c := Card(1); c <= deckSize; c++ {
		if places[c] != 1 {
			return fmt.Errorf("card %d is in %d places", c, places[c])
		}
	}
	for _, c := range append(slices.Clone(s.Deck[s.Left:]), s.Pile[s.Played:]...) {
		if c != 0 {
			return fmt.Errorf("card %d is behind the end of the deck or the pile", c)
		}
	}
	if m.Phase != PhasePlay {
		return nil
	}
	switch {
	case s.Left != m.Deck || s.Played != m.Pile || s.Pile[s.Played-1] != m.Top:
		return fmt.Errorf("deck %d, pile %d, top %d; the match says %d, %d and %d", s.Left, s.Played, s.Pile[s.Played-1], m.Deck, m.Pile, m.Top)
	case b.turn() == nil || !b.turn().In:
		return fmt.Errorf("it is the turn of seat %d, who does not take part", m.Turn)
	case m.Until <= b.w.Tick() || b.w.WakesAt() != m.Until:
		return fmt.Errorf("tick %d: the turn ends at %d, the world wakes at %d", b.w.Tick(), m.Until, b.w.WakesAt())
	}
	return nil
}

// legal returns an order of the player whose turn it is that is obeyed.
func (b *table) legal(r *rand.Rand) (order uint8, suit Suit, cards []Card) {
	p := b.turn()
	var fit []Card
	for c := range p.Hand.All {
		if c.fits(b.m().Top, b.m().Follow) {
			fit = append(fit, c)
		}
	}
	switch {
	case len(fit) > 0 && r.IntN(5) > 0:
		c := fit[r.IntN(len(fit))]
		cards = []Card{c}
		for other := range p.Hand.All {
			if other != c && other.Rank() == c.Rank() && r.IntN(2) == 0 {
				cards = append(cards, other)
			}
		}
		return OrderPlay, Clubs + Suit(r.IntN(suits)), cards
	case !b.m().Drawn && b.s().canDraw():
		return OrderDraw, 0, nil
	}
	return OrderPass, 0, nil
}
