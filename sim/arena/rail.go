package arena

// RailRules is the weapon that hits at once, judged at what the shooter saw.
type RailRules struct {
	// Damage of one hit, 1 to 255.
	Damage int
	// Range in units, 1 to 4096; with cells at most CellSide, so that whoever
	// is hit sees the cell that the beam comes from.
	Range int
	// ReloadMS is the time between two shots, 1 to 10,000.
	ReloadMS int
	// Ammo of a new ship, MaxAmmo the most; 0 to 255.
	Ammo, MaxAmmo int
	// RewindMS is how far back a hit is judged at most, 0 to 200: a target
	// that took cover longer ago than that is safe, however late the shooter.
	RewindMS int
}

func defaultRail() RailRules {
	return RailRules{Damage: 70, Range: 1500, ReloadMS: 1500, Ammo: 3, MaxAmmo: 10, RewindMS: 200}
}

func (r RailRules) validate(f *faults, cells bool) {
	longest := 4096
	if cells {
		longest = CellSide
	}
	f.between("Rail.Damage", r.Damage, 1, 255)
	f.between("Rail.Range", r.Range, 1, longest)
	f.between("Rail.ReloadMS", r.ReloadMS, 1, 10_000)
	f.between("Rail.Ammo", r.Ammo, 0, 255)
	f.between("Rail.MaxAmmo", r.MaxAmmo, r.Ammo, 255)
	f.between("Rail.RewindMS", r.RewindMS, 0, 200)
}
