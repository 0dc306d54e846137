package arena

import (
	"slices"

	"github.com/metronome-server/metronome/sim"
)

// Result is a player's line of the outcome of a match, with place and team.
type Result struct {
	Kills, Deaths uint16
	// Streak is the most kills without a death.
	Streak uint16
	// Damage is what ships lost by the player's hits, shields too.
	Damage uint32
	// Accuracy is how many of the shots hit, in percent.
	Accuracy uint8
	// Rail is the longest way of a rail that hit, in units; 0 when none did.
	Rail uint16
}

// decide sets the outcome of the match that is over: equal players share a place,
// and with teams all of a team do.
func (a *rules) decide() {
	type entry struct {
		seat sim.Seat
		p    *Player
	}
	entries := make([]entry, 0, a.players.Len())
	for seat, p := range a.players.All {
		entries = append(entries, entry{seat, p})
	}
	ahead := func(x, y entry) int32 {
		if a.cfg.Teams > 0 {
			score := &a.match.Get().Score
			return int32(score[y.p.Team-1]) - int32(score[x.p.Team-1])
		}
		return -int32(better(x.p, y.p))
	}
	slices.SortStableFunc(entries, func(x, y entry) int { return int(ahead(x, y)) })
	place := 1
	for i, e := range entries {
		if i > 0 && ahead(entries[i-1], e) != 0 {
			place = i + 1
		}
		a.result.Set(e.seat, place, e.p.result())
	}
}
