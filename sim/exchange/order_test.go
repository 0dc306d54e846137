package exchange

import (
	"reflect"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestRefusals has rows on both sides of each limit. Before each, the player has
// two open orders: 0 to buy 100 shares at 100, and 1 to sell 50 at 600.
func TestRefusals(t *testing.T) {
	for name, row := range map[string]struct {
		command Command
		reason  uint8
	}{
		"what is left":            {Command{Buy, 2, 0, 300, 100}, 0},
		"to the last":             {Command{Buy, 2, 1, 900, 100}, 0},
		"and one more":            {Command{Buy, 2, 1, 901, 100}, RefusedCash},
		"all shares left":         {Command{Sell, 2, 0, 700, 50}, 0},
		"one more share":          {Command{Sell, 2, 0, 700, 51}, RefusedShares},
		"shares of another":       {Command{Sell, 2, 1, 700, 100}, 0},
		"price 0":                 {Command{Buy, 2, 0, 0, 1}, RefusedPrice},
		"no shares":               {Command{Sell, 2, 0, 700, 0}, RefusedQuantity},
		"a tag in use":            {Command{Buy, 1, 2, 10, 1}, RefusedTag},
		"a symbol too many":       {Command{Buy, 2, 3, 10, 1}, RefusedSymbol},
		"the last symbol":         {Command{Buy, 2, 2, 10, 1}, 0},
		"buys what they sell":     {Command{Buy, 2, 0, 600, 1}, RefusedOwn},
		"just below":              {Command{Buy, 2, 0, 599, 1}, 0},
		"sells what they buy":     {Command{Sell, 2, 0, 100, 1}, RefusedOwn},
		"just above":              {Command{Sell, 2, 0, 101, 1}, 0},
		"of another symbol":       {Command{Sell, 2, 1, 1, 1}, 0},
		"cancels":                 {Command{Kind: Cancel, Tag: 1}, 0},
		"cancels nothing":         {Command{Kind: Cancel, Tag: 2}, RefusedNoOrder},
		"cancels, more or less":   {Command{Cancel, 0, 3, 0, 0}, 0},
		"cancels the highest tag": {Command{Kind: Cancel, Tag: 15}, RefusedNoOrder},
	} {
		f := play(t, 2, param("symbols", "3"), param("orders", "3"))
		f.give(1, Command{Buy, 0, 0, 100, 100})
		f.give(1, Command{Sell, 1, 0, 600, 50})
		f.w.Step()
		before := f.x.orders.Len()
		f.give(1, row.command)
		f.w.Step()
		want := [][]uint32{{1, uint32(row.command.Kind), uint32(row.command.Tag), uint32(row.reason)}}
		if row.reason == 0 {
			want = nil
		}
		if got := f.events("refused"); !reflect.DeepEqual(got, want) || f.x.accounts.Of(1).Refused != uint32(len(want)) {
			t.Errorf("%s: refused are %v, want %v", name, got, want)
		}
		if changed := f.x.orders.Len() != before; changed != (row.reason == 0) {
			t.Errorf("%s: %d orders after %d", name, f.x.orders.Len(), before)
		}
		if err := f.sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpenOrdersAreBounded(t *testing.T) {
	f := play(t, 1, param("orders", "4"))
	for tag := range uint8(5) {
		f.give(1, Command{Buy, tag, 0, 1, 1})
	}
	f.w.Step()
	if got := f.events("refused"); f.x.orders.Len() != 4 || !reflect.DeepEqual(got, [][]uint32{{1, Buy, 4, RefusedOrders}}) {
		t.Errorf("%d open, refused are %v", f.x.orders.Len(), got)
	}
	f.give(1, Command{Kind: Cancel, Tag: 2})
	f.give(1, Command{Buy, 9, 0, 1, 1})
	f.w.Step()
	if got := f.events("refused"); f.x.orders.Len() != 4 || got != nil {
		t.Errorf("%d open, refused are %v", f.x.orders.Len(), got)
	}
}

// TestWhatIsSetAsideComesBack with a cancel, and the book forgets the order.
func TestWhatIsSetAsideComesBack(t *testing.T) {
	f := play(t, 2)
	f.give(1, Command{Buy, 3, 0, 20, 30})
	f.give(2, Command{Sell, 4, 0, 40, 50})
	f.w.Step()
	if a, b := f.x.accounts.Of(1), f.x.accounts.Of(2); a.HeldCash != 600 || a.Cash != 99_400 || b.HeldShares[0] != 50 || b.Shares[0] != 50 {
		t.Errorf("set aside: %+v, %+v", *a, *b)
	}
	if m := f.x.market(0); m.Bid != 20 || m.Ask != 40 || f.x.levels.Len() != 2 {
		t.Errorf("%+v, %d levels", *m, f.x.levels.Len())
	}
	f.give(1, Command{Kind: Cancel, Tag: 3})
	f.give(2, Command{Kind: Cancel, Tag: 4})
	f.w.Step()
	if a, b := f.x.accounts.Of(1), f.x.accounts.Of(2); a.HeldCash != 0 || a.Cash != 100_000 || b.HeldShares[0] != 0 || b.Shares[0] != 100 {
		t.Errorf("after the cancels: %+v, %+v", *a, *b)
	}
	if m := f.x.market(0); m.Bid != 0 || m.Ask != 0 || f.x.levels.Len() != 0 || f.x.orders.Len() != 0 {
		t.Errorf("%+v, %d levels, %d orders", *m, f.x.levels.Len(), f.x.orders.Len())
	}
}

// TestNobodySeesTheOrdersOfOthers: they are in a group of their owner, and what
// is in an account is private.
func TestNobodySeesTheOrdersOfOthers(t *testing.T) {
	f := play(t, 3)
	for seat := sim.Seat(1); seat <= 3; seat++ {
		f.give(seat, Command{Buy, 0, 0, 10, 1})
		var view sim.View
		if f.w.View(seat, &view); !slices.Equal(view.Groups(), []sim.Group{sim.Group(seat)}) {
			t.Errorf("seat %d sees %d", seat, view.Groups())
		}
	}
	f.w.Step()
	for _, table := range f.w.Tables() {
		switch table.Name() {
		case "order":
			for slot := range table.High() {
				if uint64(table.Group(slot)) != table.Value(0, slot) {
					t.Errorf("order %d of seat %d is in group %d", slot, table.Value(0, slot), table.Group(slot))
				}
			}
		case "account":
			for _, c := range table.Columns() {
				if !c.Private && !c.Local && !c.Owner {
					t.Errorf("everybody sees account.%s", c.Name)
				}
			}
		}
	}
}
