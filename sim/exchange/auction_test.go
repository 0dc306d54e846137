package exchange

import (
	"reflect"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// bid is an order of a seat of its own: above 0 shares to buy, below to sell.
type bid struct {
	price  uint16
	shares int
}

// floorOf places orders, one of each seat, in this order, and has them auctioned.
func floorOf(t *testing.T, bids ...bid) *floor {
	t.Helper()
	f := play(t, len(bids))
	for i, b := range bids {
		c := Command{Kind: Buy, Price: b.price, Quantity: uint16(b.shares)}
		if b.shares < 0 {
			c.Kind, c.Quantity = Sell, uint16(-b.shares)
		}
		f.give(sim.Seat(i+1), c)
		f.w.Step() // in a tick of its own, so that the time is theirs
	}
	f.auctioned()
	if err := f.sound(); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestThePriceOfAnAuction: the last price is 500.
func TestThePriceOfAnAuction(t *testing.T) {
	for name, row := range map[string]struct {
		bids          []bid
		price, volume uint32 // 0: nothing trades
	}{
		"nothing meets":                     {[]bid{{100, 5}, {101, -5}}, 0, 0},
		"buyers alone":                      {[]bid{{100, 5}, {101, 5}}, 0, 0},
		"sellers alone":                     {[]bid{{100, -5}, {101, -5}}, 0, 0},
		"one price":                         {[]bid{{100, 5}, {100, -5}}, 100, 5},
		"the last price, when it is within": {[]bid{{600, 5}, {400, -5}}, 500, 5},
		"the nearest above the last":        {[]bid{{620, 5}, {610, -5}}, 610, 5},
		"the nearest below the last":        {[]bid{{420, 5}, {410, -5}}, 420, 5},
		"the most shares":                   {[]bid{{900, 1}, {300, 9}, {290, -9}, {800, -1}}, 300, 9},
		"the smallest surplus":              {[]bid{{600, 10}, {550, 10}, {400, -10}}, 551, 10},
		"the smallest surplus of sellers":   {[]bid{{600, 10}, {450, -10}, {400, -10}}, 449, 10},
		"the ends of prices":                {[]bid{{1000, 5}, {1, -5}}, 500, 5},
		"a surplus on both sides of a step": {[]bid{{600, 10}, {450, 10}, {440, -15}, {460, -5}}, 450, 15},
	} {
		f := floorOf(t, row.bids...)
		trades := f.events("trade")
		switch {
		case row.volume == 0 && (len(trades) > 0 || f.x.market(0).Last != 500):
			t.Errorf("%s: it trades %v", name, trades)
		case row.volume > 0 && !reflect.DeepEqual(trades, [][]uint32{{0, 0, row.price, row.volume}}):
			t.Errorf("%s: the trades are %v, want %d shares at %d", name, trades, row.volume, row.price)
		case row.volume > 0 && (uint32(f.x.market(0).Last) != row.price || f.x.market(0).Volume != row.volume):
			t.Errorf("%s: the market is %+v", name, *f.x.market(0))
		}
	}
}

// TestWhoseTurnIsFirst: price, then time; the last one trades in part, and what is
// left of it keeps its place.
func TestWhoseTurnIsFirst(t *testing.T) {
	f := floorOf(t, bid{100, 4}, bid{102, 4}, bid{100, 4}, bid{102, 4}, bid{90, -14})
	if want := [][]uint32{{2, 0, 0, 0, 100, 4, 0}, {4, 0, 0, 0, 100, 4, 0}, {1, 0, 0, 0, 100, 4, 0}, {3, 0, 0, 0, 100, 2, 2}, {5, 0, 0, 1, 100, 14, 0}}; !reflect.DeepEqual(f.events("fill"), want) {
		t.Errorf("fills are %v, want %v", f.events("fill"), want)
	}
	f.give(1, Command{Kind: Buy, Price: 100, Quantity: 4})
	f.give(5, Command{Kind: Sell, Price: 100, Quantity: 3})
	f.auctioned()
	if m := f.x.market(0); m.Volume != 14+3 || m.Bid != 100 || m.Ask != 0 {
		t.Errorf("the market is %+v", *m)
	}
	if want := [][]uint32{{3, 0, 0, 0, 100, 2, 0}, {1, 0, 0, 0, 100, 1, 3}, {5, 0, 0, 1, 100, 3, 0}}; !reflect.DeepEqual(f.events("fill"), want) {
		t.Errorf("fills are %v, want %v", f.events("fill"), want)
	}
}

// TestBuyersPayThePrice and no more, whatever they bid.
func TestBuyersPayThePrice(t *testing.T) {
	f := floorOf(t, bid{700, 10}, bid{300, -6}, bid{600, -6})
	for seat, want := range []struct{ cash, shares uint32 }{{100_000 - 10*600, 110}, {100_000 + 6*600, 94}, {100_000 + 4*600, 96}} {
		if cash, shares := f.has(sim.Seat(seat+1), 0); cash != want.cash || shares != want.shares {
			t.Errorf("seat %d has %d and %d shares, want %+v", seat+1, cash, shares, want)
		}
	}
	if a := f.x.accounts.Of(1); a.HeldCash != 0 || a.Open != 0 {
		t.Errorf("after all is bought: %+v", *a)
	}
}

// TestADrawSaysWhoIsFirst among those who order in one tick; the orders of one
// player stay in their order.
func TestADrawSaysWhoIsFirst(t *testing.T) {
	f := play(t, 3, param("seconds", "0"))
	first := map[uint32]int{}
	const rounds = 300
	for range rounds {
		for seat := sim.Seat(1); seat <= 3; seat++ {
			f.give(seat, Command{Kind: Buy, Tag: 1, Price: 10, Quantity: 1})
			f.give(seat, Command{Kind: Buy, Tag: 0, Price: 10, Quantity: 1})
		}
		f.w.Step()
		var order []Order
		for _, o := range f.x.orders.All {
			order = append(order, *o)
		}
		slices.SortFunc(order, func(a, b Order) int { return int(a.Arrival) - int(b.Arrival) })
		for i := 0; i < len(order); i += 2 {
			if a, b := order[i], order[i+1]; a.Seat != b.Seat || a.Tag != 1 || b.Tag != 0 {
				t.Fatalf("%+v and %+v", a, b)
			}
		}
		first[uint32(order[0].Seat)]++
		for seat := sim.Seat(1); seat <= 3; seat++ {
			f.give(seat, Command{Kind: Cancel, Tag: 1})
			f.give(seat, Command{Kind: Cancel, Tag: 0})
		}
		f.w.Step()
	}
	for seat := uint32(1); seat <= 3; seat++ { // 100 on average, deviation 8
		if first[seat] < 60 {
			t.Errorf("seat %d was first in %d of %d rounds", seat, first[seat], rounds)
		}
	}
}

func TestPeriods(t *testing.T) {
	for period, name := range map[int]string{1: "1", 7: "7", 100: "100"} {
		f := play(t, 2, param("period", name), param("seconds", "0"))
		var at []sim.Tick
		for len(at) < 3 && f.w.Tick() < 400 {
			f.give(1, Command{Kind: Buy, Tag: uint8(f.w.Tick() % MaxOrders), Price: 5, Quantity: 1})
			f.give(2, Command{Kind: Sell, Tag: uint8(f.w.Tick() % MaxOrders), Price: 5, Quantity: 1})
			f.w.Step()
			if len(f.events("trade")) > 0 {
				at = append(at, f.w.Tick())
			}
		}
		if len(at) < 3 || at[1].Since(at[0]) != period || at[2].Since(at[1]) != period {
			t.Errorf("with a period of %d there are auctions at %d", period, at)
		}
	}
}
