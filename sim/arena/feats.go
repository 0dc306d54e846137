package arena

import "github.com/metronome-server/metronome/sim"

// Moments of a match, in Match.MomentSeat and Match.Moment.
const (
	// MomentStreak: the most kills without a death, 2 and more.
	MomentStreak = iota
	// MomentRail: the farthest hit with a rail, in units.
	MomentRail
	// MomentAim: the best accuracy, in percent.
	MomentAim
	moments
)

// aimedShots is how many shots make an accuracy that counts as a moment.
const aimedShots = 20

// result returns what a player has done in the match so far.
func (p *Player) result() Result {
	r := Result{Kills: p.Kills, Deaths: p.Deaths, Streak: p.BestStreak, Damage: p.Damage, Rail: p.FarRail}
	if p.Shots > 0 {
		r.Accuracy = uint8(min(uint64(p.Hits)*100/uint64(p.Shots), 100))
	}
	return r
}

// forget begins to count anew.
func (p *Player) forget() {
	p.Streak, p.BestStreak, p.Damage, p.Shots, p.Hits, p.FarRail = 0, 0, 0, 0, 0, 0
}

// hit counts a hit that took so much off a ship.
func (p *Player) hit(damage int) {
	p.Hits++
	p.Damage += uint32(damage)
}

// remember tells every player what they did, and all the best moments: of equals
// that of the lower seat.
func (a *rules) remember(m *Match) {
	for seat, p := range a.players.All {
		r := p.result()
		p.LastStreak, p.LastDamage, p.LastAccuracy, p.LastRail = r.Streak, r.Damage, r.Accuracy, r.Rail
		if r.Streak > 1 {
			m.moment(MomentStreak, seat, r.Streak)
		}
		m.moment(MomentRail, seat, r.Rail)
		if p.Shots >= aimedShots {
			m.moment(MomentAim, seat, uint16(r.Accuracy))
		}
	}
}

// moment takes in what a seat did, if it is better than what is known.
func (m *Match) moment(which int, seat sim.Seat, value uint16) {
	if value > m.Moment[which] {
		m.MomentSeat[which], m.Moment[which] = seat, value
	}
}
