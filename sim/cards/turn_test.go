package cards

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

var (
	heart5, heart9, heartKing = CardOf(Hearts, 5), CardOf(Hearts, 9), CardOf(Hearts, 13)
	spade5, spade9, spade8    = CardOf(Spades, 5), CardOf(Spades, 9), CardOf(Spades, 8)
	club5, club2, club8       = CardOf(Clubs, 5), CardOf(Clubs, 2), CardOf(Clubs, 8)
)

// set returns a deal of three in which it is the turn of seat 2, with known cards.
func set(t *testing.T) *table {
	b := lay(t, 3, 3)
	if b.m().Turn != 2 {
		t.Fatalf("seat %d begins", b.m().Turn)
	}
	b.top(heart5)
	b.hold(1, spade9, club2)
	b.hold(2, heart9, spade5, club5, spade8, club8, heartKing)
	b.hold(3, CardOf(Diamonds, 1), CardOf(Diamonds, 2), CardOf(Diamonds, 3))
	b.check(b.fault())
	return b
}

func TestOrdersThatAreObeyed(t *testing.T) {
	b := set(t)
	if why := b.does(2, OrderPlay, 0, spade5, club5); why != 0 {
		t.Fatalf("two fives on a five: %d", why)
	}
	if m := b.m(); m.Top != club5 || m.Follow != Clubs || m.Turn != 3 || m.Turns != 1 || b.p(2).Cards != 4 {
		t.Errorf("%+v", *m)
	}
	if why := b.does(3, OrderDraw, 0); why != 0 || b.p(3).Cards != 4 || !b.m().Drawn || b.m().Turn != 3 {
		t.Errorf("drawing: %d, %+v", why, *b.m())
	}
	if why := b.does(3, OrderPass, 0); why != 0 || b.m().Drawn || b.m().Turn != 1 {
		t.Errorf("passing: %d, %+v", why, *b.m())
	}
	if why := b.does(1, OrderPlay, 0, club2); why != 0 || b.m().Turn != 2 {
		t.Errorf("a club on a club: %d, %+v", why, *b.m())
	}
	if why := b.does(2, OrderPlay, Diamonds, spade8, club8); why != 0 || b.m().Follow != Diamonds || b.m().Top != club8 {
		t.Errorf("two eights: %d, %+v", why, *b.m())
	}
	if why := b.does(3, OrderPlay, Spades, CardOf(Diamonds, 2)); why != 0 || b.m().Follow != Diamonds {
		t.Errorf("the named suit: %d, %+v; only an eight names one", why, *b.m())
	}
	b.check(b.fault())
}

// TestOrdersThatAreRefused: each is told to its seat alone, and changes nothing: a
// world without it comes out the same.
func TestOrdersThatAreRefused(t *testing.T) {
	drawn := func(b *table) { b.does(2, OrderDraw, 0) }
	empty := func(b *table) {
		for s := b.s(); s.Left > 0; {
			b.p(1).take(s.draw(b.w.Rand()))
		}
		b.m().Deck = 0
	}
	for name, c := range map[string]struct {
		before func(*table)
		seat   sim.Seat
		order  uint8
		suit   Suit
		cards  []Card
		want   Reason
	}{
		"another's turn":        {nil, 1, OrderPlay, 0, []Card{spade9}, NotYourTurn},
		"another draws":         {nil, 3, OrderDraw, 0, nil, NotYourTurn},
		"no card":               {nil, 2, OrderPlay, 0, nil, NoCard},
		"another's card":        {nil, 2, OrderPlay, 0, []Card{club2}, NotYourCard},
		"a card twice":          {nil, 2, OrderPlay, 0, []Card{spade5, spade5}, NotYourCard},
		"one of them another's": {nil, 2, OrderPlay, 0, []Card{heart9, spade9}, NotYourCard},
		"two ranks":             {nil, 2, OrderPlay, 0, []Card{heart9, heartKing}, NotOneRank},
		"another suit and rank": {func(b *table) { b.top(CardOf(Diamonds, 7)) }, 2, OrderPlay, 0, []Card{heart9}, DoesNotFit},
		"fits the card, not the suit that was named": {func(b *table) { b.m().Follow = Clubs }, 2, OrderPlay, 0, []Card{heart9}, DoesNotFit},
		"an eight without a suit":                    {nil, 2, OrderPlay, 0, []Card{spade8}, NoSuit},
		"drawing twice":                              {drawn, 2, OrderDraw, 0, nil, DrawnAlready},
		"passing without drawing":                    {nil, 2, OrderPass, 0, nil, DrawFirst},
		"drawing from nothing":                       {empty, 2, OrderDraw, 0, nil, NothingToDraw},
		"returning without being away":               {nil, 2, OrderReturn, 0, nil, NotAbsent},
		"between deals":                              {func(b *table) { b.g.finish() }, 2, OrderDraw, 0, nil, NoDeal},
		"not dealt in":                               {func(b *table) { b.p(1).In = false }, 1, OrderDraw, 0, nil, NoDeal},
	} {
		t.Run(name, func(t *testing.T) {
			with, without := set(t), set(t)
			for _, b := range []*table{with, without} {
				if c.before != nil {
					c.before(b)
				}
			}
			without.step()
			if why := with.does(c.seat, c.order, c.suit, c.cards...); why != c.want {
				t.Errorf("the reason is %d, want %d", why, c.want)
			}
			if all := with.refusals(); len(all) != 1 || all[0].to != c.seat || all[0].order != c.order {
				t.Errorf("told: %+v", all)
			}
			for i, ours := range with.w.Tables() {
				same(t, ours, without.w.Tables()[i])
			}
			if *with.w.Rand() != *without.w.Rand() {
				t.Error("it drew a random number")
			}
		})
	}
}

// same fails when two tables differ in anything.
func same(t *testing.T, a, b sim.TableView) {
	t.Helper()
	for slot := range max(a.High(), b.High()) {
		for i, c := range a.Columns() {
			if x, y := a.Value(i, slot), b.Value(i, slot); x != y {
				t.Errorf("%s %d, %s: %d, without the order %d", a.Name(), slot+1, c.Name, x, y)
			}
		}
	}
}

// TestWhoCannotDrawMayPass, and when all do in a row the deal is over.
func TestWhoCannotDrawMayPass(t *testing.T) {
	b := set(t)
	for s := b.s(); s.Left > 0; {
		b.p(1).take(s.draw(b.w.Rand()))
	}
	b.m().Deck = 0
	for i, seat := range []sim.Seat{2, 3, 1} {
		if b.m().Phase != PhasePlay {
			t.Fatalf("over after %d", i)
		}
		if why := b.does(seat, OrderPass, 0); why != 0 {
			t.Fatalf("seat %d: %d", seat, why)
		}
	}
	if m := b.m(); m.Phase != PhasePause || m.Winner != 3 || b.p(3).Place != 1 || b.p(3).Points != 6 || b.p(2).Place != 2 || b.p(1).Place != 3 {
		t.Errorf("%+v, %+v", *m, *b.p(3))
	}
	// Somebody who plays makes the others' passes count no more.
	b = set(t)
	for s := b.s(); s.Left > 0; {
		b.p(1).take(s.draw(b.w.Rand()))
	}
	b.does(2, OrderPass, 0)
	b.does(3, OrderPass, 0)
	if b.m().Stuck != 2 {
		t.Fatalf("%+v", *b.m())
	}
	b.top(spade5)
	if why := b.does(1, OrderPlay, 0, spade9); why != 0 || b.m().Phase != PhasePlay || b.m().Stuck != 0 {
		t.Errorf("%d, %+v", why, *b.m())
	}
}
