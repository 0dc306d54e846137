package arena

import "github.com/metronome-server/metronome/sim"

// Predict does for one seat what Step does for all: its ship fires and flies, and its
// projectiles fly, up to a wall. Step takes the same pieces in another order, as everyone
// fires from where they stood before anyone has moved. Whom a shot hits is not predicted:
// that would show deaths that never were.
func (a *rules) Predict(seat sim.Seat) {
	for _, s := range a.ships.All {
		if s.Seat != seat {
			continue
		}
		if give := a.input.Of(seat); a.match.Get().Phase != PhasePause {
			if a.shootsBlaster(s, give) {
				a.fireBlaster(s, give.Aim)
			}
			if a.shootsRail(s, give) {
				a.loadRail(s)
			}
		}
		a.flyOne(s, a.w.Inputs().Origin(seat))
	}
	for ref, p := range a.shots.All {
		if p.Seat == seat && (a.spent(p) || !a.goesOn(p, a.ground.Free(sim.Vec{X: p.X, Y: p.Y}, sim.Vec{X: p.VX, Y: p.VY}))) {
			a.shots.Remove(ref)
		}
	}
}
