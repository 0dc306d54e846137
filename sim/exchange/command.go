package exchange

import (
	"cmp"
	"slices"

	"github.com/metronome-server/metronome/sim"
)

const (
	// MaxSymbols is the most symbols that a room can have.
	MaxSymbols = 4
	// MaxPrice is the highest price, and MaxQuantity the most shares of an order.
	MaxPrice    = 1000
	MaxQuantity = 100
	// MaxOrders is the most open orders that a player can be allowed.
	MaxOrders = 16
)

// What a command does. Buy and Sell are also the sides of a book.
const (
	Buy = iota
	Sell
	Cancel
)

// Command is what a player orders.
type Command struct {
	// Kind is Buy, Sell or Cancel.
	Kind uint8 `command:"max=2"`
	// Tag is the player's own number for the order. No two open orders of a player
	// have the same; Cancel takes back the one that has it.
	Tag uint8 `command:"max=15"`
	// The others are of no account when Kind is Cancel.
	Symbol uint8 `command:"max=3"`
	// Price is the most that Buy pays for a share, the least that Sell takes, from 1.
	Price uint16 `command:"max=1000"`
	// Quantity is how many shares, from 1.
	Quantity uint16 `command:"max=100"`
}

// Why a command is refused.
const (
	_ = iota
	// RefusedClosed: there is a pause between two matches.
	RefusedClosed
	// RefusedSymbol: there is no such symbol in this room.
	RefusedSymbol
	// RefusedPrice: it is 0.
	RefusedPrice
	// RefusedQuantity: it is 0.
	RefusedQuantity
	// RefusedTag: another open order of the player has that tag.
	RefusedTag
	// RefusedOrders: the player has as many open orders as they may.
	RefusedOrders
	// RefusedOwn: it would trade with another order of the same player.
	RefusedOwn
	// RefusedCash: there is not enough to set aside.
	RefusedCash
	// RefusedShares: there are not enough to set aside.
	RefusedShares
	// RefusedNoOrder: no open order has the tag that is to be cancelled.
	RefusedNoOrder
)

// turn is a command that waits for its turn in this tick.
type turn struct {
	draw    uint64 // the same for all of a seat
	seat    sim.Seat
	command Command
}

// obey carries out the commands of this tick. A draw says whose are first.
func (x *rules) obey() {
	x.turns = x.turns[:0]
	var last turn
	for seat, c := range x.commands.All {
		if seat != last.seat {
			last = turn{draw: x.w.Rand().Uint64(), seat: seat}
		}
		last.command = *c
		x.turns = append(x.turns, last)
	}
	slices.SortStableFunc(x.turns, func(a, b turn) int { return cmp.Compare(a.draw, b.draw) })
	for i := range x.turns {
		t := &x.turns[i]
		a := x.accounts.Of(t.seat)
		if reason := x.carryOut(a, &t.command); reason != 0 {
			a.Refused++
			x.events.refused.Emit(ownGroup(t.seat), Refused{t.command.Kind, t.command.Tag, reason})
		}
	}
}

// carryOut places or cancels an order, or returns why not.
func (x *rules) carryOut(a *Account, c *Command) (refused uint8) {
	switch {
	case x.match.Get().Phase != PhaseOpen:
		return RefusedClosed
	case c.Kind == Cancel && a.Orders[c.Tag] == 0:
		return RefusedNoOrder
	case c.Kind == Cancel:
		x.cancel(a.Orders[c.Tag])
		return 0
	}
	if refused = x.check(a, c); refused == 0 {
		x.place(a, c)
	}
	return refused
}

// check says why an order cannot be placed; 0: it can.
func (x *rules) check(a *Account, c *Command) (refused uint8) {
	switch {
	case c.Symbol >= x.params.Symbols:
		return RefusedSymbol
	case c.Price == 0:
		return RefusedPrice
	case c.Quantity == 0:
		return RefusedQuantity
	case a.Orders[c.Tag] != 0:
		return RefusedTag
	case a.Open >= x.params.Orders:
		return RefusedOrders
	case x.meetsOwn(a, c):
		return RefusedOwn
	case c.Kind == Buy && a.Cash < uint32(c.Price)*uint32(c.Quantity):
		return RefusedCash
	case c.Kind == Sell && a.Shares[c.Symbol] < uint32(c.Quantity):
		return RefusedShares
	}
	return 0
}

// meetsOwn reports whether an order could trade with one of the same player, who
// would set a price without risk.
func (x *rules) meetsOwn(a *Account, c *Command) bool {
	for _, ref := range a.Orders {
		o := x.orders.Get(ref)
		if o == nil || o.Symbol != c.Symbol || o.Side == c.Kind {
			continue
		}
		if c.Kind == Buy && c.Price >= o.Price || c.Kind == Sell && c.Price <= o.Price {
			return true
		}
	}
	return false
}
