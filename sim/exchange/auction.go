package exchange

// auction trades what can be traded, symbol by symbol.
func (x *rules) auction() {
	for symbol := range x.params.Symbols {
		m := x.market(symbol)
		if m.Ask == 0 || m.Bid < m.Ask {
			continue
		}
		price, volume := x.clearing(symbol, m)
		x.fill(symbol, Buy, price, volume)
		x.fill(symbol, Sell, price, volume)
		m.Last = price
		m.Volume += volume
		x.events.trade.Emit(0, Trade{symbol, price, volume})
	}
}

// clearing returns the price of an auction of a symbol whose best prices meet, and
// how many shares trade: the most, then the smallest surplus, then the nearest to
// the last price. Prices that are equal in the first two have no other between
// them, since demand only falls with the price and supply only grows.
func (x *rules) clearing(symbol uint8, m *Market) (price uint16, volume uint32) {
	var demand, supply uint32 // of all who would trade at a price
	for p := m.Ask; p <= m.Bid; p++ {
		demand += x.open(symbol, Buy, p)
	}
	var low, high uint16
	var least uint32 // surplus
	for p := m.Ask; p <= m.Bid; p++ {
		supply += x.open(symbol, Sell, p)
		traded := min(demand, supply)
		surplus := max(demand, supply) - traded
		switch {
		case traded > volume || traded == volume && surplus < least:
			volume, least, low, high = traded, surplus, p, p
		case traded == volume && surplus == least:
			high = p
		}
		demand -= x.open(symbol, Buy, p)
	}
	return min(max(m.Last, low), high), volume
}

// fill trades so many shares of one side, by price and then by time.
func (x *rules) fill(symbol, side uint8, price uint16, volume uint32) {
	best := x.market(symbol).best(side)
	for volume > 0 {
		l := x.level(symbol, side, *best)
		ref := l.First
		o := x.orders.Get(ref)
		shares := uint16(min(volume, uint32(o.Quantity)))
		x.accounts.Of(o.Seat).settle(o, shares, price)
		o.Quantity -= shares
		l.Quantity -= uint32(shares)
		volume -= uint32(shares)
		x.events.fill.Emit(ownGroup(o.Seat), Fill{o.Tag, symbol, side, price, shares, o.Quantity})
		if o.Quantity == 0 {
			x.remove(ref, o)
		}
	}
}
