package exchange

import (
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// paper is a copy of a symbol's book, on which an auction is held by the words of
// the rules: every price is tried, and orders are sorted.
type paper struct {
	last   uint16
	orders [2][]Order // by side
}

func (f *floor) copyBook(symbol uint8) (p paper) {
	p.last = f.x.market(symbol).Last
	for _, o := range f.x.orders.All {
		if o.Symbol == symbol {
			p.orders[o.Side] = append(p.orders[o.Side], *o)
		}
	}
	return p
}

// traded is what an order traded in an auction.
type traded struct {
	seat     sim.Seat
	tag      uint8
	quantity uint16
}

// wants is how many shares a side wants to trade at each price.
func (p *paper) wants(side uint8) (at [MaxPrice + 1]int) {
	for _, o := range p.orders[side] {
		at[o.Price] += int(o.Quantity)
	}
	for i := range MaxPrice {
		if side == Sell {
			at[i+1] += at[i]
		} else {
			at[MaxPrice-i-1] += at[MaxPrice-i]
		}
	}
	return at
}

// auction returns the price, the volume and what every order trades.
func (p *paper) auction() (price, volume int, all []traded) {
	demand, supply := p.wants(Buy), p.wants(Sell)
	surplus := 0
	distance := func(q int) int { return max(q-int(p.last), int(p.last)-q) }
	for q := 1; q <= MaxPrice; q++ {
		v := min(demand[q], supply[q])
		s := demand[q] + supply[q] - 2*v
		if v > volume || v > 0 && v == volume && (s < surplus || s == surplus && distance(q) < distance(price)) {
			price, volume, surplus = q, v, s
		}
	}
	for side := range p.orders {
		all = append(all, p.fill(uint8(side), volume)...)
	}
	return price, volume, all
}

func (p *paper) fill(side uint8, volume int) (all []traded) {
	orders := slices.Clone(p.orders[side])
	slices.SortFunc(orders, func(a, b Order) int {
		switch {
		case a.Price == b.Price:
			return int(a.Arrival) - int(b.Arrival)
		case side == Buy:
			return int(b.Price) - int(a.Price)
		}
		return int(a.Price) - int(b.Price)
	})
	for _, o := range orders {
		if n := min(volume, int(o.Quantity)); n > 0 {
			all = append(all, traded{o.Seat, o.Tag, uint16(n)})
			volume -= n
		}
	}
	return all
}
