package bots

import (
	"errors"
	"math"
	"slices"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// pilot is what behaviours of a ship that flies have in common: the stick
// (input fields dx, dy), the aim, and where the own ship is (columns x, y and
// seat of a table ship).
type pilot struct {
	dx, dy, aim int // input fields
	x, y, seat  netproto.Place
	row         int // where the own ship was last in its list
}

func newPilot(schema *pb.Schema) (pilot, error) {
	var p pilot
	var faults [6]error
	p.dx, faults[0] = inputField(schema, "dx")
	p.dy, faults[1] = inputField(schema, "dy")
	p.aim, faults[2] = inputField(schema, "aim")
	p.x, faults[3] = column(schema, "ship", "x")
	p.y, faults[4] = column(schema, "ship", "y")
	p.seat, faults[5] = column(schema, "ship", "seat")
	return p, errors.Join(faults[:]...)
}

// self returns where the own ship is in the mirror; false while there is none.
func (p *pilot) self(v *View) (*netproto.List, int, bool) {
	if v.Mirror == nil {
		return nil, 0, false
	}
	for l := range v.Mirror.Lists(p.seat.Table) {
		seats := l.Column(p.seat.Column)
		if p.row < len(seats) && seats[p.row] == uint32(v.Seat) {
			return l, p.row, true
		}
		if i := slices.Index(seats, uint32(v.Seat)); i >= 0 {
			p.row = i
			return l, i, true
		}
	}
	return nil, 0, false
}

// at is where the ship in row i of l is.
func (p *pilot) at(l *netproto.List, i int) sim.Vec {
	return sim.Vec{X: sim.Fixed(l.Column(p.x.Column)[i]), Y: sim.Fixed(l.Column(p.y.Column)[i])}
}

// fly sets the stick to full speed in a direction, radians.
func (p *pilot) fly(in []int32, direction float64) {
	in[p.dx] = int32(math.Round(127 * math.Cos(direction)))
	in[p.dy] = int32(math.Round(127 * math.Sin(direction)))
}

// face points the weapons in a direction, radians.
func (p *pilot) face(in []int32, direction float64) {
	in[p.aim] = int32(uint16(int64(math.Round(direction / (2 * math.Pi) * 65536))))
}
