package exchange

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestLeaving: orders are cancelled, and all that a player has goes to the house.
func TestLeaving(t *testing.T) {
	f := play(t, 2)
	f.give(1, Command{Buy, 0, 0, 100, 10})
	f.give(2, Command{Sell, 0, 0, 100, 4})
	f.auctioned()
	before := *f.x.house.Get()
	f.w.Leave(1)
	h := f.x.house.Get()
	if h.Cash-before.Cash != 100_000-400 || h.Shares[0]-before.Shares[0] != 104 || h.Shares[1]-before.Shares[1] != 100 {
		t.Errorf("the house had %+v and has %+v", before, *h)
	}
	if f.x.orders.Len() != 0 || f.x.market(0).Bid != 0 {
		t.Errorf("%d orders, %+v", f.x.orders.Len(), *f.x.market(0))
	}
	if err := f.sound(); err != nil {
		t.Error(err)
	}
}

// TestTheHouseGivesWhatItHas: who loses all to a friend, leaves and comes again
// does so a few times and not for ever.
func TestTheHouseGivesWhatItHas(t *testing.T) {
	mode := Game().Modes[0].WithSeats(2).WithParams([]sim.Param{param("seconds", "0"), param("period", "1"), param("shares", "100"), param("symbols", "1")})
	f := open(t, mode, 1)
	f.join(1)
	f.join(2)
	f.w.Step()
	var starts []uint32
	for range 5 {
		f.give(1, Command{Buy, 0, 0, 1000, 100})
		f.give(2, Command{Sell, 0, 0, 1000, 100})
		f.w.Step()
		f.w.Leave(1)
		f.join(1)
		cash, _ := f.has(1, 0)
		starts = append(starts, cash)
		f.give(2, Command{Buy, 1, 0, 1, 100}) // shares for the next time
		f.give(1, Command{Sell, 1, 0, 1, 100})
		f.w.Step()
		if err := f.sound(); err != nil {
			t.Fatal(err)
		}
	}
	if starts[0] != 100_000 || starts[1] != 100_000 || starts[4] > 1000 {
		t.Errorf("they came again with %d", starts)
	}
}

// ended plays a match of a second for one match, in which seat 1 sells 10 shares
// at 900 to seat 2, and seat 4 leaves.
func ended(t *testing.T, params ...sim.Param) *floor {
	t.Helper()
	f := open(t, Game().Modes[0].ForOneMatch().WithParams(append(params, param("seconds", "1"))), 1)
	for seat := sim.Seat(1); seat <= 4; seat++ {
		f.join(seat)
	}
	f.w.Step()
	f.give(1, Command{Sell, 0, 0, 900, 10})
	f.give(2, Command{Buy, 0, 0, 900, 10})
	f.give(3, Command{Buy, 0, 1, 1, 7}) // open to the end
	f.w.Step()
	f.w.Leave(4)
	f.steps(20)
	return f
}

func TestOneMatchEndsWithItsOutcome(t *testing.T) {
	// No auction but the one at the end is within the match.
	f := ended(t, param("period", "100"))
	if !f.w.Ended() || f.x.match.Get().Phase != PhasePause || f.x.match.Get().Winner != 0 || f.x.orders.Len() != 0 {
		t.Errorf("ended: %v, %+v, %d orders", f.w.Ended(), *f.x.match.Get(), f.x.orders.Len())
	}
	want := []sim.OutcomeLine{
		{Seat: 1, User: 1, Place: 1, Values: []int64{109_000, 390, 109_000 + 90*900 + 300*500}},
		{Seat: 2, User: 2, Place: 1, Values: []int64{91_000, 410, 91_000 + 110*900 + 300*500}},
		{Seat: 3, User: 3, Place: 1, Values: []int64{100_000, 400, 100_000 + 100*900 + 300*500}},
	}
	lines := f.w.Outcome()
	if len(lines) != len(want) {
		t.Fatalf("the outcome is %+v", lines)
	}
	for i, line := range lines {
		if line.Seat != want[i].Seat || line.User != want[i].User || line.Place != want[i].Place || len(line.Values) != 3 ||
			[3]int64(line.Values) != [3]int64(want[i].Values) {
			t.Errorf("line %+v, want %+v", line, want[i])
		}
	}
	if err := f.sound(); err != nil {
		t.Error(err)
	}
}

