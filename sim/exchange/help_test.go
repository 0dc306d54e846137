package exchange

import (
	"math/rand/v2"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// floor is a match that a test drives.
type floor struct {
	t       testing.TB
	w       *sim.World
	x       *rules
	numbers [Seats + 1]uint32 // of the last command, by seat
	values  [5]int32          // kept so that a command allocates nothing
}

// open starts a match of a mode.
func open(t testing.TB, mode sim.Mode, seed uint64) *floor {
	t.Helper()
	f := &floor{t: t}
	inner := mode.New
	mode.New = func(w *sim.World) sim.Rules {
		r := inner(w)
		f.x, _ = r.(*rules)
		return r
	}
	w, err := sim.Start(mode, seed)
	if err != nil {
		t.Fatal(err)
	}
	f.w = w
	return f
}

// play starts a match with params and players on the first seats, whose first
// step is done.
func play(t testing.TB, players int, params ...sim.Param) *floor {
	t.Helper()
	f := open(t, Game().Modes[0].WithParams(params), 1)
	for seat := range players {
		f.join(sim.Seat(seat + 1))
	}
	f.w.Step()
	return f
}

func param(name, value string) sim.Param { return sim.Param{Name: name, Value: value} }

func (f *floor) join(seat sim.Seat) {
	f.t.Helper()
	if err := f.w.Join(seat, sim.Entrant{User: uint64(seat)}); err != nil {
		f.t.Fatal(err)
	}
	f.numbers[seat] = 0
}

// give gives the next step a command of a seat.
func (f *floor) give(seat sim.Seat, c Command) {
	f.numbers[seat]++
	f.values = [5]int32{int32(c.Kind), int32(c.Tag), int32(c.Symbol), int32(c.Price), int32(c.Quantity)}
	if err := f.w.GiveCommand(seat, f.numbers[seat], f.values[:], nil); err != nil {
		f.t.Fatal(err)
	}
}

// steps runs n steps.
func (f *floor) steps(n int) {
	for range n {
		f.w.Step()
	}
}

// auctioned steps up to the next auction and over it.
func (f *floor) auctioned() {
	for at := f.x.match.Get().AuctionAt; f.w.Tick() < at; {
		f.w.Step()
	}
}

// has is what a seat has, with what is set aside.
func (f *floor) has(seat sim.Seat, symbol uint8) (cash, shares uint32) {
	a := f.x.accounts.Of(seat)
	return a.Cash + a.HeldCash, a.Shares[symbol] + a.HeldShares[symbol]
}

// events returns the events of the last step of one kind, each as its group and
// its fields.
func (f *floor) events(kind string) (found [][]uint32) {
	records, values := f.w.Events()
	for _, r := range records {
		if f.w.EventKinds()[r.Kind].Name == kind {
			found = append(found, append([]uint32{uint32(r.Group)}, values[r.First:r.First+r.Count]...))
		}
	}
	return found
}

// random returns a generator and prints its seed.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
