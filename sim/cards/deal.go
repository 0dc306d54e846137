package cards

import (
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// Phases of a room.
const (
	// PhaseWait: a deal begins when enough players are there.
	PhaseWait = iota
	// PhasePlay: a deal goes on.
	PhasePlay
	// PhasePause: the result of a deal is shown.
	PhasePause
)

// referee moves the room from phase to phase.
func (g *rules) referee() {
	m := g.match.Get()
	switch m.Phase {
	case PhaseWait:
		g.await()
	case PhasePlay:
		g.keepTime()
	case PhasePause:
		g.goOn()
	}
}

// await begins a deal a pause after enough players are there, and at once when
// nobody else can come.
func (g *rules) await() {
	m, present := g.match.Get(), g.present()
	if present < int(g.params.Players) {
		m.Until = 0
		return
	}
	if m.Until == 0 {
		m.Until = g.w.Tick().Add(int(g.params.Pause) * sim.RestHz)
	}
	if g.w.Tick() >= m.Until || present == g.w.Mode().Seats {
		g.deal()
	}
}

// goOn begins the next deal once the result was shown for a pause, if enough
// players are there.
func (g *rules) goOn() {
	m := g.match.Get()
	switch {
	case g.w.Tick() < m.Until:
	case g.present() < int(g.params.Players):
		m.Phase, m.Until = PhaseWait, 0
	default:
		g.deal()
	}
}

// present returns how many players there are for a deal: all but those who are
// played for.
func (g *rules) present() (n int) {
	for _, p := range g.players.All {
		if !p.Absent {
			n++
		}
	}
	return n
}

// taking returns how many players take part in the deal.
func (g *rules) taking() (n int) {
	for _, p := range g.players.All {
		if p.In {
			n++
		}
	}
	return n
}

// after returns the seat whose turn comes after that of a seat; the seat itself
// when it is alone.
func (g *rules) after(seat sim.Seat) sim.Seat {
	first := sim.Seat(0)
	for other, p := range g.players.All {
		switch {
		case !p.In:
		case other > seat:
			return other
		case first == 0:
			first = other
		}
	}
	return first
}

// deal shuffles, deals to all who are present and locks the room.
func (g *rules) deal() {
	m, s := g.match.Get(), g.stock.Get()
	s.fill()
	s.shuffle(g.w.Rand())
	for _, p := range g.players.All {
		p.Hand, p.Cards, p.In = Hand{}, 0, !p.Absent
	}
	size := 5
	if g.taking() == 2 {
		size = 7
	}
	for range size {
		for _, p := range g.players.All {
			if p.In {
				p.take(s.draw(g.w.Rand()))
			}
		}
	}
	s.turnUp(g.w.Rand())
	dealer := g.after(m.Dealer)
	*m = Match{Phase: PhasePlay, Deal: m.Deal + 1, Dealer: dealer, Winner: m.Winner}
	m.Top, m.Follow = s.Pile[0], s.Pile[0].Suit()
	g.count()
	g.begin(g.after(dealer))
	g.w.Lock()
}

// take puts a card into a player's hand.
func (p *Player) take(c Card) {
	p.Hand.add(c)
	p.Cards++
}

// finish ends the deal: who has the fewest points has won it.
func (g *rules) finish() {
	m := g.match.Get()
	m.Phase, m.Turn, m.Drawn, m.Winner = PhasePause, 0, false, g.decide()
	m.Until = g.w.Tick().Add(int(g.params.Pause) * sim.RestHz)
	for _, p := range g.players.All {
		p.In = false
	}
	if g.w.OneMatch() {
		g.w.End("the deal is over")
		return
	}
	g.w.Unlock()
}

// decide sets the outcome of those who took part to the end, and returns who has
// won; 0: nobody alone. Who is the last one left owes nothing.
func (g *rules) decide() sim.Seat {
	ranked := make([]*Player, 0, maxPlayers)
	for _, p := range g.players.All {
		if p.In {
			p.Points = p.Hand.Cost()
			ranked = append(ranked, p)
		}
	}
	if len(ranked) == 0 {
		return 0
	}
	if len(ranked) == 1 {
		ranked[0].Points = 0
	}
	slices.SortStableFunc(ranked, func(a, b *Player) int { return int(a.Points) - int(b.Points) })
	for i, p := range ranked {
		p.Place = uint8(i + 1)
		if i > 0 && p.Points == ranked[i-1].Points {
			p.Place = ranked[i-1].Place
		}
		p.Score += uint32(p.Points)
		g.result.Set(p.Seat, int(p.Place), Result{p.Cards, p.Points})
	}
	if len(ranked) > 1 && ranked[1].Place == 1 {
		return 0
	}
	return ranked[0].Seat
}
