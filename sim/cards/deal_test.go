package cards

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// until steps at most so many times, until something holds.
func (b *table) until(steps int, holds func() bool) {
	b.t.Helper()
	for range steps {
		if holds() {
			return
		}
		b.step()
	}
	b.t.Fatalf("not within %d steps: %+v", steps, *b.m())
}

func (b *table) wished(kind sim.WishKind) (n int) {
	for _, wish := range b.w.Wishes() {
		if wish.Kind == kind {
			n++
		}
	}
	return n
}

// TestADealBegins: a pause after enough are there, and at once when all seats are
// taken; with fewer it does not.
func TestADealBegins(t *testing.T) {
	b := open(t, Mode().WithSeats(4).WithParams([]sim.Param{param("players", 3), param("pause", 2)}), 1)
	b.join(1)
	b.join(2)
	b.step()
	if b.m().Until != 0 || b.w.WakesAt() != 0 {
		t.Errorf("two of three wait until %d", b.m().Until)
	}
	b.join(4)
	b.step()
	begins := b.w.Tick().Add(2 * sim.RestHz)
	if b.m().Until != begins || b.w.WakesAt() != begins || b.w.Locked() {
		t.Errorf("three wait until %d, want %d; the world wakes at %d", b.m().Until, begins, b.w.WakesAt())
	}
	b.leave(2)
	b.step()
	if b.m().Until != 0 {
		t.Error("two wait for a deal again")
	}
	b.join(2)
	b.step()
	b.w.SkipTo(b.w.WakesAt())
	b.step()
	if m := b.m(); m.Phase != PhasePlay || m.Deal != 1 || !b.w.Locked() || b.wished(sim.WishLock) != 1 || m.Dealer != 1 || m.Turn != 2 {
		t.Errorf("%+v", *m)
	}
	for _, seat := range []sim.Seat{1, 2, 4} {
		if p := b.p(seat); !p.In || p.Cards != 5 {
			t.Errorf("%+v", *p)
		}
	}
	full := open(t, Mode().WithSeats(4).WithParams([]sim.Param{param("players", 3)}), 1)
	for seat := sim.Seat(1); seat <= 4; seat++ {
		full.join(seat)
	}
	if full.step(); full.m().Phase != PhasePlay {
		t.Error("four of four wait for somebody")
	}
	if two := lay(t, 1, 2); two.p(1).Cards != 7 || two.p(2).Cards != 7 || two.m().Deck != deckSize-15 {
		t.Errorf("two hold %d and %d", two.p(1).Cards, two.p(2).Cards)
	}
}

// win lets a seat win the deal that goes on.
func (b *table) win(seat sim.Seat) {
	b.t.Helper()
	b.g.begin(seat)
	s, m := b.s(), b.m()
	for _, c := range s.Deck[:s.Left] {
		if c.fits(m.Top, m.Follow) {
			b.hold(seat, c)
			if why := b.does(seat, OrderPlay, Clubs, c); why != 0 || m.Phase != PhasePause {
				b.t.Fatalf("seat %d does not win: %d, %+v", seat, why, *m)
			}
			return
		}
	}
	b.t.Fatal("no card in the deck fits")
}

// TestDealAfterDeal: the result is shown, the room is open meanwhile, and the next
// deal has another dealer and whoever is there.
func TestDealAfterDeal(t *testing.T) {
	b := open(t, Mode().WithSeats(3).WithParams([]sim.Param{param("pause", 2)}), 9)
	b.join(1)
	b.join(2)
	b.until(50, func() bool { return b.m().Phase == PhasePlay })
	b.hold(1, heartKing, spade8)
	b.win(2)
	if m := b.m(); m.Winner != 2 || b.w.Locked() || b.wished(sim.WishUnlock) != 1 || b.w.Ended() || m.Until != b.w.Tick().Add(2*sim.RestHz) {
		t.Errorf("%+v", *m)
	}
	if one, two := b.p(1), b.p(2); one.Place != 2 || one.Points != 60 || one.Score != 60 || two.Place != 1 || two.Points != 0 || one.In || two.In {
		t.Errorf("%+v, %+v", *one, *two)
	}
	b.join(3)
	b.until(50, func() bool { return b.m().Phase == PhasePlay })
	if m := b.m(); m.Deal != 2 || m.Dealer != 2 || m.Turn != 3 || !b.p(3).In || b.p(1).Score != 60 {
		t.Errorf("%+v", *m)
	}
	b.hold(1, heartKing, spade9)
	b.hold(3, CardOf(Spades, 13), CardOf(Clubs, 9))
	b.win(2)
	if one, three := b.p(1), b.p(3); one.Place != 2 || three.Place != 2 || one.Score != 79 || three.Score != 19 {
		t.Errorf("equal points: %+v, %+v", *one, *three)
	}
	b.leave(1)
	b.leave(2)
	b.until(100, func() bool { return b.m().Phase == PhaseWait })
	if b.m().Until != 0 || b.w.WakesAt() != 0 {
		t.Errorf("one alone waits until %d", b.m().Until)
	}
}

