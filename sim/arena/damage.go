package arena

import "github.com/metronome-server/metronome/sim"

// attack is one hit.
type attack struct {
	by     sim.Seat
	player sim.Ref
	weapon uint8
	damage int
}

// fall is a ship that lost its last health in this step.
type fall struct {
	player sim.Ref
	attack attack
}

// fire lets every ship shoot whose player asks for it. Nobody shoots in the
// pause between two matches.
func (a *rules) fire(in *sim.Inputs) {
	if a.match.Get().Phase == PhasePause {
		return
	}
	for _, s := range a.ships.All {
		give := a.input.Of(s.Seat)
		if a.shootsBlaster(s, give) {
			a.players.Get(s.Player).Shots++
			a.fireBlaster(s, give.Aim)
		}
		if a.shootsRail(s, give) {
			a.loadRail(s)
			a.fireRail(s, give.Aim, in.Seen(s.Seat))
		}
	}
}

// hurt takes damage off a ship that has health: first of its shield. Without
// any left it stays in the table until bury.
func (a *rules) hurt(s *Ship, by attack) {
	now := a.w.Tick()
	if uint32(now) < s.SafeUntil {
		return
	}
	a.events.hit.Emit(sim.Group(s.Cell), Hit{s.Seat, by.by, by.weapon, uint8(by.damage)})
	s.ShieldAt = uint32(now.Add(a.cfg.ticks(a.cfg.Shield.DelayMS)))
	soaked := min(int(s.Shield), by.damage)
	hurt := min(int(s.Health), by.damage-soaked)
	s.Shield -= uint8(soaked)
	s.Health -= uint8(hurt)
	a.players.Get(by.player).hit(soaked + hurt)
	if s.Health == 0 {
		a.fallen = append(a.fallen, fall{s.Player, by})
	}
}

// bury takes the ships that fell out of the world and counts.
func (a *rules) bury() {
	counts := a.match.Get().Phase == PhasePlay
	for _, f := range a.fallen {
		p := a.players.Get(f.player)
		s := a.ships.Get(p.Ship)
		a.events.kill.Emit(sim.Group(s.Cell), Kill{p.Seat, f.attack.by, f.attack.weapon, s.X, s.Y})
		a.ships.Remove(p.Ship)
		p.Ship = 0
		p.RespawnAt = a.w.Tick().Add(a.cfg.ticks(a.cfg.Ship.RespawnMS))
		if counts {
			count(&p.Deaths)
			p.Streak = 0
			a.credit(f.attack.player)
		}
	}
	a.fallen = a.fallen[:0]
}

// credit counts a kill for a player and its team.
func (a *rules) credit(player sim.Ref) {
	k := a.players.Get(player)
	count(&k.Kills)
	count(&k.Streak)
	k.BestStreak = max(k.BestStreak, k.Streak)
	if k.Team > 0 {
		count(&a.match.Get().Score[k.Team-1])
	}
}

// count adds 1 and stays at the most there is: an endless match may get there.
func count(n *uint16) {
	if *n < 1<<16-1 {
		*n++
	}
}
