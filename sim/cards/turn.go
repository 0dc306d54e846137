package cards

import "github.com/metronome-server/metronome/sim"

// Order is what a player can command.
type Order struct {
	// Order is which: OrderPlay and so on.
	Order uint8 `command:"min=1,max=4"`
	// Suit is the one to be followed after an eight; otherwise it means nothing.
	Suit Suit `command:"max=4"`
	// Cards are those to play, all of one rank; the last becomes the top one.
	Cards []int32 `command:"min=1,max=52,len=4"`
}

// The orders.
const (
	// OrderPlay plays cards, which ends the turn.
	OrderPlay = 1 + iota
	// OrderDraw takes a card, once a turn; one that fits may be played at once.
	OrderDraw
	// OrderPass ends the turn of who has drawn, or cannot.
	OrderPass
	// OrderReturn is for who is played for: they play themselves again.
	OrderReturn
)

// obey carries out an order of a seat, or says why not and changes nothing.
func (g *rules) obey(seat sim.Seat, o *Order) Reason {
	p, m := g.players.Of(seat), g.match.Get()
	switch {
	case o.Order == OrderReturn && !p.Absent:
		return NotAbsent
	case o.Order == OrderReturn:
		g.welcome(p)
		return 0
	case m.Phase != PhasePlay || !p.In:
		return NoDeal
	case m.Turn != seat:
		return NotYourTurn
	}
	var reason Reason
	switch o.Order {
	case OrderPlay:
		reason = g.play(p, o.Cards, o.Suit)
	case OrderDraw:
		reason = g.draw(p)
	case OrderPass:
		reason = g.pass(p, false)
	}
	if reason == 0 {
		g.welcome(p)
	}
	return reason
}

// welcome notes that a player is there. Who comes back in their turn has the time
// of one.
func (g *rules) welcome(p *Player) {
	absent, m := p.Absent, g.match.Get()
	p.Lapses, p.Absent = 0, false
	if absent && m.Turn == p.Seat {
		m.Until = g.w.Tick().Add(g.turnTicks(p))
	}
}

// play puts cards of the player whose turn it is on the pile.
func (g *rules) play(p *Player, cards []int32, named Suit) Reason {
	if reason := g.judge(p, cards, named); reason != 0 {
		return reason
	}
	m, s := g.match.Get(), g.stock.Get()
	for _, n := range cards {
		c := Card(n)
		p.Hand.remove(c)
		p.Cards--
		s.play(c)
		m.Top, m.Follow = c, c.Suit()
		g.events.played.Emit(0, Played{p.Seat, c})
	}
	if m.Top.Wild() {
		m.Follow = named
	}
	m.Stuck = 0
	g.count()
	g.end(p)
	return 0
}

// judge says why cards may not be played; 0: they may.
func (g *rules) judge(p *Player, cards []int32, named Suit) Reason {
	if len(cards) == 0 {
		return NoCard
	}
	first, rest := Card(cards[0]), p.Hand
	for _, n := range cards {
		c := Card(n)
		if !rest.Has(c) {
			return NotYourCard
		}
		if rest.remove(c); c.Rank() != first.Rank() {
			return NotOneRank
		}
	}
	m := g.match.Get()
	switch {
	case !first.fits(m.Top, m.Follow):
		return DoesNotFit
	case first.Wild() && named == 0:
		return NoSuit
	}
	return 0
}

// draw gives the player whose turn it is a card.
func (g *rules) draw(p *Player) Reason {
	m, s := g.match.Get(), g.stock.Get()
	switch {
	case m.Drawn:
		return DrawnAlready
	case !s.canDraw():
		return NothingToDraw
	}
	p.take(s.draw(g.w.Rand()))
	m.Drawn, m.Stuck = true, 0
	g.count()
	g.events.drew.Emit(0, Drew{p.Seat})
	return 0
}

// pass ends the turn of a player who has drawn or cannot. Lapsed: the clock does
// it for them.
func (g *rules) pass(p *Player, lapsed bool) Reason {
	m := g.match.Get()
	if !m.Drawn && g.stock.Get().canDraw() {
		return DrawFirst
	}
	if !m.Drawn {
		m.Stuck++
	}
	g.events.passed.Emit(0, Passed{p.Seat, lapsed})
	g.end(p)
	return 0
}

// end ends a player's turn, and the deal when they are out of cards, when nobody
// can do anything any more, and when it has lasted too long.
func (g *rules) end(p *Player) {
	m := g.match.Get()
	m.Turns++
	if p.Cards == 0 || int(m.Stuck) >= g.taking() || m.Turns >= g.params.Turns {
		g.finish()
		return
	}
	g.begin(g.after(p.Seat))
}

// begin begins a seat's turn.
func (g *rules) begin(seat sim.Seat) {
	m := g.match.Get()
	m.Turn, m.Drawn = seat, false
	m.Until = g.w.Tick().Add(g.turnTicks(g.players.Of(seat)))
}
