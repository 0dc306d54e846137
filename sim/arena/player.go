package arena

import "github.com/metronome-server/metronome/sim"

// MaxTeams is the most teams a mode can have.
const MaxTeams = 4

// Player is a row of the table player: who sits on a seat, dead or alive.
type Player struct {
	Seat sim.Seat `wire:"owner"`
	// Team is 1 and up; 0 without teams.
	Team   uint8
	Kills  uint16
	Deaths uint16
	// RespawnAt is the tick at which a dead player gets a new ship.
	RespawnAt sim.Tick `wire:"private"`

	// LastStreak, LastDamage, LastAccuracy and LastRail are what the player's
	// Result of the last match says; they change when one is over.
	LastStreak   uint16 `wire:"private"`
	LastDamage   uint32 `wire:"private"`
	LastAccuracy uint8  `wire:"private"`
	LastRail     uint16 `wire:"private"`

	Ship sim.Ref `wire:"local"`
	Cell uint16  `wire:"local"`

	// What a Result is counted from, in the match that goes on.
	Streak     uint16 `wire:"local"`
	BestStreak uint16 `wire:"local"`
	Damage     uint32 `wire:"local"`
	Shots      uint32 `wire:"local"`
	Hits       uint32 `wire:"local"`
	FarRail    uint16 `wire:"local"`
}

// Join seats a player; the next step gives it a ship. Whoever made the match may
// have said in which team.
func (a *rules) Join(seat sim.Seat, who sim.Entrant) {
	team := who.Team
	if team == 0 || int(team) > a.cfg.Teams {
		team = a.smallestTeam()
	}
	p := a.players.Of(seat)
	p.Team = team
	p.Cell = uint16(a.cells.Of(a.anywhere(a.zone(p))))
	a.w.SetTeam(seat, team)
}

// Leave takes a player away with ship and projectiles.
func (a *rules) Leave(seat sim.Seat) {
	a.ships.Remove(a.players.Of(seat).Ship)
	for ref, shot := range a.shots.All {
		if shot.Seat == seat {
			a.shots.Remove(ref)
		}
	}
}

// smallestTeam returns the team with the fewest players, the lowest of equals.
func (a *rules) smallestTeam() uint8 {
	if a.cfg.Teams == 0 {
		return 0
	}
	var size [MaxTeams + 1]int
	for _, p := range a.players.All {
		size[p.Team]++
	}
	best := 1
	for team := 2; team <= a.cfg.Teams; team++ {
		if size[team] < size[best] {
			best = team
		}
	}
	return uint8(best)
}
