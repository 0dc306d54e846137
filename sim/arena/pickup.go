package arena

import (
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/geo"
)

// Kinds of pickup.
const (
	PickupHealth = 1 + iota
	PickupShield
	PickupRail
	pickupKinds = PickupRail
)

// Pickup is a row of the table pickup. The rows are there from the start; one
// lies there for the taking when the tick is BackAt or later.
type Pickup struct {
	X, Y   sim.Fixed
	Kind   uint8
	BackAt uint32
	Cell   uint16 `wire:"local"`
}

// PickupRules is what lies around.
type PickupRules struct {
	// Health, Shield and Ammo is what one gives, 0 to 255.
	Health, Shield, Ammo int
	// ReturnMS is how long a taken one stays away, 1 to 600,000.
	ReturnMS int
	// Radius is how near a ship's centre must come, in units, 1 to 128.
	Radius int
}

func defaultPickup() PickupRules {
	return PickupRules{Health: 40, Shield: 60, Ammo: 3, ReturnMS: 15_000, Radius: 32}
}

func (r PickupRules) validate(f *faults) {
	f.between("Pickup.Health", r.Health, 0, 255)
	f.between("Pickup.Shield", r.Shield, 0, 255)
	f.between("Pickup.Ammo", r.Ammo, 0, 255)
	f.between("Pickup.ReturnMS", r.ReturnMS, 1, 600_000)
	f.between("Pickup.Radius", r.Radius, 1, 128)
}

// spotShift is log2 of the side in 1/256 of the squares by which pickups are found:
// 128 units.
const spotShift = 15

// addPickups fills the table pickup. Its rows are never removed, so that their
// references are as constant as the layout.
func (a *rules) addPickups() {
	rects := make([]geo.Rect, len(a.cfg.Layout.Spots))
	for i, s := range a.cfg.Layout.Spots {
		ref, _, _ := a.pickups.Add(Pickup{X: s.At.X, Y: s.At.Y, Kind: s.Kind, Cell: uint16(a.cells.Of(s.At))})
		a.spots = append(a.spots, ref)
		rects[i] = geo.Rect{Min: s.At, Max: s.At}.Grow(unit(a.cfg.Pickup.Radius))
	}
	a.spotBins = geo.NewBins(a.cfg.Layout.Size, spotShift, rects)
}

// collect gives every ship what it flies over and can use. When two reach one
// in the same tick, the ship with the lower id has it.
func (a *rules) collect() {
	now := a.w.Tick()
	for _, s := range a.ships.All {
		for _, id := range a.spotBins.Near(s.at()) {
			p := a.pickups.Get(a.spots[id])
			at := sim.Vec{X: p.X, Y: p.Y}
			if uint32(now) < p.BackAt || !s.at().Sub(at).Within(unit(a.cfg.Pickup.Radius)) || !a.use(s, p.Kind) {
				continue
			}
			p.BackAt = uint32(now.Add(a.cfg.ticks(a.cfg.Pickup.ReturnMS)))
			a.events.taken.Emit(sim.Group(p.Cell), Taken{s.Seat, p.Kind, p.X, p.Y})
		}
	}
}

// use applies a pickup; false when the ship has no use for it.
func (a *rules) use(s *Ship, kind uint8) bool {
	switch c := &a.cfg; kind {
	case PickupHealth:
		return refill(&s.Health, c.Pickup.Health, c.Ship.Health)
	case PickupShield:
		return refill(&s.Shield, c.Pickup.Shield, c.Shield.Full)
	default:
		return refill(&s.Ammo, c.Pickup.Ammo, c.Rail.MaxAmmo)
	}
}

// refill adds to v up to full; false when it is full already.
func refill(v *uint8, add, full int) bool {
	if int(*v) >= full {
		return false
	}
	*v = uint8(min(int(*v)+add, full))
	return true
}
