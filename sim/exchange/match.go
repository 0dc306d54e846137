package exchange

import (
	"cmp"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// Phases of a match.
const (
	// PhaseWaiting: nobody is there.
	PhaseWaiting = iota
	// PhaseOpen: there are auctions.
	PhaseOpen
	// PhasePause: the result is shown, orders are refused.
	PhasePause
)

// pauseSeconds lie between two matches.
const pauseSeconds = 10

// Match is the single row of the table match.
type Match struct {
	Phase uint8
	// Round counts the matches in this room, from 1.
	Round uint16
	// EndsAt is the tick at which the phase ends; 0 for never.
	EndsAt sim.Tick
	// AuctionAt is the tick of the next auction.
	AuctionAt sim.Tick
	// Winner is the seat that won the last match; 0 after a draw.
	Winner sim.Seat

	// Arrivals counts the orders of this match.
	Arrivals uint32 `wire:"local"`
}

// Result is a player's line of the outcome of a match, with their place.
type Result struct {
	Cash uint32
	// Shares is how many, of all symbols.
	Shares uint32
	// Wealth is cash, and shares at the last price.
	Wealth int64
}

// referee moves the match from phase to phase.
func (x *rules) referee() {
	m := x.match.Get()
	over := m.EndsAt != 0 && x.w.Tick() >= m.EndsAt
	somebody := x.accounts.Len() > 0
	if m.Phase == PhaseWaiting || m.Phase == PhasePause && over {
		x.w.BetweenMatches()
	}
	switch {
	case m.Phase == PhaseWaiting && somebody, m.Phase == PhasePause && over && somebody:
		x.begin(m)
	case m.Phase == PhaseOpen && (over || !somebody):
		x.finish(m)
	case m.Phase == PhasePause && over:
		*m = Match{Round: m.Round}
	}
}

// begin starts a match: everybody has a start, and nothing was traded.
func (x *rules) begin(m *Match) {
	now := x.w.Tick()
	*m = Match{Phase: PhaseOpen, Round: m.Round + 1, AuctionAt: now.Add(int(x.params.Period))}
	if x.params.Seconds > 0 {
		m.EndsAt = now.Add(int(x.params.Seconds) * Hz)
	}
	for _, market := range x.markets.All {
		*market = Market{Last: x.params.Price}
	}
	for _, a := range x.accounts.All {
		x.takeBack(a)
	}
	for _, a := range x.accounts.All {
		x.endow(a)
	}
}

// finish ends a match with an auction, cancels what is open and names the winner.
func (x *rules) finish(m *Match) {
	x.auction()
	for _, a := range x.accounts.All {
		x.cancelAll(a)
	}
	*m = Match{Phase: PhasePause, Round: m.Round, EndsAt: x.w.Tick().Add(pauseSeconds * Hz), Winner: x.decide()}
	if x.w.OneMatch() {
		x.w.End("the match is over")
	}
}

// decide sets the outcome by wealth, in which equals share a place, and returns
// the winner; 0: a draw, or nobody is there.
func (x *rules) decide() (winner sim.Seat) {
	type entry struct {
		seat   sim.Seat
		result Result
	}
	entries := make([]entry, 0, x.accounts.Len())
	for seat, a := range x.accounts.All {
		r := Result{Cash: a.Cash, Wealth: x.wealth(a)}
		for _, shares := range a.Shares {
			r.Shares += shares
		}
		entries = append(entries, entry{seat, r})
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(b.result.Wealth, a.result.Wealth) })
	place := 1
	for i, e := range entries {
		if i > 0 && e.result.Wealth < entries[i-1].result.Wealth {
			place = i + 1
		}
		x.result.Set(e.seat, place, e.result)
	}
	if len(entries) == 1 || len(entries) > 1 && entries[0].result.Wealth > entries[1].result.Wealth {
		return entries[0].seat
	}
	return 0
}
