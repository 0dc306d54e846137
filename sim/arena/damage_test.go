package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

func TestHurt(t *testing.T) {
	for _, row := range []struct {
		shield, health uint8
		damage         int
		shieldThen     uint8
		healthThen     uint8
	}{
		{60, 100, 12, 48, 100},
		{12, 100, 12, 0, 100},
		{11, 100, 12, 0, 99},
		{0, 100, 12, 0, 88},
		{0, 13, 12, 0, 1},
		{0, 12, 12, 0, 0},
		{0, 1, 255, 0, 0},
		{60, 100, 159, 0, 1},
		{60, 100, 160, 0, 0},
	} {
		b := play(t, empty(2048), 2)
		b.steps(1, nil)
		s := b.put(1, 500, 500)
		s.Shield, s.Health = row.shield, row.health
		b.a.hurt(s, attack{2, b.ship(2).Player, WeaponRail, row.damage})
		if s.Shield != row.shieldThen || s.Health != row.healthThen {
			t.Errorf("%v: shield %d, health %d", row, s.Shield, s.Health)
		}
		b.steps(1, nil)
		if gone := b.ship(1) == nil; gone != (row.healthThen == 0) {
			t.Errorf("%v: gone is %v", row, gone)
		}
	}
}

func TestDeathAndRespawn(t *testing.T) {
	b, _, two := range2(t, nil, sim.Int(100), 0)
	two.Health = 12
	for tick := range 10 {
		b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonBlaster}})
		if kills := b.events("kill"); len(kills) > 0 {
			if k := kills[0]; k[0] != 2 || k[1] != 1 || k[2] != WeaponBlaster || k[3] != uint32(sim.Int(600)) {
				t.Errorf("kill event %v", k)
			}
			break
		}
		if tick == 9 {
			t.Fatal("nobody died")
		}
	}
	killer, victim := b.a.players.Of(1), b.a.players.Of(2)
	if killer.Kills != 1 || killer.Deaths != 0 || victim.Kills != 0 || victim.Deaths != 1 {
		t.Errorf("killer %+v, victim %+v", *killer, *victim)
	}
	b.steps(59, nil) // 2000 ms are 60 ticks
	if b.ship(2) != nil {
		t.Error("back too early")
	}
	b.steps(1, nil)
	if s := b.ship(2); s == nil || s.Health != 100 || s.Ammo != 3 {
		t.Errorf("after 60 ticks: %+v", s)
	}
}

func TestBothDieInTheSameTick(t *testing.T) {
	b, one, two := range2(t, nil, sim.Int(100), 0)
	one.Health, two.Health = 1, 1
	b.steps(1, nil)
	b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonRail}, 2: {Aim: 32768, Buttons: ButtonRail}})
	if b.ship(1) != nil || b.ship(2) != nil {
		t.Error("the lower id wins")
	}
	if k := b.a.players.Of(1).Kills + b.a.players.Of(2).Kills; k != 2 {
		t.Errorf("%d kills, want 2", k)
	}
}

// The second of two rails finds nobody alive in its way and goes on.
func TestNobodyDiesTwice(t *testing.T) {
	for _, button := range []uint8{ButtonRail, ButtonBlaster} {
		c := empty(2048)
		c.Shield.Full = 0
		b := play(t, c, 4)
		b.steps(1, nil)
		b.put(1, 500, 489) // out of each other's way
		b.put(2, 500, 511)
		b.put(3, 520, 500).Health = 1
		behind := b.put(4, 560, 500)
		b.steps(1, nil)
		b.steps(1, map[sim.Seat]Input{1: {Buttons: button}, 2: {Buttons: button}})
		b.steps(2, nil)
		if k := b.a.players.Of(1).Kills + b.a.players.Of(2).Kills; k != 1 || b.a.players.Of(3).Deaths != 1 || behind.Health == 100 {
			t.Errorf("weapon %d: %d kills, health behind %d", button, k, behind.Health)
		}
	}
}

func TestNewShipIsSafeUntilItFires(t *testing.T) {
	c := empty(2048)
	b := play(t, c, 2)
	b.steps(1, nil)
	s := b.ship(1)
	if s.SafeUntil != 1+45 { // 1500 ms
		t.Fatalf("safe until %d", s.SafeUntil)
	}
	by := attack{2, b.ship(2).Player, WeaponBlaster, 12}
	b.steps(44, nil) // tick 45: the last safe one
	if b.a.hurt(s, by); s.Shield != 60 {
		t.Error("hurt while safe")
	}
	b.steps(1, nil)
	if b.a.hurt(s, by); s.Shield != 48 {
		t.Error("safe for too long")
	}
	s.SafeUntil = 1000
	b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonBlaster}})
	if s.SafeUntil != 0 {
		t.Error("safe though it fires")
	}
}

func TestCountStaysAtTheMost(t *testing.T) {
	n := uint16(65534)
	for _, want := range []uint16{65535, 65535} {
		if count(&n); n != want {
			t.Errorf("%d, want %d", n, want)
		}
	}
}
