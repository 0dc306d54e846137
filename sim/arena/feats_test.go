package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// TestFeats: a match's best moments and every player's own figures are there
// when it is over, and none while it is played.
func TestFeats(t *testing.T) {
	c := empty(4096)
	c.Match.Seconds = 20
	b := play(t, c, 3)
	b.steps(1, nil)
	right := Input{Buttons: ButtonRail}
	for range 2 { // seat 1 destroys seat 2 with two rails each time, 800 units off
		for range 3 {
			b.put(3, 3000, 3000)
			b.put(1, 1000, 1000).Ammo = 3
			b.put(2, 1800, 1000)
			b.steps(1, nil) // a rail is judged at where they were
			b.steps(1, map[sim.Seat]Input{1: right})
			b.steps(c.ticks(c.Rail.ReloadMS), nil)
			if b.ship(2) == nil {
				break
			}
		}
		b.steps(c.ticks(c.Ship.RespawnMS)+1, nil)
	}
	b.put(3, 3000, 3000)
	b.put(2, 2000, 3000)
	for range aimedShots { // seat 2 fires past everybody
		b.steps(1, map[sim.Seat]Input{2: {Aim: 1 << 15, Buttons: ButtonBlaster}})
		b.steps(c.ticks(c.Blaster.ReloadMS), nil)
	}
	if m := b.a.match.Get(); m.Phase != PhasePlay || m.Moment != [moments]uint16{} || m.MomentSeat != [moments]sim.Seat{} {
		t.Fatalf("while it is played: %+v", m)
	}
	for b.a.match.Get().Phase == PhasePlay {
		b.steps(1, nil)
	}
	m, one, two := b.a.match.Get(), b.a.players.Of(1), b.a.players.Of(2)
	if one.Kills != 2 || m.MomentSeat != [moments]sim.Seat{1, 1, 0} || m.Moment[MomentStreak] != 2 || m.Moment[MomentRail] < 780 || m.Moment[MomentRail] > 800 {
		t.Errorf("%d kills, moments %v of %v", one.Kills, m.Moment, m.MomentSeat)
	}
	if full := uint32(2 * (c.Ship.Health + c.Shield.Full)); one.LastStreak != 2 || one.LastDamage != full || one.LastAccuracy != 100 || one.LastRail != m.Moment[MomentRail] {
		t.Errorf("seat 1: %+v, want %d damage", one, full)
	}
	if two.LastStreak != 0 || two.LastDamage != 0 || two.LastAccuracy != 0 || two.Shots != aimedShots {
		t.Errorf("seat 2: %+v", two)
	}
	for _, line := range b.w.Outcome() {
		if line.Seat == 1 && (line.Values[0] != 2 || line.Values[2] != 2 || line.Values[4] != 100) {
			t.Errorf("outcome: %+v", line)
		}
	}
	for b.a.match.Get().Phase != PhasePlay {
		b.steps(1, nil)
	}
	if m := b.a.match.Get(); m.Moment != [moments]uint16{} || one.Shots != 0 || one.LastStreak != 2 {
		t.Errorf("in the next match: %+v, %+v", m, one)
	}
}
