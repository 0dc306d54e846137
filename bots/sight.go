package bots

import (
	"errors"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// sight is what a fighter sees besides its own ship: others, walls, pickups. Of
// the last two it remembers what it saw, as they do not move.
type sight struct {
	health, team, safe    netproto.Place // of ships
	wallX, wallY          netproto.Place
	wallW, wallH          netproto.Place
	pickX, pickY, pickBck netproto.Place
	walls                 []box
	looked                sim.Tick
}

// shipRadius is how far from a wall a ship's middle stays, units.
const shipRadius = 16

func newSight(schema *pb.Schema) (sight, error) {
	var s sight
	var faults []error
	for _, c := range []struct {
		at            *netproto.Place
		table, column string
	}{
		{&s.health, "ship", "health"}, {&s.team, "ship", "team"}, {&s.safe, "ship", "safeuntil"},
		{&s.wallX, "wall", "x"}, {&s.wallY, "wall", "y"}, {&s.wallW, "wall", "w"}, {&s.wallH, "wall", "h"},
		{&s.pickX, "pickup", "x"}, {&s.pickY, "pickup", "y"}, {&s.pickBck, "pickup", "backat"},
	} {
		p, err := column(schema, c.table, c.column)
		*c.at = p
		faults = append(faults, err)
	}
	return s, errors.Join(faults...)
}

// look remembers the walls in view, grown so that a ship's middle can be judged.
func (s *sight) look(m *netproto.Mirror) {
	s.walls, s.looked = s.walls[:0], m.Tick()
	for l := range m.Lists(s.wallX.Table) {
		xs, ys, ws, hs := l.Column(s.wallX.Column), l.Column(s.wallY.Column), l.Column(s.wallW.Column), l.Column(s.wallH.Column)
		for i := range xs {
			low := pointOf(sim.Vec{X: sim.Fixed(xs[i]), Y: sim.Fixed(ys[i])})
			size := pointOf(sim.Vec{X: sim.Fixed(ws[i]), Y: sim.Fixed(hs[i])})
			const r = shipRadius
			s.walls = append(s.walls, box{point{low.x - r, low.y - r}, point{low.x + size.x + r, low.y + size.y + r}})
		}
	}
}

// clear reports whether no wall is in the way.
func (s *sight) clear(from, to point) bool {
	for i := range s.walls {
		if s.walls[i].crosses(from, to) {
			return false
		}
	}
	return true
}

// pickup returns the nearest one that lies there, no farther than most.
func (s *sight) pickup(m *netproto.Mirror, from point, most float64) (best point, found bool) {
	for l := range m.Lists(s.pickX.Table) {
		xs, ys, back := l.Column(s.pickX.Column), l.Column(s.pickY.Column), l.Column(s.pickBck.Column)
		for i := range xs {
			at := pointOf(sim.Vec{X: sim.Fixed(xs[i]), Y: sim.Fixed(ys[i])})
			if d := from.to(at).length(); back[i] <= uint32(m.Tick()) && d < most {
				best, most, found = at, d, true
			}
		}
	}
	return best, found
}
