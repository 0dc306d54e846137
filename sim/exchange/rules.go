package exchange

import (
	"fmt"

	"github.com/metronome-server/metronome/sim"
)

// rules is one match. All that changes is in the tables; what else there is
// follows from them.
type rules struct {
	w      *sim.World
	params *Params

	commands *sim.Command[Command]
	match    *sim.Single[Match]
	markets  *sim.Table[Market]
	levels   *sim.Table[Level]
	accounts *sim.PerSeat[Account]
	orders   *sim.Table[Order]
	house    *sim.Single[House]
	events   events
	result   *sim.Outcome[Result]

	symbols []sim.Ref // row of each market, which is never removed
	ladder  ladder    //simtest:derived
	turns   []turn    //simtest:derived
}

// newRules declares tables, events and command in the order of the schema.
func newRules(w *sim.World) sim.Rules {
	x := &rules{w: w, params: sim.NewParams[Params](w)}
	if n := w.Mode().Seats; n > Seats {
		w.Refuse(fmt.Errorf("exchange: %d seats, at most %d", n, Seats))
		return nil
	}
	seats, symbols := w.Mode().Seats, max(int(x.params.Symbols), 1)
	open := seats * max(int(x.params.Orders), 1)
	x.commands = sim.NewCommand[Command](w)
	x.match = sim.NewSingle[Match](w, "match")
	x.markets = sim.NewTable[Market](w, "market", symbols)
	x.levels = sim.NewTable[Level](w, "level", min(open, 2*MaxPrice*symbols))
	x.accounts = sim.NewPerSeat[Account](w, "account")
	x.orders = sim.NewTable[Order](w, "order", open).GroupBy(func(o *Order) sim.Group { return ownGroup(o.Seat) })
	x.house = sim.NewSingle[House](w, "house")
	x.events = newEvents(w)
	x.result = sim.NewOutcome[Result](w)

	x.ladder = newLadder(uint8(symbols))
	x.turns = make([]turn, 0, seats)
	for range symbols {
		ref, _, _ := x.markets.Add(Market{Last: x.params.Price})
		x.symbols = append(x.symbols, ref)
	}
	x.fillHouse()
	return x
}

// Step is one tick: commands first, so that one that comes in time for an auction
// is in it.
func (x *rules) Step(*sim.Inputs) {
	x.referee()
	x.obey()
	if m := x.match.Get(); m.Phase == PhaseOpen && x.w.Tick() >= m.AuctionAt {
		x.auction()
		m.AuctionAt = x.w.Tick().Add(int(x.params.Period))
	}
}

// View shows a seat what is its own, beside what everybody sees.
func (x *rules) View(seat sim.Seat, view *sim.View) { view.See(ownGroup(seat)) }
