package bots

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim/cards"
)

// How long a player of cards thinks about what to do, seconds. Who draws thinks
// twice, which is less than the shortest turn.
const (
	quickestMove = 0.1
	slowestMove  = 0.4
)

// cardPlayer plays crazy eights, from its own hand and what lies on the table, and
// always legally.
type cardPlayer struct {
	idle                                          // it sends no inputs
	phase, deal, turn, turns       netproto.Place // of the match
	drawn, top, follow, deck, pile netproto.Place
	absent                         netproto.Place // of players
	hand                           [len(cards.Hand{})]netproto.Place
	random                         *rand.Rand

	at    moment // that it thinks about, or has dealt with
	think int    // calls until it acts; 0: it has
}

// moment is a place in a deal at which a player has one thing to do.
type moment struct {
	deal, turns uint32
	drawn, away bool
}

func newCardPlayer(schema *pb.Schema, random *rand.Rand) (Behaviour, error) {
	p := &cardPlayer{random: random}
	var faults []error
	find := func(to *netproto.Place, table, name string) {
		var err error
		*to, err = column(schema, table, name)
		faults = append(faults, err)
	}
	find(&p.phase, "match", "phase")
	find(&p.deal, "match", "deal")
	find(&p.turn, "match", "turn")
	find(&p.turns, "match", "turns")
	find(&p.drawn, "match", "drawn")
	find(&p.top, "match", "top")
	find(&p.follow, "match", "follow")
	find(&p.deck, "match", "deck")
	find(&p.pile, "match", "pile")
	find(&p.absent, "player", "absent")
	for i := range p.hand {
		name, ok := fmt.Sprintf("hand.%d", i), false
		if p.hand[i], ok = netproto.Find(schema, "player", name); !ok || !p.hand[i].Own {
			faults = append(faults, fmt.Errorf("the game has no private column %q in a table \"player\"", name))
		}
	}
	return p, errors.Join(faults...)
}

// Command implements Commander.
func (p *cardPlayer) Command(v *View, c *netproto.Command) bool {
	now, mine := p.look(v)
	if now != p.at {
		p.at, p.think = now, 0
		if mine {
			thought := quickestMove + (slowestMove-quickestMove)*p.random.Float64()
			p.think = max(int(thought*float64(v.Hz)), 1)
		}
	}
	if p.think == 0 {
		return false
	}
	if p.think--; p.think > 0 {
		return false
	}
	p.order(v, now, c)
	return true
}

// look returns where the match is, and whether it is this player's turn to do
// something.
func (p *cardPlayer) look(v *View) (now moment, mine bool) {
	m := v.Mirror
	now = moment{deal: of(m, p.deal, 1), turns: of(m, p.turns, 1), drawn: of(m, p.drawn, 1) != 0, away: of(m, p.absent, uint32(v.Seat)) != 0}
	turn := of(m, p.phase, 1) == cards.PhasePlay && of(m, p.turn, 1) == uint32(v.Seat)
	return now, turn || now.away
}

// order fills in what is to be done at a moment.
func (p *cardPlayer) order(v *View, now moment, c *netproto.Command) {
	var hand cards.Hand
	for i := range hand {
		hand[i] = uint16(of(v.Mirror, p.hand[i], uint32(v.Seat)))
	}
	card, named := hand.Choose(cards.Card(of(v.Mirror, p.top, 1)), cards.Suit(of(v.Mirror, p.follow, 1)))
	c.Count, c.ListCount = 2, 0
	c.Values[0], c.Values[1] = cards.OrderPass, 0
	switch {
	case now.away:
		c.Values[0] = cards.OrderReturn
	case card != 0:
		c.Values[0], c.Values[1] = cards.OrderPlay, int32(named)
		c.List[0], c.ListCount = int32(card), 1
	case !now.drawn && of(v.Mirror, p.deck, 1)+of(v.Mirror, p.pile, 1) > 1:
		c.Values[0] = cards.OrderDraw
	}
}

// of returns a column of the row of an id; 0 when the player does not see it.
func of(m *netproto.Mirror, at netproto.Place, id uint32) uint32 {
	lists := m.Lists(at.Table)
	if at.Own {
		lists = m.Own(at.Table)
	}
	for l := range lists {
		if i := l.Index(id); i >= 0 {
			return l.Column(at.Column)[i]
		}
	}
	return 0
}
