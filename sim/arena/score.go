package arena

import "github.com/metronome-server/metronome/sim"

// bestTeam returns the team with the highest score, from 1; 0 for a draw.
func bestTeam(score *[MaxTeams]uint16) uint8 {
	best, team := score[0], uint8(1)
	for i := 1; i < MaxTeams; i++ {
		switch {
		case score[i] > best:
			best, team = score[i], uint8(i+1)
		case score[i] == best:
			team = 0
		}
	}
	return team
}

// bestPlayer returns the seat with the most kills, of equals the one with the
// fewest deaths; 0 for a draw and for nobody.
func (a *rules) bestPlayer() sim.Seat {
	var best *Player
	draw := false
	for _, p := range a.players.All {
		switch order := better(p, best); {
		case order > 0:
			best, draw = p, false
		case order == 0:
			draw = true
		}
	}
	if best == nil || draw {
		return 0
	}
	return best.Seat
}

// better is above 0 when p stands higher than q, 0 when they are equal.
func better(p, q *Player) int {
	switch {
	case q == nil:
		return 1
	case p.Kills != q.Kills:
		return int(p.Kills) - int(q.Kills)
	}
	return int(q.Deaths) - int(p.Deaths)
}
