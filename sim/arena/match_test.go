package arena

import (
	"encoding/binary"
	"slices"
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
	if p := b.a.players.Of(2); m.Phase != PhasePause || p.Kills != 1 {
		t.Fatalf("in the pause: %+v, %+v", *m, *p)
	}
	b.steps(1, nil)
	if p := b.a.players.Of(2); m.Phase != PhasePlay || m.Round != 2 || m.Winner != 0 || p.Kills != 0 || b.a.players.Of(1).Deaths != 0 {
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
	if b.a.players.Of(1).Kills != 0 || b.a.players.Of(2).Deaths != 0 {
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
	old := b.a.players.Of(1).Ship
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

// everyHz are the tick rates at which what is said in seconds must last as long.
var everyHz = []int{1, 10, 30, 60, 240}

func TestSecondsAreSecondsAtEveryRate(t *testing.T) {
	for _, hz := range everyHz {
		c := empty(2048)
		c.Hz, c.Seats = hz, 2
		c.Match = MatchRules{Seconds: 20, PauseSeconds: 4, MinPlayers: 1}
		c.Ship.RespawnMS, c.Ship.SafeMS, c.Rail.ReloadMS, c.Rail.Ammo = 3000, 0, 2000, 3
		b := play(t, c, 2)
		at := func(want int, what string, over func() bool) {
			t.Helper()
			from := b.w.Tick()
			for n := 0; !over(); n++ {
				if n > 60*hz {
					t.Fatalf("%d Hz: %s does not come", hz, what)
				}
				b.steps(1, nil)
			}
			if got := b.w.Tick().Since(from); got < want*hz-1 || got > want*hz+1 {
				t.Errorf("%d Hz: %s after %d ticks, want %d s", hz, what, got, want)
			}
		}
		phase := func(want uint8) func() bool { return func() bool { return b.a.match.Get().Phase == want } }
		b.steps(1, nil)
		at(20, "the end of the match", phase(PhasePause))
		at(4, "the next match", phase(PhasePlay))
		b.steps(1, nil)
		b.put(1, 600, 600)
		b.put(2, 1200, 600)
		b.steps(3, nil)
		b.a.hurt(b.ship(2), attack{1, b.a.players.Ref(1), WeaponRail, 255})
		b.steps(1, nil)
		at(3, "the respawn", func() bool { return b.ship(2) != nil })
		b.put(1, 600, 600)
		first := b.w.Tick()
		b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonRail}})
		for b.ship(1).Ammo > 1 && b.w.Tick().Since(first) < 9*hz {
			b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonRail}})
		}
		if got := b.w.Tick().Since(first); got < 2*hz || got > 2*hz+2 {
			t.Errorf("%d Hz: the second rail shot %d ticks after the first, want 2 s", hz, got)
		}
	}
}

// TestARailHitsWhatWasSeenAtEveryRate has a ship fly away for what the shooter
// is late by: as much as RewindMS allows hits where it was, at any rate that
// has so many ticks.
func TestARailHitsWhatWasSeenAtEveryRate(t *testing.T) {
	for _, hz := range everyHz {
		c := empty(4096)
		c.Hz, c.Seats, c.Match.MinPlayers = hz, 2, 2
		c.Ship.SafeMS = 0
		b := play(t, c, 2)
		b.steps(2, nil)
		b.put(1, 1000, 1000)
		b.put(2, 1500, 1000)
		b.steps(2+hz/4, nil) // everyone knows where it stood
		late := max(1, hz*c.Rail.RewindMS/1000)
		b.steps(late-1, map[sim.Seat]Input{2: {DY: 127}})
		b.giveSeen(1, Input{Aim: 0, Buttons: ButtonRail}, 16*late)
		b.give(2, Input{DY: 127})
		before := *b.ship(2)
		b.w.Step()
		if s := b.ship(2); s != nil && s.Health == before.Health && s.Shield == before.Shield {
			t.Errorf("%d Hz: a shot at what was there %d ticks ago misses, it is at %v now", hz, late, s.at())
		}
	}
}

// TestTheArenaPlaysToTheLastTick ends a match just where ticks end, and others
// that would last longer than there are ticks.
func TestTheArenaPlaysToTheLastTick(t *testing.T) {
	for _, left := range []uint32{0, 1, 5, 1 << 30} { // of the match, after the last tick
		c := Default()
		c.Match = MatchRules{Seconds: 7200, PauseSeconds: 1, MinPlayers: 1, Kills: 5}
		b := play(t, c, 6)
		b.steps(30, nil)
		state := b.w.Append(nil)
		head := 1 + 8 // version, shape
		_, n := binary.Uvarint(state[head:])
		late := binary.AppendUvarint(slices.Clone(state[:head]), uint64(sim.LastTick-40))
		if err := b.w.Restore(append(late, state[head+n:]...)); err != nil {
			t.Fatal(err)
		}
		m := b.a.match.Get()
		m.Phase, m.EndsAt = PhasePlay, sim.Tick(min(uint64(sim.LastTick)+uint64(left), 1<<32-1))
		for range 60 {
			for seat := sim.Seat(1); seat <= 6; seat++ {
				b.give(seat, Input{DX: 127, Buttons: ButtonBlaster | ButtonRail | ButtonDash, Aim: sim.Angle(seat) * 9000})
			}
			b.w.Step()
		}
		if b.w.Tick() != sim.LastTick || !b.w.Over() {
			t.Fatalf("it stands at tick %d", b.w.Tick())
		}
		if ended := m.Phase == PhasePause; ended != (left == 0) {
			t.Errorf("%d ticks too long: phase %d at the end", left, m.Phase)
		}
		for _, s := range b.a.ships.All {
			if !(Rect{Max: c.Layout.Size}).Contains(s.at()) {
				t.Errorf("a ship is at %v", s.at())
			}
		}
	}
}
