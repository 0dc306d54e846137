package main

import (
	"fmt"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// ship is what everybody sees of a player, and the input that made it so.
type ship struct {
	id     uint32 // 0: there is none
	seat   uint32
	x, y   int32 // 1/256 unit
	aim    uint8 // 256 to the circle
	health uint8
	dx, dy int8
}

// look finds the players' ships.
type look struct {
	x, y, aim, health, seat netproto.Place
	dx, dy                  int // input fields
	ships                   []ship
}

func newLook(schema *pb.Schema) (*look, error) {
	l := &look{dx: -1, dy: -1}
	for name, place := range map[string]*netproto.Place{"x": &l.x, "y": &l.y, "aim": &l.aim, "health": &l.health, "seat": &l.seat} {
		var ok bool
		if *place, ok = netproto.Find(schema, "ship", name); !ok || place.Own {
			return nil, fmt.Errorf("ships have no public column %q", name)
		}
	}
	for i, f := range schema.GetInput() {
		switch f.GetName() {
		case "dx":
			l.dx = i
		case "dy":
			l.dy = i
		}
	}
	if l.dx < 0 || l.dy < 0 {
		return nil, fmt.Errorf("the input has no fields dx and dy")
	}
	return l, nil
}

// own returns the players' ships by seat, from 0, each as its player sees it.
func (l *look) own(players []*player) []ship {
	ships := make([]ship, len(players))
	for i, p := range players {
		for _, s := range l.seen(p) {
			if s.seat == uint32(p.view.Seat) {
				ships[i] = s
			}
		}
		ships[i].dx, ships[i].dy = int8(p.in[l.dx]), int8(p.in[l.dy])
	}
	return ships
}

// seen returns all ships that a player sees, until it is called again.
func (l *look) seen(p *player) []ship {
	l.ships = l.ships[:0]
	for list := range p.view.Mirror.Lists(l.seat.Table) {
		xs, ys := list.Column(l.x.Column), list.Column(l.y.Column)
		seats, aims, healths := list.Column(l.seat.Column), list.Column(l.aim.Column), list.Column(l.health.Column)
		for row, id := range list.IDs() {
			l.ships = append(l.ships, ship{
				id: id, seat: seats[row], x: int32(xs[row]), y: int32(ys[row]), aim: uint8(aims[row]), health: uint8(healths[row]),
			})
		}
	}
	return l.ships
}
