package exchange

import "github.com/metronome-server/metronome/sim"

// Account is a row of the table account: what a player has.
type Account struct {
	Seat sim.Seat `wire:"owner"`
	// Cash and Shares can be spent.
	Cash   uint32             `wire:"private"`
	Shares [MaxSymbols]uint32 `wire:"private"`
	// HeldCash and HeldShares are set aside for open orders.
	HeldCash   uint32             `wire:"private"`
	HeldShares [MaxSymbols]uint32 `wire:"private"`
	// Open is how many open orders there are.
	Open uint8 `wire:"private"`
	// Refused counts the commands that were refused.
	Refused uint32 `wire:"private"`

	// Orders are the open orders by their tags.
	Orders [MaxOrders]sim.Ref `wire:"local"`
}

// House is the single row of the table house: what no player has.
type House struct {
	Cash   uint32
	Shares [MaxSymbols]uint32
}

// houseStarts is how many times what all seats start with is in a room. Why 2: a
// newcomer gets a whole start, though others left without anything, until as much
// was lost as all began with. Why not without end: who comes, loses to a friend
// and comes again would overflow the friend's account.
const houseStarts = 2

// fillHouse gives the house all that there is.
func (x *rules) fillHouse() {
	h, starts := x.house.Get(), uint32(houseStarts*x.w.Mode().Seats)
	h.Cash = starts * x.params.Cash
	for s := range x.params.Symbols {
		h.Shares[s] = starts * uint32(x.params.Shares)
	}
}

// Join gives a player what they start with.
func (x *rules) Join(seat sim.Seat, _ sim.Entrant) { x.endow(x.accounts.Of(seat)) }

// Leave takes a player's orders and holdings away.
func (x *rules) Leave(seat sim.Seat) { x.takeBack(x.accounts.Of(seat)) }

// endow moves a start from the house to an account, or what the house still has.
func (x *rules) endow(a *Account) {
	h := x.house.Get()
	cash := min(h.Cash, x.params.Cash)
	h.Cash -= cash
	a.Cash += cash
	for s := range x.params.Symbols {
		shares := min(h.Shares[s], uint32(x.params.Shares))
		h.Shares[s] -= shares
		a.Shares[s] += shares
	}
}

// takeBack cancels all orders of an account and moves what it has to the house.
func (x *rules) takeBack(a *Account) {
	x.cancelAll(a)
	h := x.house.Get()
	h.Cash += a.Cash
	a.Cash = 0
	for s := range x.params.Symbols {
		h.Shares[s] += a.Shares[s]
		a.Shares[s] = 0
	}
}

// hold sets aside what an order may take.
func (a *Account) hold(o *Order) {
	if o.Side == Buy {
		a.Cash -= o.value()
		a.HeldCash += o.value()
		return
	}
	a.Shares[o.Symbol] -= uint32(o.Quantity)
	a.HeldShares[o.Symbol] += uint32(o.Quantity)
}

// release is the inverse of hold, for what is left of an order.
func (a *Account) release(o *Order) {
	if o.Side == Buy {
		a.Cash += o.value()
		a.HeldCash -= o.value()
		return
	}
	a.Shares[o.Symbol] += uint32(o.Quantity)
	a.HeldShares[o.Symbol] -= uint32(o.Quantity)
}

// settle trades shares of an order at a price.
func (a *Account) settle(o *Order, shares, price uint16) {
	paid := uint32(shares) * uint32(price)
	if o.Side == Buy {
		held := uint32(shares) * uint32(o.Price)
		a.HeldCash -= held
		a.Cash += held - paid
		a.Shares[o.Symbol] += uint32(shares)
		return
	}
	a.HeldShares[o.Symbol] -= uint32(shares)
	a.Cash += paid
}

// wealth is what a player has, the shares at the last price.
func (x *rules) wealth(a *Account) int64 {
	sum := int64(a.Cash) + int64(a.HeldCash)
	for s := range x.params.Symbols {
		sum += (int64(a.Shares[s]) + int64(a.HeldShares[s])) * int64(x.market(s).Last)
	}
	return sum
}
