package arena

import "github.com/metronome-server/metronome/sim"

// Leader is a row of the table leader, best first: who has the most kills in
// a world too large to see every player. It is brought up to date each second.
type Leader struct {
	Seat  sim.Seat
	Kills uint16
}

// maxLeaders bounds Config.Match.Leaders: each row is sent to everyone.
const maxLeaders = 20

// lead keeps the table leader.
func (a *rules) lead() {
	if a.cfg.Match.Leaders == 0 || uint32(a.w.Tick())%uint32(a.cfg.Hz) != 0 {
		return
	}
	a.rankAll()
	i := 0
	for ref, row := range a.leaders.All {
		if i == len(a.ranks) {
			a.leaders.Remove(ref)
			continue
		}
		*row = a.ranks[i]
		i++
	}
	for ; i < len(a.ranks); i++ {
		a.leaders.Add(a.ranks[i])
	}
}

// rankAll leaves the best in ranks, of equals the one with the lower id first.
func (a *rules) rankAll() {
	a.ranks = a.ranks[:0]
	for _, p := range a.players.All {
		at := len(a.ranks)
		for at > 0 && a.ranks[at-1].Kills < p.Kills {
			at--
		}
		if p.Kills == 0 || at == a.cfg.Match.Leaders {
			continue
		}
		if len(a.ranks) < a.cfg.Match.Leaders {
			a.ranks = append(a.ranks, Leader{})
		}
		copy(a.ranks[at+1:], a.ranks[at:])
		a.ranks[at] = Leader{p.Seat, p.Kills}
	}
}
