package room

import pb "github.com/metronome-server/metronome/proto/metronome/v1"

// rosterSeats is the largest room in which everybody is told who sits where.
// Why: the roster goes out with every welcome and every change goes to every
// seat, which grows with the square.
const rosterSeats = 256

// tell sends everybody who sits on a seat now.
func (r *Room) tell(s *seat) {
	if r.door.seats <= rosterSeats {
		r.notify(&pb.Notice{Body: &pb.Notice_Roster{Roster: s.roster()}})
	}
}

// notify puts a notice on every seat's lane.
func (r *Room) notify(n *pb.Notice) {
	for _, s := range r.taken {
		s.lane.add(n)
	}
}

// roster returns who sits where, for a Welcome.
func (r *Room) roster() []*pb.Roster {
	if r.door.seats > rosterSeats {
		return nil
	}
	rows := make([]*pb.Roster, len(r.taken))
	for i, s := range r.taken {
		rows[i] = s.roster()
	}
	return rows
}

var presences = map[SeatState]pb.Presence{
	SeatFree: pb.Presence_PRESENCE_FREE, SeatActive: pb.Presence_PRESENCE_ACTIVE, SeatAway: pb.Presence_PRESENCE_AWAY,
}

func (s *seat) roster() *pb.Roster {
	return &pb.Roster{Seat: uint32(s.number), Name: s.name, Presence: presences[s.state]}
}