// TestADrawHasNoWinner: a deal that is counted is won by the fewest points; equal
// ones share the place.
func TestADrawHasNoWinner(t *testing.T) {
	b := lay(t, 4, 3, param("turns", 10))
	b.top(heart5)
	b.hold(1, CardOf(Clubs, 4), CardOf(Clubs, 6))
	b.hold(2, CardOf(Diamonds, 10))
	b.hold(3, CardOf(Spades, 13), club2)
	b.m().Turns, b.m().Drawn = 9, true
	if b.does(2, OrderPass, 0) != 0 || b.m().Phase != PhasePause {
		t.Fatalf("%+v", *b.m())
	}
	if m := b.m(); m.Winner != 0 || b.p(1).Place != 1 || b.p(2).Place != 1 || b.p(3).Place != 3 {
		t.Errorf("%+v: places %d %d %d", *m, b.p(1).Place, b.p(2).Place, b.p(3).Place)
	}
}

// TestLeavingADeal: the hand goes back into the deck, the turn moves on, who left is
// last, and the last one who remains has won.
func TestLeavingADeal(t *testing.T) {
	b := open(t, Mode().WithSeats(4).ForOneMatch(), 5)
	for seat := sim.Seat(1); seat <= 4; seat++ {
		b.join(seat)
	}
	b.step()
	b.hold(2, heartKing, spade9)
	left := b.m().Deck
	b.leave(2)
	b.step()
	b.check(b.fault())
	if m := b.m(); m.Deck != left+2 || m.Turn != 3 || m.Until != b.w.Tick().Add(30*sim.RestHz) || m.Drawn {
		t.Errorf("%+v", *m)
	}
	until := b.m().Until
	b.leave(1)
	b.step()
	if b.check(b.fault()); b.m().Turn != 3 || b.m().Until != until {
		t.Errorf("somebody else has left, and the turn is another: %+v", *b.m())
	}
	b.leave(4)
	b.step()
	if !b.w.Ended() || b.m().Winner != 3 {
		t.Fatalf("one is left: %+v", *b.m())
	}
	lines := b.w.Outcome()
	places := map[sim.Seat]uint16{1: 3, 2: 4, 3: 1, 4: 2}
	if len(lines) != 4 {
		t.Fatalf("%+v", lines)
	}
	for _, line := range lines {
		if line.Place != places[line.Seat] || line.User != 100+uint64(line.Seat) {
			t.Errorf("%+v, want place %d", line, places[line.Seat])
		}
	}
	if got := lines[1].Values; got[0] != 2 || got[1] != 19 {
		t.Errorf("who left first had %v", got)
	}
	if got := lines[2].Values; got[0] != 5 || got[1] != 0 {
		t.Errorf("the last one has %v", got)
	}
}

// TestAllLeaveAtOnce: nobody has won, and the room can be played in again.
func TestAllLeaveAtOnce(t *testing.T) {
	b := lay(t, 6, 2)
	b.leave(1)
	b.leave(2)
	b.step()
	if m := b.m(); m.Phase != PhasePause || m.Winner != 0 || b.w.Locked() {
		t.Errorf("%+v", *m)
	}
	b.w.SkipTo(b.w.WakesAt())
	if b.step(); b.m().Phase != PhaseWait || b.w.WakesAt() != 0 {
		t.Errorf("%+v", *b.m())
	}
	b.join(1)
	b.join(2)
	b.step()
	if b.check(b.fault()); b.m().Phase != PhasePlay || b.m().Deal != 2 {
		t.Errorf("%+v", *b.m())
	}
}

func TestOneMatchIsOneDeal(t *testing.T) {
	b := open(t, Mode().WithSeats(2).ForOneMatch(), 5)
	b.join(1)
	b.join(2)
	b.step()
	b.hold(1, spade8)
	b.win(2)
	lines := b.w.Outcome()
	if !b.w.Ended() || len(lines) != 2 || lines[0].Place != 2 || lines[0].Values[1] != 50 || lines[1].Place != 1 || lines[1].Values[0] != 0 {
		t.Errorf("ended: %v, %+v", b.w.Ended(), lines)
	}
}
