package cards

import "github.com/metronome-server/metronome/sim"

// absentSeconds is how long the turn of a player is who is played for: long enough
// to be seen, and to be taken back.
const absentSeconds = 1

// turnTicks returns how long a turn of a player is.
func (g *rules) turnTicks(p *Player) int {
	if p.Absent {
		return absentSeconds * sim.RestHz
	}
	return int(g.params.Turn) * sim.RestHz
}

// keepTime ends the turn whose time has run out, and the deal when nobody is left
// to play against.
func (g *rules) keepTime() {
	m := g.match.Get()
	switch {
	case g.taking() < 2:
		g.finish()
	case m.Until == 0: // the one before has left
		g.begin(m.Turn)
	case g.w.Tick() >= m.Until:
		g.lapse(g.players.Of(m.Turn))
	}
}

// lapse draws and passes for a player whose time has run out; for one who is
// absent it plays.
func (g *rules) lapse(p *Player) {
	if p.Absent {
		g.playFor(p)
		return
	}
	if p.Lapses = min(p.Lapses+1, g.params.Lapses); p.Lapses == g.params.Lapses {
		p.Absent = g.params.Absent == absentPlay
		if !p.Absent {
			g.w.Kick(p.Seat, "you have let too many turns lapse")
		}
	}
	if !g.match.Get().Drawn {
		g.draw(p) // unless there is nothing to draw
	}
	g.pass(p, true)
}

// playFor plays the turn of a player: a card that fits, if need be after drawing.
func (g *rules) playFor(p *Player) {
	m := g.match.Get()
	c, named := p.Hand.Choose(m.Top, m.Follow)
	if c == 0 && !m.Drawn && g.draw(p) == 0 {
		c, named = p.Hand.Choose(m.Top, m.Follow)
	}
	if c == 0 {
		g.pass(p, false)
		return
	}
	g.play(p, []int32{int32(c)}, named)
}
