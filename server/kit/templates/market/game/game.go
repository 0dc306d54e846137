// Package game has the rules.
package game

import "github.com/metronome-server/metronome/sim"

// One good, whose price follows what is asked for, and traders with money of their own.
const FirstPrice, firstCash, day = 1000, 100_000, 60 * 10

// Price is what there is one of.
type Price struct {
	Now   int32 // cents
	Drift int32 `wire:"local"` // where it goes by itself
	Ends  sim.Tick
}

// Trader is a player's. What they own is nobody else's business.
type Trader struct {
	Owner sim.Seat `wire:"owner"`
	Cash  int32    `wire:"private"` // cents
	Stock int32    `wire:"private"`
	Best  int32    // what they were worth at the end of their best day
}

// Deal is told to everybody.
type Deal struct {
	By     sim.Seat
	Amount int32 // below 0: sold
	Price  int32
}

// Order buys so much, or sells it below 0. It is neither lost nor given twice.
type Order struct {
	Amount int8 `command:"min=-10,max=10"`
}

type rules struct {
	w       *sim.World
	price   *sim.Single[Price]
	traders *sim.PerSeat[Trader]
	deals   *sim.Event[Deal]
	orders  *sim.Command[Order]
}

func (r *rules) Join(seat sim.Seat, _ sim.Entrant) { r.traders.Of(seat).Cash = firstCash }

func (r *rules) Leave(sim.Seat) {}

func (r *rules) Step(*sim.Inputs) {
	p := r.price.Get()
	if r.w.Tick() >= p.Ends {
		r.beginDay(p)
	}
	for seat, order := range r.orders.All {
		r.trade(p, seat, r.traders.Of(seat), int32(order.Amount))
	}
	if r.w.Rand().Intn(20) == 0 {
		p.Drift = r.w.Rand().Intn(9) - 4
	}
	p.Now = min(max(p.Now+p.Drift, 100), 10_000)
}

// beginDay closes all accounts and opens new ones.
func (r *rules) beginDay(p *Price) {
	for _, t := range r.traders.All {
		t.Best = max(t.Best, t.Cash+t.Stock*p.Now)
		t.Cash, t.Stock = firstCash, 0
	}
	p.Now, p.Ends = FirstPrice, r.w.Tick().Add(day)
}

// trade does what somebody can pay for; every piece moves the price.
func (r *rules) trade(p *Price, seat sim.Seat, t *Trader, amount int32) {
	cost := amount * p.Now
	if amount == 0 || t.Cash < cost || t.Stock+amount < 0 {
		return
	}
	t.Cash, t.Stock = t.Cash-cost, t.Stock+amount
	r.deals.Emit(0, Deal{seat, amount, p.Now})
	p.Now += 2 * amount
}

func (r *rules) View(sim.Seat, *sim.View) {} // everybody sees group 0, which is everything

// Mode is one way to play the game.
func Mode() sim.Mode {
	return sim.Mode{Name: "mygame", Title: "mygame", Hz: 10, Seats: 50, New: func(w *sim.World) sim.Rules {
		return &rules{w, sim.NewSingle[Price](w, "price"), sim.NewPerSeat[Trader](w, "trader"), sim.NewEvent[Deal](w, "deal"), sim.NewCommand[Order](w)}
	}}
}
