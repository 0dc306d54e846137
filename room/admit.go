package room

import (
	"slices"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// enter lets in one connection: onto a free seat or back onto its own.
func (r *Room) enter(e entry) {
	if e.guest.Resume != "" {
		r.resume(e)
		return
	}
	s := r.freeSeat()
	if s == nil { // cannot be: passes are bounded by free seats
		e.conn.Attach()
		e.conn.Close(netproto.CloseRoomFull, ErrFull.Error())
		r.door.admitted()
		r.door.freed()
		return
	}
	r.door.admitted()
	s.sit(e.guest.Name, e.guest.Bot, e.conn, r.next)
	if s.name == "" {
		s.name = "player"
	}
	at, _ := slices.BinarySearchFunc(r.taken, s.number, bySeat)
	r.taken = slices.Insert(r.taken, at, s)
	if err := r.world.Join(s.number); err != nil {
		r.fail(err)
		return
	}
	r.step.Joins = append(r.step.Joins, s.number)
	r.stats.Joins.Add(1)
	r.log.Debug("joined", "seat", s.number, "name", s.name)
	r.tell(s)
}

// resume puts a new connection on the seat that its token takes back, even
// while the old connection still looks alive.
func (r *Room) resume(e entry) {
	number := r.door.seatOf(e.guest.Resume)
	if number == 0 {
		e.conn.Attach()
		e.conn.Close(netproto.CloseResumeStale, ErrResumeStale.Error())
		r.stats.CountClose(netproto.CloseResumeStale)
		return
	}
	s := &r.seats[number]
	r.hangUp(s, netproto.CloseReplaced, "the seat was taken back on another connection")
	if s.state == SeatAway {
		s.to(SeatActive)
	}
	s.connect(e.conn, r.next)
	s.resumed = true
	r.stats.Resumes.Add(1)
	r.tell(s)
}

func (r *Room) freeSeat() *seat {
	for i := 1; i < len(r.seats); i++ {
		if r.seats[i].state == SeatFree {
			return &r.seats[i]
		}
	}
	return nil
}

func bySeat[N ~uint16](s *seat, number N) int { return int(s.number) - int(number) }

// leave frees a seat whose connection is over.
func (r *Room) leave(s *seat) {
	number, tokens := s.number, []string{s.token, s.oldToken}
	at, _ := slices.BinarySearchFunc(r.taken, number, bySeat)
	r.taken = slices.Delete(r.taken, at, at+1)
	s.free()
	r.door.freed(tokens...)
	r.world.Leave(number)
	r.step.Leaves = append(r.step.Leaves, number)
	r.tell(s)
}

// rosterSeats is the largest room in which everybody is told who sits where.
// Why: the roster goes out with every welcome and every change goes to every
// seat, which grows with the square.
const rosterSeats = 256

// tell sends everybody who sits on a seat now.
func (r *Room) tell(s *seat) {
	if r.door.seats > rosterSeats {
		return
	}
	r.notify(&pb.Notice{Body: &pb.Notice_Roster{Roster: s.roster()}})
}

// notify puts a notice on every seat's lane.
func (r *Room) notify(n *pb.Notice) {
	for _, s := range r.taken {
		s.lane.add(n)
	}
}

var presences = map[SeatState]pb.Presence{
	SeatFree: pb.Presence_PRESENCE_FREE, SeatActive: pb.Presence_PRESENCE_ACTIVE, SeatAway: pb.Presence_PRESENCE_AWAY,
}

func (s *seat) roster() *pb.Roster {
	return &pb.Roster{Seat: uint32(s.number), Name: s.name, Presence: presences[s.state]}
}
