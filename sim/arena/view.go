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
	cx, cy := a.cells.place(p.Cell)
	x0, y0, x1, y1 := cx, cy, cx, cy
	if s := a.ships.Get(p.Ship); s != nil {
		d := sim.Vec{X: unit(letGo), Y: unit(letGo)}
		x0, y0 = a.cells.at(s.at().Sub(d))
		x1, y1 = a.cells.at(s.at().Add(d))
	}
	for y := max(y0-1, 0); y <= min(y1+1, a.cells.rows-1); y++ {
		for x := max(x0-1, 0); x <= min(x1+1, a.cells.columns-1); x++ {
			g := sim.Group(a.cells.group(x, y))
			if beside(x, cx) && beside(y, cy) || view.Saw(g) {
				view.See(g)
			}
		}
	}
}

// Spectate sees what the seat sees: nothing in the arena is a secret.
func (a *rules) Spectate(watched sim.Seat, view *sim.View) { a.View(watched, view) }

func beside(a, b int32) bool { return a-b <= 1 && b-a <= 1 }

// cross keeps the cell of a ship and of its player as it moves.
func (a *rules) cross(s *Ship) {
	if now := a.cells.of(s.at()); now != s.Cell {
		s.Cell = now
		a.players.Get(s.Player).Cell = now
	}
}
