package cards

import "github.com/metronome-server/metronome/sim"

// rules is one room. All that changes is in the tables.
type rules struct {
	w      *sim.World
	params *Params

	match   *sim.Single[Match]
	players *sim.PerSeat[Player]
	stock   *sim.Single[Stock]
	orders  *sim.Command[Order]
	events  events
	result  *sim.Outcome[Result]
}

// Match is the single row of the table match: what everybody sees.
type Match struct {
	Phase uint8
	// Deal counts the deals in this room, from 1.
	Deal uint16
	// Dealer is who dealt; the next seat began.
	Dealer sim.Seat
	// Turn is whose turn it is, and Drawn says that they have drawn.
	Turn  sim.Seat
	Drawn bool
	// Until is the tick at which the turn lapses or, before a deal, at which the
	// cards are dealt; 0: neither.
	Until sim.Tick
	// Top is the card on the pile, and Follow the suit to be followed: the card's, or
	// the one that was named with an eight.
	Top    Card
	Follow Suit
	// Deck is how many cards are left to draw, and Pile how many lie on the pile:
	// when Deck is 0, all of them but the top one are shuffled.
	Deck, Pile uint8
	// Turns is how many turns of the deal are over.
	Turns uint16
	// Winner is the seat that won the last deal; 0 after a draw.
	Winner sim.Seat
	// Stuck is how many turns in a row have changed nothing, as there was nothing to
	// draw.
	Stuck uint8 `wire:"local"`
}

// Player is a row of the table player, one per seat.
type Player struct {
	Seat sim.Seat `wire:"owner"`
	// In says that they take part in the deal that goes on.
	In bool
	// Cards is how many they hold.
	Cards uint8
	// Lapses is how many of their turns in a row have lapsed, and Absent says that
	// they are played for.
	Lapses uint8
	Absent bool
	// Place is theirs in the last deal, and Points their penalty points of it; Score
	// is the sum of all since they came.
	Place  uint8
	Points uint16
	Score  uint32
	// Hand is what they hold.
	Hand Hand `wire:"private"`
}

// Result is a player's line of the outcome of a deal, beside their place.
type Result struct {
	// Cards is how many they had left, Points what those count.
	Cards  uint8
	Points uint16
}

// newRules binds the rules to a world.
func newRules(w *sim.World) sim.Rules {
	g := &rules{w: w, params: paramsOf(w)}
	g.match = sim.NewSingle[Match](w, "match")
	g.players = sim.NewPerSeat[Player](w, "player")
	g.stock = sim.NewSingle[Stock](w, "stock")
	g.orders = sim.NewCommand[Order](w)
	g.events = newEvents(w)
	g.result = sim.NewOutcome[Result](w)
	g.stock.Get().fill()
	return g
}

// Join implements sim.Rules. Who comes is dealt in with the next deal.
func (g *rules) Join(sim.Seat, sim.Entrant) {}

// Leave implements sim.Rules: the hand goes back into the deck, the turn moves on,
// and who takes part in a deal is last of those who do.
func (g *rules) Leave(seat sim.Seat) {
	p, m := g.players.Of(seat), g.match.Get()
	if p.In {
		g.result.Set(seat, g.taking(), Result{p.Hand.Len(), p.Hand.Cost()})
		if m.Turn == seat {
			m.Turn, m.Drawn, m.Until = g.after(seat), false, 0
		}
		p.In = false
	}
	if p.Hand.Len() > 0 {
		g.stock.Get().takeBack(&p.Hand, g.w.Rand())
		g.count()
	}
}

// count tells everybody how many cards the deck and the pile have.
func (g *rules) count() {
	m, s := g.match.Get(), g.stock.Get()
	m.Deck, m.Pile = s.Left, s.Played
}

// View implements sim.Rules. A seat sees what everybody sees, and its own group.
func (g *rules) View(seat sim.Seat, view *sim.View) { view.See(groupOf(seat)) }

// Step implements sim.Rules: orders come before the clock, so that one that
// arrives at the last moment counts.
func (g *rules) Step(*sim.Inputs) {
	for seat, order := range g.orders.All {
		if reason := g.obey(seat, order); reason != 0 {
			g.events.refused.Emit(groupOf(seat), Refused{order.Order, reason})
		}
	}
	g.referee()
	if until := g.match.Get().Until; until != 0 {
		g.w.Wake(until.Since(g.w.Tick()))
	}
}
