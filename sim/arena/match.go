package arena

import "github.com/metronome-server/metronome/sim"

// Phases of a match.
const (
	// PhaseWarmup: too few players; everything works, nothing counts.
	PhaseWarmup = iota
	// PhasePlay: kills count.
	PhasePlay
	// PhasePause: the result is shown, weapons are off.
	PhasePause
)

// Match is the single row of the table match.
type Match struct {
	Phase uint8
	// Round counts the matches in this room, from 1.
	Round uint16
	// EndsAt is the tick at which the phase ends; 0 for never.
	EndsAt sim.Tick
	// Goal is how many kills end the match; 0 for none.
	Goal uint16
	// Winner is the seat that won the last match, WinnerTeam the team; both 0
	// after a draw.
	Winner     sim.Seat
	WinnerTeam uint8
	// Score is the kills of each team, team 1 first.
	Score [MaxTeams]uint16
	// MomentSeat is who had the best moments of the match that is over, by
	// MomentStreak and so on, Moment what they did: a count, units, percent. 0 for
	// none, and while a match is played.
	MomentSeat [moments]sim.Seat
	Moment     [moments]uint16
}

// MatchRules is how long a match goes.
type MatchRules struct {
	// Seconds is the length of a match, 0 (endless) to 7200.
	Seconds int
	// PauseSeconds lie between two matches, 1 to 600.
	PauseSeconds int
	// Kills end a match: those of a player or of a team. 0 (never) to 65,000.
	Kills int
	// MinPlayers start a match; with fewer it ends. 1 to the mode's seats.
	MinPlayers int
	// Leaders is how many rows the table leader has, 0 to 20.
	Leaders int
}

func defaultMatch() MatchRules {
	return MatchRules{Seconds: 300, PauseSeconds: 10, Kills: 30, MinPlayers: 1}
}

func (r MatchRules) validate(f *faults, seats int) {
	f.between("Match.Seconds", r.Seconds, 0, 7200)
	f.between("Match.PauseSeconds", r.PauseSeconds, 1, 600)
	f.between("Match.Kills", r.Kills, 0, 65_000)
	f.between("Match.MinPlayers", r.MinPlayers, 1, max(seats, 1))
	f.between("Match.Leaders", r.Leaders, 0, maxLeaders)
}

// referee moves the match from phase to phase.
func (a *rules) referee() {
	m, now := a.match.Get(), a.w.Tick()
	enough := a.players.Len() >= a.cfg.Match.MinPlayers
	over := m.EndsAt != 0 && now >= m.EndsAt
	if m.Phase == PhaseWarmup || m.Phase == PhasePause && over {
		a.w.BetweenMatches()
	}
	switch {
	case m.Phase == PhaseWarmup && enough:
		a.begin(m)
	case m.Phase == PhasePlay && (over || !enough || a.won(m)):
		a.finish(m)
	case m.Phase == PhasePause && over && enough:
		a.begin(m)
	case m.Phase == PhasePause && over:
		*m = Match{Round: m.Round}
	}
}

// begin starts a match: everything is as new, and all players respawn.
func (a *rules) begin(m *Match) {
	*m = Match{Phase: PhasePlay, Round: m.Round + 1, Goal: uint16(a.cfg.Match.Kills)}
	if a.cfg.Match.Seconds > 0 {
		m.EndsAt = a.w.Tick().Add(a.cfg.Match.Seconds * a.cfg.Hz)
	}
	for _, p := range a.players.All {
		a.ships.Remove(p.Ship)
		p.Ship, p.Kills, p.Deaths, p.RespawnAt = 0, 0, 0, 0
		p.forget()
	}
	for ref := range a.shots.All {
		a.shots.Remove(ref)
	}
	for _, p := range a.pickups.All {
		p.BackAt = 0
	}
}

// finish ends a match and names the winner.
func (a *rules) finish(m *Match) {
	m.Phase = PhasePause
	m.EndsAt = a.w.Tick().Add(a.cfg.Match.PauseSeconds * a.cfg.Hz)
	if a.cfg.Teams > 0 {
		m.WinnerTeam = bestTeam(&m.Score)
	} else {
		m.Winner = a.bestPlayer()
	}
	a.remember(m)
	a.decide()
	if a.w.OneMatch() {
		a.w.End("the match is over")
	}
}

// won reports whether somebody has reached the goal.
func (a *rules) won(m *Match) bool {
	if m.Goal == 0 {
		return false
	}
	if a.cfg.Teams > 0 {
		return m.Score[0] >= m.Goal || m.Score[1] >= m.Goal || m.Score[2] >= m.Goal || m.Score[3] >= m.Goal
	}
	for _, p := range a.players.All {
		if p.Kills >= m.Goal {
			return true
		}
	}
	return false
}
