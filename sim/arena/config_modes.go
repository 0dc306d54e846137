package arena

// twoTeams: 16 against 16, from the left and the right half.
func twoTeams() Config {
	c := Default()
	c.Seats, c.Teams = 32, 2
	c.Layout.Bases = []Rect{box(64, 64, 1920, 4032), box(2176, 64, 4032, 4032)}
	c.Match.MinPlayers, c.Match.Kills = 2, 60
	return c
}

// duel: one against one at 60 Hz on a small ground.
func duel() Config {
	c := Default()
	c.Hz, c.Seats, c.Layout = 60, 2, yard()
	c.Match = MatchRules{Seconds: 180, PauseSeconds: 8, Kills: 10, MinPlayers: 2}
	c.Rail.Ammo = 5
	return c
}

// open: one endless world for 5,000 at 20 Hz, seen in cells.
func open() Config {
	c := Default()
	c.Hz, c.Seats, c.Cells, c.Layout, c.LayoutFor = 20, 5000, true, plain(5000), plain
	c.Match = MatchRules{PauseSeconds: 10, MinPlayers: 1, Leaders: 10}
	c.Blaster.LifeMS, c.Rail.Range = 1100, 1000
	return c
}
