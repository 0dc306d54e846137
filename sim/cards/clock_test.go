package cards

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// sleep lets the turn lapse.
func (b *table) sleep() {
	b.t.Helper()
	b.w.SkipTo(b.w.WakesAt().Add(-1))
	turns := b.m().Turns
	b.step()
	if b.m().Turns != turns {
		b.t.Fatal("the turn was over a tick before its time")
	}
	if b.step(); b.m().Turns == turns && b.m().Phase == PhasePlay {
		b.t.Fatalf("the turn goes on behind its time: %+v", *b.m())
	}
}

// passes returns who passed at the last step, negative: it lapsed.
func (b *table) passes() (seats []int) {
	records, values := b.w.Events()
	for _, r := range records {
		if b.w.EventKinds()[r.Kind].Name == "passed" {
			seat := int(values[r.First])
			if values[r.First+1] != 0 {
				seat = -seat
			}
			seats = append(seats, seat)
		}
	}
	return seats
}

func TestATurnLapses(t *testing.T) {
	b := lay(t, 8, 3, param("turn", 5))
	if b.m().Until != b.w.Tick().Add(5*sim.RestHz) {
		t.Errorf("%+v", *b.m())
	}
	b.sleep()
	if got := b.passes(); len(got) != 1 || got[0] != -2 || b.p(2).Cards != 6 || b.p(2).Lapses != 1 || b.m().Turn != 3 {
		t.Errorf("%v passed, %+v", got, *b.p(2))
	}
	b.does(3, OrderDraw, 0) // one who has drawn draws no more
	b.sleep()
	if b.p(3).Cards != 6 || b.p(3).Lapses != 1 || b.m().Turn != 1 {
		t.Errorf("%+v", *b.p(3))
	}
	b.sleep()
	b.does(2, OrderDraw, 0)
	if b.p(2).Lapses != 0 {
		t.Error("an order that is obeyed leaves a lapse")
	}
	if got := b.does(2, OrderPass, 0); got != 0 || b.passes()[0] != 2 {
		t.Errorf("refused %d; %v passed", got, b.passes())
	}
}

// TestAnOrderAtTheLastMomentCounts, and one that is refused saves nobody.
func TestAnOrderAtTheLastMomentCounts(t *testing.T) {
	b := lay(t, 8, 3)
	b.w.SkipTo(b.w.WakesAt())
	if why := b.does(2, OrderDraw, 0); why != 0 || len(b.passes()) != 1 || b.p(2).Cards != 6 || b.p(2).Lapses != 1 {
		t.Errorf("refused %d, %+v: it draws once, and the turn has still lapsed", why, *b.p(2))
	}
	b.w.SkipTo(b.w.WakesAt())
	b.top(heart5)
	b.hold(3, heart9, spade8)
	if why := b.does(3, OrderPlay, 0, heart9); why != 0 || len(b.passes()) != 0 || b.p(3).Lapses != 0 {
		t.Errorf("refused %d, %+v", why, *b.p(3))
	}
	b.w.SkipTo(b.w.WakesAt())
	if why := b.does(1, OrderPass, 0); why != DrawFirst || b.p(1).Lapses != 1 {
		t.Errorf("refused %d, %+v", why, *b.p(1))
	}
}

// TestWhoLetsTooManyLapseIsKicked, again if they are still there.
func TestWhoLetsTooManyLapseIsKicked(t *testing.T) {
	b := lay(t, 8, 2, param("lapses", 2))
	for i, want := range []int{0, 0, 1, 1, 1} {
		seat := b.m().Turn
		if b.sleep(); b.wished(sim.WishKick) != want {
			t.Errorf("lapse %d, of seat %d: %d kicks, want %d", i, seat, b.wished(sim.WishKick), want)
		}
	}
	if b.p(1).Absent || b.p(2).Absent {
		t.Error("somebody is played for who should be gone")
	}
}

// TestWhoIsAbsentIsPlayedFor to the end of the deal, and sits out from then on.
func TestWhoIsAbsentIsPlayedFor(t *testing.T) {
	b := lay(t, 8, 3, sim.Param{Name: "absent", Value: "play"}, param("lapses", 1), param("pause", 1))
	b.top(heart5)
	b.hold(2, heart9, heartKing, spade8, CardOf(Clubs, 3), CardOf(Clubs, 4))
	b.sleep()
	if !b.p(2).Absent || b.wished(sim.WishKick) != 0 {
		t.Fatalf("%+v", *b.p(2))
	}
	next := func() {
		b.t.Helper()
		for _, seat := range []sim.Seat{3, 1} {
			if b.m().Turn != seat || b.does(seat, OrderDraw, 0) != 0 || b.does(seat, OrderPass, 0) != 0 {
				b.t.Fatalf("%+v", *b.m())
			}
		}
		if b.m().Until != b.w.Tick().Add(absentSeconds*sim.RestHz) {
			b.t.Errorf("the turn of who is absent ends at %d, it is %d", b.m().Until, b.w.Tick())
		}
	}
	b.hold(2, heart9, heartKing, spade8, CardOf(Clubs, 3), CardOf(Clubs, 4))
	next()
	if b.sleep(); b.m().Top != heartKing {
		t.Errorf("it played %d, want the dearest that fits", b.m().Top)
	}
	b.top(CardOf(Diamonds, 6))
	next()
	if b.sleep(); b.m().Top != spade8 || b.m().Follow != Clubs {
		t.Errorf("it played %d and named %d, want an eight and clubs", b.m().Top, b.m().Follow)
	}
	next()
	if why := b.does(2, OrderReturn, 0); why != 0 || b.p(2).Absent || b.m().Until != b.w.Tick().Add(30*sim.RestHz) {
		t.Errorf("returning: %d, %+v, %+v", why, *b.p(2), *b.m())
	}
	b.sleep()
	b.win(3)
	b.until(50, func() bool { return b.m().Phase == PhasePlay })
	if b.p(2).In || !b.p(1).In || !b.p(3).In || b.p(2).Cards != 0 {
		t.Errorf("who is absent is dealt in: %+v", *b.p(2))
	}
	if why := b.does(2, OrderReturn, 0); why != 0 || b.p(2).Absent {
		t.Errorf("returning between turns: %d, %+v", why, *b.p(2))
	}
	b.win(3)
	b.until(50, func() bool { return b.m().Phase == PhasePlay })
	if !b.p(2).In {
		t.Errorf("who has returned is not dealt in: %+v", *b.p(2))
	}
}

// TestAllAreAbsent: the deal is played to its end for them, and then the room is at
// rest.
func TestAllAreAbsent(t *testing.T) {
	b := lay(t, 12, 4, sim.Param{Name: "absent", Value: "play"}, param("lapses", 1))
	for steps := 0; b.w.WakesAt() != 0; steps++ {
		if steps > 1000 {
			t.Fatalf("%+v", *b.m())
		}
		b.w.SkipTo(b.w.WakesAt())
		b.step()
		b.check(b.fault())
	}
	if b.m().Phase != PhaseWait || b.m().Deal != 1 || b.m().Winner == 0 {
		t.Errorf("%+v", *b.m())
	}
}
