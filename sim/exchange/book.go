package exchange

import "github.com/metronome-server/metronome/sim"

// Order is a row of the table order: an open order, which its owner alone sees.
type Order struct {
	Seat              sim.Seat `wire:"owner"`
	Tag, Symbol, Side uint8
	Price             uint16
	// Quantity is what is left of it, Placed what it was.
	Quantity, Placed uint16

	// Arrival counts the orders of a match: the time in price-time priority.
	Arrival uint32 `wire:"local"`
	// Before and After are its neighbours at its price, by time.
	Before, After sim.Ref `wire:"local"`
}

// value is what is left of an order times its price.
func (o *Order) value() uint32 { return uint32(o.Price) * uint32(o.Quantity) }

// Level is a row of the table level: the open orders of a side at one price.
type Level struct {
	Symbol, Side uint8
	Price        uint16
	// Quantity is their sum, Orders how many they are, from 1.
	Quantity uint32
	Orders   uint16

	First, Last sim.Ref `wire:"local"` // by time
}

// Market is a row of the table market, which has one for each symbol.
type Market struct {
	// Last is the price of the last trade.
	Last uint16
	// Bid is the highest price that a buyer offers, Ask the lowest that a seller
	// asks; 0: nobody does.
	Bid, Ask uint16
	// Volume is how many shares were traded in this match.
	Volume uint32
}

// ladder is the row of each level, by symbol, side and price; 0: nothing is open
// there. It follows from the table level.
type ladder []sim.Ref

func newLadder(symbols uint8) ladder { return make(ladder, 2*(MaxPrice+1)*int(symbols)) }

func (l ladder) at(symbol, side uint8, price uint16) *sim.Ref {
	return &l[(2*int(symbol)+int(side))*(MaxPrice+1)+int(price)]
}

// Restored makes the ladder anew.
func (x *rules) Restored() {
	clear(x.ladder)
	for ref, l := range x.levels.All {
		*x.ladder.at(l.Symbol, l.Side, l.Price) = ref
	}
}

func (x *rules) market(symbol uint8) *Market { return x.markets.Get(x.symbols[symbol]) }

// level returns what is open at a price of a side, or nil.
func (x *rules) level(symbol, side uint8, price uint16) *Level {
	return x.levels.Get(*x.ladder.at(symbol, side, price))
}

// open returns how many shares are open at a price of a side.
func (x *rules) open(symbol, side uint8, price uint16) uint32 {
	if l := x.level(symbol, side, price); l != nil {
		return l.Quantity
	}
	return 0
}

// best returns the price of a side whose turn is first; 0: the side is empty.
func (m *Market) best(side uint8) *uint16 {
	if side == Buy {
		return &m.Bid
	}
	return &m.Ask
}

// ahead reports whether a price of a side has its turn before another one.
func ahead(side uint8, price, other uint16) bool {
	if side == Buy {
		return price > other
	}
	return price < other
}

// place opens an order, which must have passed check.
func (x *rules) place(a *Account, c *Command) {
	m := x.match.Get()
	m.Arrivals++
	ref, o, _ := x.orders.Add(Order{ // there is room: each account has at most so many
		Seat: a.Seat, Tag: c.Tag, Symbol: c.Symbol, Side: c.Kind,
		Price: c.Price, Quantity: c.Quantity, Placed: c.Quantity, Arrival: m.Arrivals,
	})
	a.Orders[o.Tag] = ref
	a.Open++
	a.hold(o)
	x.queue(ref, o)
}

// queue puts an order at the end of its price.
func (x *rules) queue(ref sim.Ref, o *Order) {
	at := x.ladder.at(o.Symbol, o.Side, o.Price)
	l := x.levels.Get(*at)
	if l == nil {
		*at, l, _ = x.levels.Add(Level{Symbol: o.Symbol, Side: o.Side, Price: o.Price, First: ref})
		if best := x.market(o.Symbol).best(o.Side); *best == 0 || ahead(o.Side, o.Price, *best) {
			*best = o.Price
		}
	} else {
		o.Before = l.Last
		x.orders.Get(l.Last).After = ref
	}
	l.Last = ref
	l.Quantity += uint32(o.Quantity)
	l.Orders++
}

// cancel ends an open order and gives back what was set aside for it.
func (x *rules) cancel(ref sim.Ref) {
	o := x.orders.Get(ref)
	x.accounts.Of(o.Seat).release(o)
	x.level(o.Symbol, o.Side, o.Price).Quantity -= uint32(o.Quantity)
	x.remove(ref, o)
}

func (x *rules) cancelAll(a *Account) {
	for _, ref := range a.Orders {
		if ref != 0 {
			x.cancel(ref)
		}
	}
}

// remove takes an order with nothing left out of the book.
func (x *rules) remove(ref sim.Ref, o *Order) {
	a := x.accounts.Of(o.Seat)
	a.Orders[o.Tag] = 0
	a.Open--
	l := x.level(o.Symbol, o.Side, o.Price)
	if before := x.orders.Get(o.Before); before != nil {
		before.After = o.After
	} else {
		l.First = o.After
	}
	if after := x.orders.Get(o.After); after != nil {
		after.Before = o.Before
	} else {
		l.Last = o.Before
	}
	if l.Orders--; l.Orders == 0 {
		x.removeLevel(l)
	}
	x.orders.Remove(ref)
}

// removeLevel takes out a price at which nothing is open any more.
func (x *rules) removeLevel(l *Level) {
	symbol, side, price := l.Symbol, l.Side, l.Price
	at := x.ladder.at(symbol, side, price)
	x.levels.Remove(*at)
	*at = 0
	best := x.market(symbol).best(side)
	if *best != price {
		return
	}
	step := uint16(1)
	if side == Buy {
		step = ^step + 1 // downwards
	}
	for price += step; price > 0 && price <= MaxPrice; price += step {
		if *x.ladder.at(symbol, side, price) != 0 {
			*best = price
			return
		}
	}
	*best = 0
}