// TestPlaces: equals share one, and the next has as many before it as there are.
func TestPlaces(t *testing.T) {
	f := play(t, 5)
	for seat, cash := range map[sim.Seat]uint32{1: 30, 2: 50, 3: 30, 4: 10, 5: 40} {
		f.x.accounts.Of(seat).Cash = cash
	}
	winner := f.x.decide()
	for i, place := range []uint16{3, 1, 3, 5, 2} {
		if got := f.w.Outcome()[i].Place; got != place {
			t.Errorf("seat %d has place %d, want %d", i+1, got, place)
		}
	}
	if winner != 2 {
		t.Errorf("seat %d won", winner)
	}
}

// TestARoomThatIsAlwaysThereGoesOn: after a pause without orders everybody starts
// anew.
func TestARoomThatIsAlwaysThereGoesOn(t *testing.T) {
	f := play(t, 2, param("seconds", "1"), param("period", "2"))
	f.give(1, Command{Buy, 0, 0, 700, 10})
	f.give(2, Command{Sell, 0, 0, 700, 10})
	f.steps(11)
	m := f.x.match.Get()
	if m.Phase != PhasePause || f.w.Ended() || len(f.w.Outcome()) != 2 {
		t.Fatalf("%+v, ended: %v", *m, f.w.Ended())
	}
	f.give(1, Command{Buy, 0, 0, 1, 1})
	f.w.Step()
	if got := f.events("refused"); len(got) != 1 || got[0][3] != RefusedClosed {
		t.Errorf("in the pause: %v", got)
	}
	f.join(3)
	f.steps(pauseSeconds * Hz)
	if m.Phase != PhaseOpen || m.Round != 2 || f.x.market(0).Last != 500 || f.x.market(0).Volume != 0 {
		t.Errorf("%+v, %+v", *m, *f.x.market(0))
	}
	for seat := sim.Seat(1); seat <= 3; seat++ {
		if cash, shares := f.has(seat, 0); cash != 100_000 || shares != 100 {
			t.Errorf("seat %d begins with %d and %d shares", seat, cash, shares)
		}
	}
}

// TestNobodyIsThere: the match ends when the last one leaves, and the next begins
// with the next one.
func TestNobodyIsThere(t *testing.T) {
	f := play(t, 1, param("seconds", "0"))
	f.w.Leave(1)
	f.w.Step()
	m := f.x.match.Get()
	if m.Phase != PhasePause || m.Winner != 0 {
		t.Errorf("%+v", *m)
	}
	f.steps(pauseSeconds * Hz)
	if m.Phase != PhaseWaiting || m.Round != 1 {
		t.Errorf("%+v", *m)
	}
	f.join(7)
	f.w.Step()
	if m.Phase != PhaseOpen || m.Round != 2 || m.EndsAt != 0 {
		t.Errorf("%+v", *m)
	}
	if err := f.sound(); err != nil {
		t.Error(err)
	}
}

// TestSeatsAreBounded: with the most cash that a room can be made with, the sum of
// all must fit.
func TestSeatsAreBounded(t *testing.T) {
	mode := Game().Modes[0].WithParams([]sim.Param{param("cash", "1000000")})
	f := open(t, mode, 1)
	if got := f.x.house.Get().Cash; got != houseStarts*Seats*1_000_000 {
		t.Errorf("the house has %d", got)
	}
	mode.Seats++
	if _, err := sim.Start(mode, 1); err == nil {
		t.Error("it starts with more seats")
	}
}
