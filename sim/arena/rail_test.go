package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

// TestRailJudgesWhatTheShooterSaw: the target flies down past the line of
// fire at 10 units a tick. In the step of the shot, age 16 is where it was
// before that step.
func TestRailJudgesWhatTheShooterSaw(t *testing.T) {
	for _, row := range []struct {
		name string
		// below is how far the target is below the line of fire before the shot.
		below int
		seen  int
		hit   bool
	}{
		{"seen now", 0, 16, true},
		{"not received: judged as now", 0, 0, true},
		{"past the line now", 17, 16, false},
		{"past the line now, within its radius", 16, 16, true},
		{"seen 4 ticks ago on the line", 30, 64, true},
		{"seen 4 ticks ago, aimed at where it is now", 0, 64, false},
		{"between two ticks", 25, 56, true},
		{"within 200 ms: 6 ticks", 50, 96, true},
		{"9 ticks ago: judged at 6", 50, 144, true},
		{"9 ticks ago: where it was 9 ago", 80, 144, false},
		{"forged", 80, 60000, false},
	} {
		b, _, two := range2(t, nil, sim.Int(400), 0)
		b.put(2, 900, 500+row.below-300)
		b.steps(30, map[sim.Seat]Input{2: {DY: 127}})
		if two.Y != unit(500+row.below) {
			t.Fatalf("the target is at %d", two.Y.Floor())
		}
		b.give(2, Input{DY: 127})
		b.giveSeen(1, Input{Buttons: ButtonRail}, row.seen)
		b.w.Step()
		if hit := two.Health < 100; hit != row.hit {
			t.Errorf("%s: hit is %v", row.name, hit)
		}
	}
}

func TestRailStopsAtWalls(t *testing.T) {
	wall := func(c *Config) { c.Layout.Walls = []Rect{box(700, 400, 732, 600)} }
	b, _, two := range2(t, wall, sim.Int(400), 0)
	b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonRail}})
	if two.Health != 100 {
		t.Error("shot through a wall")
	}
	b.wantBeam(1, 700)
}

// A target that came from cover was in cover when it was seen: the wall stops
// the beam, wherever the target is rewound to.
func TestRewindDoesNotReachThroughWalls(t *testing.T) {
	wall := func(c *Config) { c.Layout.Walls = []Rect{box(700, 300, 732, 484)} }
	for _, row := range []struct {
		name string
		dy   int8
		from int
		hit  bool
	}{
		{"came out of cover, shot at where it was", 127, 400, false},
		{"went into cover, shot at where it was", -127, 600, true},
	} {
		b, one, two := range2(t, wall, sim.Int(300), 0)
		b.put(2, 800, row.from)
		b.steps(10, map[sim.Seat]Input{2: {DY: row.dy}})
		seen := sim.Vec{X: two.X, Y: unit(row.from) + 4*b.a.full*sim.Fixed(row.dy)/127}
		b.give(2, Input{DY: row.dy})
		b.giveSeen(1, Input{Aim: sim.AngleOf(seen.Sub(one.at())), Buttons: ButtonRail}, 96)
		b.w.Step()
		if hit := two.Health < 100; hit != row.hit {
			t.Errorf("%s: hit is %v", row.name, hit)
		}
	}
}

func TestRailMissesWhoWasNotThere(t *testing.T) {
	b, _, _ := range2(t, func(c *Config) { c.Ship.RespawnMS = 0; c.Ship.SafeMS = 0 }, sim.Int(400), 0)
	b.steps(10, nil)
	b.w.Leave(2)
	b.join(2)
	b.steps(2, nil) // a new ship
	two := b.put(2, 900, 500)
	b.steps(1, nil)
	b.giveSeen(1, Input{Buttons: ButtonRail}, 96)
	b.w.Step()
	if two.Health != 100 {
		t.Error("hit where nobody was")
	}
}

func TestRailHitsTheFirst(t *testing.T) {
	c := empty(2048)
	c.Shield.Full = 0
	b := play(t, c, 4)
	b.steps(1, nil)
	b.put(1, 100, 500)
	for seat, x := range map[sim.Seat]int{2: 1500, 3: 800, 4: 1599} {
		b.put(seat, x, 500)
	}
	b.steps(1, nil)
	b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonRail}})
	if b.ship(2).Health != 100 || b.ship(3).Health != 30 || b.ship(4).Health != 100 {
		t.Error("not the first is hit")
	}
	b.wantBeam(1, 800)
}

// TestRailOverlooksNobody compares the look along the beam with asking every
// ship where it was, in a fight with dashes.
func TestRailOverlooksNobody(t *testing.T) {
	r := random(t)
	c := Default()
	c.Match.Kills = 0
	b := play(t, c, 50)
	w := newWander(b, 50)
	w.fight, w.dash = true, true
	hits := 0
	for range 300 {
		w.step()
		b.a.radar.filled = false
		for _, s := range b.a.ships.All {
			d, age := sim.Toward(sim.Angle(r.Uint32()), sim.Int(1500)), r.IntN(97)
			hit, _ := b.a.lineUp(s, d, age)
			if want := b.firstOnLine(s, d, age); hit != want {
				t.Fatalf("tick %d: %v, want %v", b.w.Tick(), hit, want)
			}
			if hit != nil {
				hits++
			}
		}
	}
	if hits < 300 {
		t.Errorf("only %d hits", hits)
	}
}

func (b *bench) firstOnLine(s *Ship, d sim.Vec, age int) (first *Ship) {
	nearest := int64(0)
	for ref, other := range b.a.ships.All {
		then, ok := b.a.past.At(ref, age)
		at, in := geo.Passes(s.at(), d, then, unit(b.a.cfg.Ship.Radius))
		if ok && in && other != s && (first == nil || at < nearest) {
			first, nearest = other, at
		}
	}
	return first
}

func TestRailRangeAmmoAndReload(t *testing.T) {
	shoot := map[sim.Seat]Input{1: {Buttons: ButtonRail}}
	for _, row := range []struct {
		x   int
		hit bool
	}{{1516, true}, {1517, false}} { // 1500 and the radius of 16
		b, _, two := range2(t, nil, sim.Int(400), 0)
		b.put(1, 100, 500)
		b.put(2, 100+row.x, 500)
		b.steps(1, nil)
		b.steps(1, shoot)
		if hit := two.Health < 100; hit != row.hit {
			t.Errorf("%d units away: hit is %v", row.x, hit)
		}
	}
	b, one, _ := range2(t, nil, sim.Int(-400), 0)
	var shots []int
	for tick := range 300 {
		b.steps(1, shoot)
		if len(b.events("beam")) > 0 {
			shots = append(shots, tick)
		}
	}
	if len(shots) != 3 || shots[0] != 0 || shots[1] != 45 || shots[2] != 90 || one.Ammo != 0 {
		t.Errorf("shots at %v with %d left, want 0, 45, 90 and none left", shots, one.Ammo)
	}
}

// wantBeam checks that the last step had one beam, of a seat, up to x, within
// a thousandth of a beam's range.
func (b *bench) wantBeam(by uint32, x int32) {
	b.t.Helper()
	beams := b.events("beam")
	if len(beams) != 1 || beams[0][0] != by || (sim.Fixed(beams[0][3])-sim.Int(x)).Abs() > sim.One {
		b.t.Errorf("beams %v, want one of seat %d up to x = %d", beams, by, x)
	}
}
