package arena

import "github.com/metronome-server/metronome/sim"

// letGo is how far in units a ship must be beyond the edge of a cell before
// its seat stops seeing the far cells on the other side: without it, a ship
// that circles on an edge would be sent keyframes all the time.
const letGo = 128

// View sees the cell of the seat's ship and the eight around it, and of what
// it saw before what would be among them if the ship were letGo nearer. A
// dead player sees from where the ship was.
func (a *rules) View(seat sim.Seat, view *sim.View) {
	p := a.players.Of(seat)
	if !a.cfg.Cells || p == nil {
		return
	}
	if s := a.ships.Get(p.Ship); s != nil {
		a.cells.SeeFrom(view, sim.Group(p.Cell), s.at(), unit(letGo))
	} else {
		a.cells.See(view, sim.Group(p.Cell))
	}
}

// Spectate sees what the seat sees: nothing in the arena is a secret.
func (a *rules) Spectate(watched sim.Seat, view *sim.View) { a.View(watched, view) }

// cross keeps the cell of a ship and of its player as it moves.
func (a *rules) cross(s *Ship) {
	if now := uint16(a.cells.Of(s.at())); now != s.Cell {
		s.Cell = now
		if p := a.players.Get(s.Player); p != nil { // an Ahead has no references
			p.Cell = now
		}
	}
}
