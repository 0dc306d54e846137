package arena

import "github.com/metronome-server/metronome/sim"

// radarShift is log2 of a radar cell's side in 1/256: 512 units.
const radarShift = 17

// radar finds ships near a point. It is filled at most once per step, when
// first asked, so that peaceful steps do not pay for it. Ships that moved or
// appeared since are not where it says: ask with a margin.
type radar struct {
	grid   *sim.Grid
	ships  []*Ship
	refs   []sim.Ref
	filled bool
}

func newRadar(size sim.Vec, seats int) *radar {
	return &radar{grid: sim.NewGrid(size.X, size.Y, radarShift), ships: make([]*Ship, 0, seats), refs: make([]sim.Ref, 0, seats)}
}

// fill takes in all ships, the first time in a step.
func (r *radar) fill(ships *sim.Table[Ship]) {
	if r.filled {
		return
	}
	r.filled = true
	r.grid.Reset()
	r.ships, r.refs = r.ships[:0], r.refs[:0]
	for ref, s := range ships.All {
		r.grid.Put(int32(len(r.ships)), s.at())
		r.ships, r.refs = append(r.ships, s), append(r.refs, ref)
	}
	r.grid.Build()
}
