package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestJoinAndLeaveInAMatch(t *testing.T) {
	b := play(t, empty(2048), 2)
	b.steps(50, map[sim.Seat]Input{1: {Buttons: ButtonBlaster}, 2: {Aim: 16384, Buttons: ButtonBlaster}})
	b.join(7)
	b.steps(1, nil)
	if s := b.ship(7); s == nil || s.Seat != 7 || s.Health != 100 {
		t.Fatalf("who joined has %+v", s)
	}
	b.w.Leave(1)
	for _, p := range b.a.shots.All {
		if p.Seat == 1 {
			t.Error("a projectile of somebody who left")
		}
	}
	if b.a.players.Of(1) != nil || b.a.ships.Len() != 2 || b.a.shots.Len() == 0 {
		t.Errorf("%d ships, %d projectiles after the leave", b.a.ships.Len(), b.a.shots.Len())
	}
	b.join(1)
	b.steps(1, nil)
	if p := b.a.players.Of(1); p == nil || p.Kills != 0 || b.ship(1) == nil {
		t.Errorf("the next one on the seat is %+v", p)
	}
}

func TestLeaveOfTheDead(t *testing.T) {
	b := play(t, empty(2048), 2)
	b.steps(1, nil)
	b.kill(1, 2)
	b.w.Leave(1)
	b.steps(100, nil)
	if b.a.ships.Len() != 1 {
		t.Errorf("%d ships", b.a.ships.Len())
	}
}

func TestTeamsAreEven(t *testing.T) {
	b := play(t, twoTeams(), 5)
	want := []uint8{1, 2, 1, 2, 1}
	for i, team := range want {
		if got := b.a.players.Of(sim.Seat(i + 1)).Team; got != team {
			t.Errorf("seat %d is in team %d, want %d", i+1, got, team)
		}
	}
	b.w.Leave(1)
	b.w.Leave(3)
	b.join(6)
	if got := b.a.players.Of(6).Team; got != 1 {
		t.Errorf("joins team %d, the larger one", got)
	}
}

// The list of seats must not matter: here it is wrong in every way.
func TestPlayerAfterRestore(t *testing.T) {
	b := play(t, empty(2048), 5)
	b.w.Leave(2)
	b.steps(3, nil)
	other := play(t, empty(2048), 0)
	for _, seat := range []sim.Seat{5, 4, 3, 2, 1} {
		other.join(seat)
	}
	if err := other.w.Restore(b.w.Append(nil)); err != nil {
		t.Fatal(err)
	}
	for seat := sim.Seat(1); seat <= 6; seat++ {
		p, q := b.a.players.Of(seat), other.a.players.Of(seat)
		if (p == nil) != (q == nil) || p != nil && *p != *q {
			t.Errorf("seat %d: %+v and %+v", seat, p, q)
		}
	}
}
