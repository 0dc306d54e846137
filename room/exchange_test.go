package room

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/exchange"
)

// trader is a player of the exchange who gives commands of any kind.
type trader struct {
	*peer
	given uint32
}

// trade gives a command about a price of 500, unless many wait.
func (p *trader) trade(r *rand.Rand) {
	if p.given >= p.room.world.Commanded(p.seat)+netproto.MaxCommands {
		return
	}
	p.given++
	c := netproto.Command{Number: p.given, Count: 5}
	for i, v := range []int{r.IntN(3), r.IntN(exchange.MaxOrders), r.IntN(exchange.MaxSymbols), 450 + r.IntN(101), r.IntN(exchange.MaxQuantity + 1)} {
		c.Values[i] = int32(v)
	}
	p.send(netproto.ClientFrame{Commands: []netproto.Command{c}, NoticeAck: p.newest})
}

// open is how many open orders the player sees, and how many shares they are.
func (p *trader) open() (orders, shares int) {
	seat, _ := netproto.Find(p.welcome.GetSchema(), "order", "seat")
	quantity, _ := netproto.Find(p.welcome.GetSchema(), "order", "quantity")
	for l := range p.mirror.Lists(seat.Table) {
		for i, owner := range l.Column(seat.Column) {
			if sim.Seat(owner) != p.seat {
				p.t.Errorf("seat %d sees an order of seat %d", p.seat, owner)
			}
			orders++
			shares += int(l.Column(quantity.Column)[i])
		}
	}
	return orders, shares
}

// opened is the same as the world has it.
func opened(w *sim.World, seat sim.Seat) (orders, shares int) {
	for _, t := range w.Tables() {
		if t.Name() != "order" {
			continue
		}
		for slot := range t.High() {
			if t.Alive(slot/64)>>(slot%64)&1 != 0 && sim.Seat(t.Value(0, slot)) == seat {
				orders++
				shares += int(t.Value(5, slot))
			}
		}
	}
	return orders, shares
}

// TestAMatchOfTheExchangePlaysAgain with players who come, go, drop out and come
// back: every tick is the same, and so is the outcome. Meanwhile each sees their
// own open orders and no others.
func TestAMatchOfTheExchangePlaysAgain(t *testing.T) {
	rnd := random(t)
	f := &fakeFile{}
	room := newRig(t, exchange.Game().Modes[0], func(o *Options) {
		o.Journal, o.Seed, o.Seats, o.OneMatch = file.NewSink(f), rnd.Uint64(), 12, true
		o.Params = []sim.Param{{Name: "seconds", Value: "60"}, {Name: "period", Value: "3"}}
	})
	tick := func() { // as Run does
		if room.closing.Load() == nil {
			room.tick()
		}
	}
	traders := map[sim.Seat]*trader{}
	enter := func(g Guest) {
		if pass, err := room.Knock(g); err == nil {
			p := &trader{peer: newPeer(room)}
			pass.Enter(p.conn)
			tick()
			p.read()
			p.given = room.world.Commanded(p.seat)
			traders[p.seat] = p
		}
	}
	for i := range 10 {
		enter(Guest{Name: fmt.Sprint("trader ", i)})
	}
	most, trades := 0, 0
	for room.closing.Load() == nil {
		switch rnd.IntN(60) {
		case 0:
			enter(Guest{Name: "late"})
		case 1:
			if p := traders[sim.Seat(1+rnd.IntN(12))]; p != nil {
				p.send(netproto.ClientFrame{Leave: true})
				delete(traders, p.seat)
			}
		case 2:
			if p := traders[sim.Seat(1+rnd.IntN(12))]; p != nil {
				p.conn.lost = true
				tick()
				enter(Guest{Resume: p.token})
			}
		}
		for seat := sim.Seat(1); seat <= 12; seat++ {
			if p := traders[seat]; p != nil && rnd.IntN(2) == 0 {
				p.trade(rnd)
			}
		}
		tick()
		for seat, p := range traders {
			p.read()
			if orders, shares := p.open(); p.frame.Tick == room.world.Tick() {
				if wantOrders, wantShares := opened(room.world, seat); orders != wantOrders || shares != wantShares {
					t.Fatalf("tick %d: seat %d sees %d orders of %d shares, there are %d of %d", room.world.Tick(), seat, orders, shares, wantOrders, wantShares)
				}
				most = max(most, orders)
			}
		}
		if events, _ := room.world.Events(); len(events) > 0 {
			trades += len(events)
		}
	}
	hash, outcome := room.world.Hash(), room.world.Outcome()
	if room.finish(); room.fault != nil || len(outcome) == 0 || outcome[0].Place == 0 || most < 5 || trades < 800 {
		t.Fatalf("the match went wrong: %d open at most, %d events, %+v, %v", most, trades, outcome, room.fault)
	}
	var last *sim.World
	out, err := replay.Play(bytes.NewReader(f.b), modeNamed(exchange.Game().Modes...), func(w *sim.World) { last = w })
	if err != nil || out.Final != hash || !last.Ended() || !reflect.DeepEqual(last.Outcome(), outcome) {
		t.Errorf("%+v, %v, want %x and %+v", out, err, hash, outcome)
	}
	t.Logf("%d ticks, %d players, %d events, %.1f bytes a tick", out.Ticks, out.Players, trades, float64(len(f.b))/float64(out.Ticks))
}
