package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// kill lets one seat score one kill over another in the next step.
func (b *bench) kill(victim, by sim.Seat) {
	b.t.Helper()
	s := b.ship(victim)
	if s == nil {
		b.t.Fatalf("seat %d is dead already", victim)
	}
	s.SafeUntil = 0
	b.a.hurt(s, attack{by, b.ship(by).Player, WeaponBlaster, 1000})
	b.w.Step()
}

func short() Config {
	c := empty(2048)
	c.Seats, c.Ship.RespawnMS = 8, 0
	c.Match = MatchRules{Seconds: 10, PauseSeconds: 2, Kills: 3, MinPlayers: 2}
	return c
}

func TestMatchRunsByItself(t *testing.T) {
	b := play(t, short(), 1)
	m := b.a.match.Get()
	b.steps(100, nil)
	if m.Phase != PhaseWarmup || m.Round != 0 || b.ship(1) == nil {
		t.Fatalf("alone: %+v", *m)
	}
	b.join(2)
	b.steps(1, nil)
	if m.Phase != PhasePlay || m.Round != 1 || m.EndsAt != 101+300 || m.Goal != 3 {
		t.Fatalf("with two: %+v", *m)
	}
	b.kill(1, 2)
	b.steps(298, nil)
	if m.Phase != PhasePlay {
		t.Fatalf("tick %d: over too early", b.w.Tick())
	}
	b.steps(1, nil)
	if m.Phase != PhasePause || m.Winner != 2 || m.EndsAt != 401+60 {
		t.Fatalf("at the end: %+v", *m)
	}
	b.steps(59, nil)
	if p := b.a.player(2); m.Phase != PhasePause || p.Kills != 1 {
		t.Fatalf("in the pause: %+v, %+v", *m, *p)
	}
	b.steps(1, nil)
	if p := b.a.player(2); m.Phase != PhasePlay || m.Round != 2 || m.Winner != 0 || p.Kills != 0 || b.a.player(1).Deaths != 0 {
		t.Fatalf("next match: %+v, %+v", *m, *p)
	}
}

func TestGoalEndsTheMatch(t *testing.T) {
	b := play(t, short(), 2)
	b.steps(1, nil)
	for range 2 {
		b.kill(2, 1)
		b.steps(2, nil)
	}
	if m := b.a.match.Get(); m.Phase != PhasePlay {
		t.Fatal("ends before the goal")
	}
	b.kill(2, 1)
	if m := b.a.match.Get(); m.Phase != PhasePause || m.Winner != 1 {
		t.Errorf("at the goal: %+v", *m)
	}
}

func TestNothingHappensInThePause(t *testing.T) {
	b := play(t, short(), 2)
	b.steps(302, nil)
	if b.a.match.Get().Phase != PhasePause {
		t.Fatal("no pause")
	}
	b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonBlaster | ButtonRail}})
	if b.a.shots.Len() != 0 || b.ship(1).Ammo != 3 {
		t.Error("shots in the pause")
	}
	b.kill(2, 1)
	if b.a.player(1).Kills != 0 || b.a.player(2).Deaths != 0 {
		t.Error("a late projectile counts")
	}
}

func TestNextMatchStartsAsNew(t *testing.T) {
	c := short()
	c.Layout.Spots = []Spot{{sim.Vec{X: sim.Int(600), Y: sim.Int(600)}, PickupRail}}
	b := play(t, c, 2)
	b.steps(290, nil)
	b.put(1, 600, 600).Ammo = 0
	b.steps(70, nil) // taken, then the end, in the pause
	old := b.a.player(1).Ship
	b.a.shots.Add(Shot{X: 5, Y: 5, EndsAt: 1000, Seat: 1, Player: b.ship(1).Player})
	b.steps(2, nil)
	if m := b.a.match.Get(); m.Phase != PhasePlay || m.Round != 2 {
		t.Fatalf("%+v", *m)
	}
	if b.a.ships.Get(old) != nil || b.ship(1) == nil || b.ship(1).Ammo != 3 || b.a.shots.Len() != 0 {
		t.Error("ships or projectiles of the match before")
	}
	for _, p := range b.a.pickups.All {
		if p.BackAt != 0 {
			t.Error("a pickup is still away")
		}
	}
}

func TestLeaverLosesTheDuel(t *testing.T) {
	b := play(t, duel(), 2)
	b.steps(1, nil)
	b.kill(1, 2)
	b.w.Leave(2)
	b.steps(1, nil)
	m := b.a.match.Get()
	if m.Phase != PhasePause || m.Winner != 1 {
		t.Errorf("%+v", *m)
	}
	b.steps(8*60, nil)
	if m.Phase != PhaseWarmup || m.EndsAt != 0 {
		t.Errorf("after the pause: %+v", *m)
	}
	b.join(2)
	b.steps(1, nil)
	if m.Phase != PhasePlay || m.Round != 2 {
		t.Errorf("somebody came: %+v", *m)
	}
}

func TestEndlessMatch(t *testing.T) {
	c := open()
	c.Seats, c.Layout = 20, plain(20)
	b := play(t, c, 2)
	b.steps(1000, nil)
	if m := b.a.match.Get(); m.Phase != PhasePlay || m.EndsAt != 0 {
		t.Errorf("%+v", *m)
	}
}
