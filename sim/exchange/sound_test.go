package exchange

import (
	"fmt"

	"github.com/metronome-server/metronome/sim"
)

// sound says in what way a match is not sound, or nothing: what is there in all
// is as it was, nobody owes anything, what is set aside is that of the open
// orders, and the book is in order.
func (f *floor) sound() error {
	if err := f.conserved(); err != nil {
		return err
	}
	cash, shares := map[sim.Seat]uint32{}, map[sim.Seat][MaxSymbols]uint32{}
	count := map[sim.Seat]uint8{}
	for ref, o := range f.x.orders.All {
		a := f.x.accounts.Of(o.Seat)
		if a == nil || a.Orders[o.Tag] != ref || o.Quantity == 0 || o.Quantity > o.Placed {
			return fmt.Errorf("order %+v is not one of its account: %+v", *o, a)
		}
		count[o.Seat]++
		if o.Side == Buy {
			cash[o.Seat] += o.value()
			continue
		}
		held := shares[o.Seat]
		held[o.Symbol] += uint32(o.Quantity)
		shares[o.Seat] = held
	}
	for seat, a := range f.x.accounts.All {
		if a.HeldCash != cash[seat] || a.HeldShares != shares[seat] || a.Open != count[seat] {
			return fmt.Errorf("seat %d has set aside %d and %d for %d orders, the orders need %d and %d for %d",
				seat, a.HeldCash, a.HeldShares, a.Open, cash[seat], shares[seat], count[seat])
		}
	}
	return f.sorted()
}

// conserved: numbers are unsigned, so one that fell below 0 is far above all
// that there is.
func (f *floor) conserved() error {
	starts := uint64(houseStarts * f.w.Mode().Seats)
	allCash, allShares := starts*uint64(f.x.params.Cash), starts*uint64(f.x.params.Shares)
	h := f.x.house.Get()
	cash, most := uint64(h.Cash), max(uint64(h.Cash))
	for _, a := range f.x.accounts.All {
		cash += uint64(a.Cash) + uint64(a.HeldCash)
		most = max(most, uint64(a.Cash), uint64(a.HeldCash))
	}
	if cash != allCash || most > allCash {
		return fmt.Errorf("there is cash of %d, want %d; most on one account is %d", cash, allCash, most)
	}
	for s := range MaxSymbols {
		shares, most := uint64(h.Shares[s]), uint64(h.Shares[s])
		for _, a := range f.x.accounts.All {
			shares += uint64(a.Shares[s]) + uint64(a.HeldShares[s])
			most = max(most, uint64(a.Shares[s]), uint64(a.HeldShares[s]))
		}
		want := allShares
		if s >= int(f.x.params.Symbols) {
			want = 0
		}
		if shares != want || most > want {
			return fmt.Errorf("there are %d shares of %d, want %d; most on one account are %d", shares, s, want, most)
		}
	}
	return nil
}

// sorted: each level is where its price is, its orders stand by time and are all
// there are, and the best prices are those of the book.
func (f *floor) sorted() error {
	levels, orders := 0, 0
	for s := range f.x.params.Symbols {
		var best [2]uint16
		for price := range uint16(MaxPrice + 1) {
			for side := range uint8(2) {
				l := f.x.level(s, side, price)
				if l == nil {
					continue
				}
				levels++
				orders += int(l.Orders)
				if l.Symbol != s || l.Side != side || l.Price != price {
					return fmt.Errorf("%+v stands at symbol %d, side %d, price %d", *l, s, side, price)
				}
				if err := f.inTime(l); err != nil {
					return err
				}
				if side == Buy || best[side] == 0 {
					best[side] = price
				}
			}
		}
		if m := f.x.market(s); m.Bid != best[Buy] || m.Ask != best[Sell] {
			return fmt.Errorf("symbol %d: best prices are %d and %d, those of the book %d", s, m.Bid, m.Ask, best)
		}
	}
	if levels != f.x.levels.Len() || orders != f.x.orders.Len() {
		return fmt.Errorf("%d levels of %d orders can be found, there are %d of %d", levels, orders, f.x.levels.Len(), f.x.orders.Len())
	}
	return nil
}

func (f *floor) inTime(l *Level) error {
	var quantity uint32
	var count uint16
	var before sim.Ref
	arrival := uint32(0)
	for ref := l.First; ref != 0; count++ {
		o := f.x.orders.Get(ref)
		if o == nil || o.Symbol != l.Symbol || o.Side != l.Side || o.Price != l.Price || o.Before != before || o.Arrival <= arrival {
			return fmt.Errorf("order %+v does not stand rightly in %+v", o, *l)
		}
		quantity += uint32(o.Quantity)
		arrival, before, ref = o.Arrival, ref, o.After
	}
	if quantity != l.Quantity || count != l.Orders || before != l.Last || count == 0 {
		return fmt.Errorf("%+v has %d orders of %d shares", *l, count, quantity)
	}
	return nil
}

// crossed names a symbol whose buyers bid what its sellers ask, or more.
func (f *floor) crossed() error {
	for s := range f.x.params.Symbols {
		if m := f.x.market(s); m.Bid != 0 && m.Ask != 0 && m.Bid >= m.Ask {
			return fmt.Errorf("after an auction of symbol %d the best bid is %d and the best ask %d", s, m.Bid, m.Ask)
		}
	}
	return nil
}
