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
	RespawnAt uint32 `wire:"private"`

	Ship sim.Ref `wire:"local"`
	Cell uint16  `wire:"local"`
}

// Join seats a player; the next step gives it a ship.
func (a *rules) Join(seat sim.Seat) {
	p := Player{Seat: seat, Team: a.smallestTeam()}
	p.Cell = a.cells.of(a.anywhere(a.zone(&p)))
	a.seats[seat], _, _ = a.players.Add(p)
}

// Leave takes a player away with ship and projectiles.
func (a *rules) Leave(seat sim.Seat) {
	p := a.player(seat)
	if p == nil {
		return
	}
	a.ships.Remove(p.Ship)
	for ref, shot := range a.shots.All {
		if shot.Seat == seat {
			a.shots.Remove(ref)
		}
	}
	a.players.Remove(a.seats[seat])
	a.seats[seat] = 0
}

// Restored fills the list of seats.
func (a *rules) Restored() {
	clear(a.seats)
	for ref, p := range a.players.All {
		a.seats[p.Seat] = ref
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

// player returns the row of a seat, or nil. It changes nothing: View calls it
// for several seats at once.
func (a *rules) player(seat sim.Seat) *Player { return a.players.Get(a.seats[seat]) }
