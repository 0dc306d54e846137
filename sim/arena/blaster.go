package arena

// BlasterRules is the weapon that never runs dry: straight projectiles.
type BlasterRules struct {
	// Damage of one hit, 1 to 255.
	Damage int
	// Speed in units/s, 1 to 4000.
	Speed int
	// LifeMS is how long a projectile flies, 1 to 10,000.
	LifeMS int
	// ReloadMS is the time between two shots, 1 to 10,000.
	ReloadMS int
	// Radius of a projectile in units, 0 to 16.
	Radius int
}

func defaultBlaster() BlasterRules {
	return BlasterRules{Damage: 12, Speed: 900, LifeMS: 1200, ReloadMS: 167, Radius: 4}
}

func (r BlasterRules) validate(f *faults) {
	f.between("Blaster.Damage", r.Damage, 1, 255)
	f.between("Blaster.Speed", r.Speed, 1, 4000)
	f.between("Blaster.LifeMS", r.LifeMS, 1, 10_000)
	f.between("Blaster.ReloadMS", r.ReloadMS, 1, 10_000)
	f.between("Blaster.Radius", r.Radius, 0, 16)
}
