package arena

import "github.com/metronome-server/metronome/sim/geo"

// cells returns the cells of the map; without Cells there are none, and everything
// is in group 0.
func (c *Config) cells() geo.Cells {
	if !c.Cells {
		return geo.Cells{}
	}
	return geo.NewCells(c.Layout.Size, cellShift)
}
