package arena

// Kinds of pickup.
const (
	PickupHealth = 1 + iota
	PickupShield
	PickupRail
	pickupKinds = PickupRail
)

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
