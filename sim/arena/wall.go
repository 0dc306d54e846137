package arena

import "github.com/metronome-server/metronome/sim"

// Wall is a row of the table wall: a rectangle from X, Y to X+W, Y+H. The rows
// are there from the start and never change.
type Wall struct {
	X, Y, W, H sim.Fixed
	Cell       uint16 `wire:"local"`
}

// addWalls fills the table wall.
func (a *rules) addWalls() {
	for _, w := range a.cfg.Layout.Walls {
		d := w.Max.Sub(w.Min)
		a.walls.Add(Wall{w.Min.X, w.Min.Y, d.X, d.Y, uint16(a.cells.Of(w.Min))})
	}
}
