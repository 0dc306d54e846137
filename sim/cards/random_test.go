package cards

import (
	"math/rand/v2"
	"testing"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/simtest"
)

func TestContract(t *testing.T) {
	for _, params := range [][]sim.Param{
		{param("turn", 1), param("pause", 1)},
		{param("turn", 1), param("pause", 1), param("lapses", 1), {Name: "absent", Value: "play"}, param("turns", 40)},
		{param("players", 4), param("turn", 1), param("pause", 1), param("turns", 10)},
	} {
		simtest.Check(t, Mode().WithParams(params))
	}
	if !testing.Short() {
		params := []sim.Param{param("turn", 1), param("pause", 1), param("lapses", 1), {Name: "absent", Value: "play"}, param("turns", 40)}
		// Orders at random are seldom legal: no pile becomes high, and hardly an eight is
		// laid, with which alone a suit matters. TestRandomDeals comes to both.
		simtest.Check(t, Mode().WithParams(params), simtest.Ticks(12000), simtest.Reach("column stock.pile.*", "command suit"))
	}
	simtest.CheckSource(t, ".")
}

// TestRandomDeals plays many deals with random orders, legal and not, of players
// who come, go and fall asleep: every card is in one place after each step, and
// every deal ends.
func TestRandomDeals(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	rooms := 150
	if testing.Short() {
		rooms = 20
	}
	ends := map[string]int{}
	for range rooms {
		randomRoom(t, r, ends)
		if t.Failed() {
			return
		}
	}
	t.Logf("%v", ends)
	for _, end := range []string{"won", "counted", "alone"} {
		if ends[end] == 0 && !testing.Short() {
			t.Errorf("no deal was %s", end)
		}
	}
}

// randomRoom plays four deals in a room.
func randomRoom(t *testing.T, r *rand.Rand, ends map[string]int) {
	t.Helper()
	seats, turns := 2+r.IntN(maxPlayers-1), 10+r.IntN(300)
	absent := sim.Param{Name: "absent", Value: []string{"kick", "play"}[r.IntN(2)]}
	b := open(t, Mode().WithSeats(seats).WithParams([]sim.Param{
		param("players", 2+r.IntN(seats-1)), param("turn", 1+r.IntN(3)), param("pause", 1), param("turns", turns), param("lapses", 1+r.IntN(3)), absent,
	}), r.Uint64())
	lazy, restless := r.IntN(3), r.IntN(3)
	for steps := 0; b.m().Deal < 4 || b.m().Phase != PhasePause; steps++ {
		if steps > 100*turns+10000 {
			t.Fatalf("deal %d goes on after %d steps: %+v", b.m().Deal, steps, *b.m())
		}
		b.comeAndGo(r, restless)
		was := *b.m()
		b.randomOrders(r, lazy)
		if r.IntN(4) == 0 || len(b.w.Seats()) == 0 {
			b.w.SkipTo(max(b.w.WakesAt(), b.w.Tick().Add(1))) // nothing happens until then
		}
		b.step()
		for _, wish := range b.w.Wishes() {
			if wish.Kind == sim.WishKick {
				b.leave(wish.Seat)
			}
		}
		if was.Phase == PhasePlay && b.m().Phase == PhasePause {
			ends[b.howItEnded()]++
		}
		if len(b.w.Wishes()) > 0 && b.m().Until == 0 {
			continue // the turn of who was kicked begins with the next step
		}
		if err := b.fault(); err != nil {
			t.Fatalf("tick %d: %v", b.w.Tick(), err)
		}
	}
}

func (b *table) howItEnded() string {
	first, alone := 0, 0
	for _, line := range b.w.Outcome() {
		if p := b.p(line.Seat); p != nil && line.Place == 1 {
			first++
			alone = int(p.Cards)
		}
	}
	switch {
	case b.m().Turns >= b.g.params.Turns:
		return "counted"
	case first > 1:
		return "drawn"
	case first == 1 && alone == 0:
		return "won"
	}
	return "alone"
}

// comeAndGo has players join and leave now and then.
func (b *table) comeAndGo(r *rand.Rand, restless int) {
	for seat := sim.Seat(1); int(seat) <= b.w.Mode().Seats; seat++ {
		switch {
		case b.p(seat) == nil && !b.w.Locked() && r.IntN(3) == 0:
			b.join(seat)
		case b.p(seat) != nil && r.IntN(200) < restless:
			b.leave(seat)
		}
	}
}

// randomOrders has the player whose turn it is give a legal order, mostly, and
// others give any.
func (b *table) randomOrders(r *rand.Rand, lazy int) {
	if b.m().Phase == PhasePlay && b.turn() != nil && r.IntN(4) >= lazy {
		order, suit, cards := b.legal(r)
		b.order(b.m().Turn, order, suit, cards...)
	}
	for _, seat := range b.w.Seats() {
		if r.IntN(6) > 0 {
			continue
		}
		var cards []Card
		for range r.IntN(5) {
			cards = append(cards, Card(1+r.IntN(deckSize)))
		}
		b.order(seat, uint8(1+r.IntN(4)), Suit(r.IntN(suits+1)), cards...)
	}
}
