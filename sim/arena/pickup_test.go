package arena

import (
	"testing"

	"github.com/metronome-server/metronome/sim"
)

// larder is an empty ground with one pickup of a kind at (600, 600).
func larder(t *testing.T, kind uint8) *bench {
	c := empty(2048)
	c.Layout.Spots = []Spot{{sim.Vec{X: sim.Int(600), Y: sim.Int(600)}, kind}}
	b := play(t, c, 2)
	b.steps(1, nil)
	b.put(1, 100, 100)
	b.put(2, 100, 1000)
	return b
}

func TestPickupKinds(t *testing.T) {
	for _, row := range []struct {
		name                 string
		kind                 uint8
		health, shield, ammo uint8
		want                 [3]uint8
		taken                bool
	}{
		{"health", PickupHealth, 50, 10, 1, [3]uint8{90, 10, 1}, true},
		{"health up to the most", PickupHealth, 61, 10, 1, [3]uint8{100, 10, 1}, true},
		{"no use for health", PickupHealth, 100, 10, 1, [3]uint8{100, 10, 1}, false},
		{"shield", PickupShield, 50, 10, 1, [3]uint8{50, 60, 1}, true},
		{"no use for a shield", PickupShield, 50, 60, 1, [3]uint8{50, 60, 1}, false},
		{"rail", PickupRail, 50, 10, 1, [3]uint8{50, 10, 4}, true},
		{"rail up to the most", PickupRail, 50, 10, 9, [3]uint8{50, 10, 10}, true},
		{"no use for rail", PickupRail, 50, 10, 10, [3]uint8{50, 10, 10}, false},
	} {
		b := larder(t, row.kind)
		s := b.put(1, 600, 600)
		s.Health, s.Shield, s.Ammo, s.ShieldAt = row.health, row.shield, row.ammo, 1000
		b.steps(1, nil)
		if got := [3]uint8{s.Health, s.Shield, s.Ammo}; got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
		if taken := len(b.events("taken")) == 1; taken != row.taken {
			t.Errorf("%s: taken is %v", row.name, taken)
		}
	}
}

func TestPickupReachAndReturn(t *testing.T) {
	b := larder(t, PickupRail)
	s := b.put(1, 600, 600)
	s.Ammo, s.X = 0, sim.Int(632)+1
	if b.steps(1, nil); s.Ammo != 0 {
		t.Error("taken from too far away")
	}
	s.X--
	if b.steps(1, nil); s.Ammo != 3 {
		t.Error("not taken at its radius")
	}
	if b.steps(449, nil); s.Ammo != 3 { // 15 s are 450 ticks
		t.Error("it is back too early")
	}
	if b.steps(1, nil); s.Ammo != 6 {
		t.Error("it does not come back")
	}
}

func TestOnePickupForOneShip(t *testing.T) {
	b := larder(t, PickupRail)
	one, two := b.put(1, 600, 600), b.put(2, 600, 600)
	b.steps(1, nil)
	if one.Ammo+two.Ammo != 3+3+3 {
		t.Errorf("ammo %d and %d", one.Ammo, two.Ammo)
	}
}
