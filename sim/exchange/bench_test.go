package exchange

import (
	"math/rand/v2"
	"testing"
)

// busy is a match whose players give so many commands each tick: about a price
// that moves, and a tag that is in use is cancelled first.
type busy struct {
	market
	players, each int
	commands      [Seats][]Command // drawn before, used again and again
	next          int
}

func newBusy(t testing.TB, players, each int) *busy {
	b := &busy{players: players, each: each}
	b.market = market{floor: play(t, players, param("seconds", "0"), param("period", "1"), param("cash", "1000000"), param("shares", "1000")), r: rand.New(rand.NewPCG(1, 1))}
	const drawn = 1 << 8
	for i := range players {
		for n := range drawn {
			b.move()
			c := Command{Kind: uint8(b.r.IntN(2)), Tag: uint8(n/2) % MaxOrders, Symbol: uint8(b.r.IntN(MaxSymbols)), Quantity: uint16(1 + b.r.IntN(20))}
			if c.Price = uint16(b.mid[c.Symbol] + b.r.IntN(101) - 50); n%2 == 0 {
				c.Kind = Cancel
			}
			b.commands[i] = append(b.commands[i], c)
		}
	}
	for range 500 {
		b.step()
	}
	return b
}

func (b *busy) step() {
	for seat := range b.players {
		for n := range b.each {
			b.give(b.w.Seats()[seat], b.commands[seat][(b.next+n)%len(b.commands[seat])])
		}
	}
	b.next += b.each
	b.w.Step()
}

func TestStepAllocatesNothing(t *testing.T) {
	b := newBusy(t, 50, 4)
	if n := testing.AllocsPerRun(500, b.step); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
	if b.x.market(0).Volume == 0 || b.x.orders.Len() < 50 {
		t.Errorf("%+v, %d open orders: nothing happens", *b.x.market(0), b.x.orders.Len())
	}
}

// Each player gives as many commands each tick: an auction of each symbol is in
// each.
func BenchmarkTick50(b *testing.B)  { tick(b, 50, 1) }
func BenchmarkTick200(b *testing.B) { tick(b, 200, 1) }

// As many as the rate of the mode and its burst let through in one tick.
func BenchmarkBurst200(b *testing.B) { tick(b, 200, 20) }

func tick(b *testing.B, players, each int) {
	m := newBusy(b, players, each)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		m.step()
	}
	b.ReportMetric(float64(b.N*players*each)/b.Elapsed().Seconds(), "orders/s")
	b.ReportMetric(float64(m.x.orders.Len()), "open")
}
