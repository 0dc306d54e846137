package arena

import (
	"math/rand/v2"
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestRestoredMatchGoesOnExactly drives 50 players with random inputs, joins
// and leaves, and at random ticks goes on in a restored world beside the first.
func TestRestoredMatchGoesOnExactly(t *testing.T) {
	r := random(t)
	c := duel()
	c.Hz, c.Seats = 30, 50
	c.Match = MatchRules{Seconds: 60, PauseSeconds: 1, MinPlayers: 1}
	ticks := 10_000
	if testing.Short() {
		ticks = 1_000
	}
	a, b := play(t, c, 50), play(t, c, 50)
	kills := 0
	for tick := range ticks {
		if r.IntN(100) == 0 {
			if err := b.w.Restore(a.w.Append(nil)); err != nil {
				t.Fatal(err)
			}
		}
		drive(r, a, b)
		kills += len(a.events("kill"))
		if a.w.Hash() != b.w.Hash() {
			d, _ := sim.Diff(a.w, b.w)
			t.Fatalf("tick %d: %v", tick+1, d)
		}
	}
	if kills < ticks/50 {
		t.Errorf("only %d kills: the test does not fight", kills)
	}
}

// drive steps two matches with the same random inputs.
func drive(r *rand.Rand, a, b *bench) {
	if r.IntN(50) == 0 {
		seat := sim.Seat(1 + r.IntN(50))
		for _, m := range []*bench{a, b} {
			if m.a.players.Of(seat) == nil {
				m.join(seat)
			} else {
				m.w.Leave(seat)
			}
		}
	}
	for _, seat := range a.w.Seats() {
		if r.IntN(4) == 0 {
			continue // neutral
		}
		in := Input{DX: int8(r.IntN(256)), DY: int8(r.IntN(256)), Aim: a.aimAt(seat, r), Buttons: uint8(r.IntN(8))}
		seen := r.IntN(200)
		a.giveSeen(seat, in, seen)
		b.giveSeen(seat, in, seen)
	}
	a.w.Step()
	b.w.Step()
}

// aimAt returns the direction from a seat's ship to any other ship.
func (b *bench) aimAt(seat sim.Seat, r *rand.Rand) sim.Angle {
	seats := b.w.Seats()
	from, to := b.ship(seat), b.ship(seats[r.IntN(len(seats))])
	if from == nil || to == nil {
		return sim.Angle(r.Uint32())
	}
	return sim.AngleOf(to.at().Sub(from.at()))
}

func TestStepAllocatesNothing(t *testing.T) {
	for _, m := range modes {
		c := m.rules()
		if c.Cells {
			c.Seats, c.Layout = 200, plain(200)
		}
		players := c.Seats
		w := newWander(play(t, c, players), players)
		w.fight = true
		for range 500 {
			w.step()
		}
		if n := testing.AllocsPerRun(200, w.step); n != 0 {
			t.Errorf("%s: %v allocations a step", m.name, n)
		}
	}
}
