package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

// range2 starts two players without shields or walls, at 30 Hz: seat 1 at
// (500, 500), seat 2 dx, dy away from it.
func range2(t *testing.T, change func(c *Config), dx, dy sim.Fixed) (b *bench, one, two *Ship) {
	t.Helper()
	c := empty(2048)
	c.Shield.Full = 0
	if change != nil {
		change(&c)
	}
	b = play(t, c, 2)
	b.steps(1, nil)
	one, two = b.put(1, 500, 500), b.put(2, 500, 500)
	two.X += dx
	two.Y += dy
	return b, one, two
}

func TestBlasterHits(t *testing.T) {
	for _, row := range []struct {
		name   string
		dx, dy sim.Fixed
		hit    bool
	}{
		{"straight ahead", sim.Int(600), 0, true},
		{"point blank", 0, 0, true},
		{"at the radius of ship and projectile", sim.Int(600), sim.Int(20), true},
		{"beside it", sim.Int(600), sim.Int(20) + 1, false},
		{"behind", sim.Int(-100), 0, false},
		// 36 steps of 30 units, and 20 of the two radii.
		{"at its range", sim.Int(1100), 0, true},
		{"out of range", sim.Int(1100) + 1, 0, false},
	} {
		b, _, two := range2(t, nil, row.dx, row.dy)
		b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonBlaster}})
		b.steps(60, nil)
		if hit := two.Health < 100; hit != row.hit {
			t.Errorf("%s: hit is %v", row.name, hit)
		}
		if row.hit && two.Health != 88 {
			t.Errorf("%s: health %d, want 88", row.name, two.Health)
		}
		if b.a.shots.Len() != 0 {
			t.Errorf("%s: the projectile is still there", row.name)
		}
	}
}

func TestBlasterHitsTheFirstInItsWay(t *testing.T) {
	c := empty(2048)
	c.Shield.Full = 0
	b := play(t, c, 3)
	b.steps(1, nil)
	b.put(1, 500, 500)
	far, near := b.put(2, 515, 515), b.put(3, 512, 500) // both within one step
	b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonBlaster}})
	if far.Health != 100 || near.Health != 88 {
		t.Errorf("the far one has %d, the near one %d", far.Health, near.Health)
	}
}

func TestProjectileStops(t *testing.T) {
	wall := func(c *Config) { c.Layout.Walls = []Rect{box(700, 400, 732, 600)} }
	b, _, two := range2(t, wall, sim.Int(300), 0)
	b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonBlaster}})
	b.steps(10, nil)
	if two.Health != 100 || b.a.shots.Len() != 0 {
		t.Errorf("behind the wall: health %d, %d projectiles", two.Health, b.a.shots.Len())
	}
	b, _, _ = range2(t, nil, sim.Int(300), 0)
	b.steps(1, map[sim.Seat]Input{1: {Aim: 32768, Buttons: ButtonBlaster}})
	b.steps(15, nil) // at x = 20
	if b.a.shots.Len() != 1 {
		t.Error("the projectile ends before the edge of the world")
	}
	b.steps(1, nil)
	if b.a.shots.Len() != 0 {
		t.Error("the projectile flies out of the world")
	}
}

func TestProjectileFliesInEqualSteps(t *testing.T) {
	b, _, _ := range2(t, nil, 0, sim.Int(1000))
	b.steps(1, map[sim.Seat]Input{1: {Aim: 5000, Buttons: ButtonBlaster}})
	for _, p := range b.a.shots.All {
		x, y := p.X, p.Y
		b.steps(9, nil)
		if p.X != x+9*p.VX || p.Y != y+9*p.VY {
			t.Error("the steps are not equal")
		}
	}
}

func TestBlasterReloads(t *testing.T) {
	b, _, _ := range2(t, nil, sim.Int(-100), 0)
	hold := map[sim.Seat]Input{1: {Buttons: ButtonBlaster}}
	for tick, want := range []int{1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3} { // 167 ms are 5 ticks
		b.steps(1, hold)
		if got := b.a.shots.Len(); got != want {
			t.Fatalf("after tick %d: %d projectiles, want %d", tick, got, want)
		}
	}
}

func TestTableHoldsEveryProjectile(t *testing.T) {
	for _, hz := range []int{10, 20, 30, 60, 120} {
		for _, reload := range []int{1, 40, 100, 167, 200, 1200, 5000} {
			c := empty(4096)
			c.Hz, c.Seats, c.Blaster.ReloadMS, c.Blaster.Speed = hz, 2, reload, 100
			b := play(t, c, 2)
			hold := map[sim.Seat]Input{1: {Buttons: ButtonBlaster}, 2: {Aim: 9000, Buttons: ButtonBlaster}}
			b.steps(2, nil)
			b.put(1, 1000, 1000)
			b.put(2, 1000, 2000)
			most := 0
			for range 3 * hz {
				b.steps(1, hold)
				most = max(most, b.a.shots.Len())
			}
			if most > b.a.shots.Cap() || most < b.a.shots.Cap()-2 {
				t.Errorf("%d Hz, reload %d ms: %d projectiles in a table of %d", hz, reload, most, b.a.shots.Cap())
			}
		}
	}
}

func TestTeamsDoNotHurtEachOther(t *testing.T) {
	c := empty(2048)
	c.Teams, c.Match.MinPlayers, c.Shield.Full = 2, 1, 0
	b := play(t, c, 3) // teams 1, 2, 1
	b.steps(1, nil)
	b.put(1, 500, 500)
	foe, friend := b.put(2, 700, 500), b.put(3, 600, 500)
	b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonBlaster}})
	b.steps(20, nil)
	if friend.Health != 100 || foe.Health != 88 {
		t.Errorf("projectile: friend %d, foe %d", friend.Health, foe.Health)
	}
	b.steps(1, map[sim.Seat]Input{1: {Buttons: ButtonRail}})
	if friend.Health != 100 || foe.Health != 18 {
		t.Errorf("rail: friend %d, foe %d", friend.Health, foe.Health)
	}
}

// TestNoProjectilePassesThroughAShip: the shortcuts (shade, radar) must not
// hide anything: what still flies after a step has met nobody in it.
func TestNoProjectilePassesThroughAShip(t *testing.T) {
	c := Default()
	c.Match.Kills = 0
	b := play(t, c, 50)
	r := newWander(b, 50)
	r.fight = true
	reach := unit(c.Ship.Radius + c.Blaster.Radius)
	hits := 0
	for range 1500 {
		was, ships := map[sim.Ref]sim.Vec{}, map[sim.Ref]bool{}
		for ref, p := range b.a.shots.All {
			was[ref] = sim.Vec{X: p.X, Y: p.Y}
		}
		for ref := range b.a.ships.All {
			ships[ref] = true
		}
		r.step()
		hits += len(b.events("hit"))
		for ref, p := range b.a.shots.All {
			from, ok := was[ref]
			if !ok {
				continue
			}
			d := sim.Vec{X: p.X, Y: p.Y}.Sub(from)
			for ship, s := range b.a.ships.All {
				if _, in := geo.Passes(from, d, s.at(), reach); in && s.Seat != p.Seat && ships[ship] {
					t.Fatalf("tick %d: the projectile from %v by %v passes through seat %d at %v", b.w.Tick(), from, d, s.Seat, s.at())
				}
			}
		}
	}
	if hits < 500 {
		t.Errorf("only %d hits", hits)
	}
}
