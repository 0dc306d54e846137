package room

import (
	"github.com/metronome-server/metronome/internal/text"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// relayChat sends a line of chat to everybody, or tells the speaker why not. It is
// cleaned only once it may be sent: who floods pays no time of the room's for it.
func (r *Room) relayChat(s *seat, line string) {
	now := roomTime(r.next, r.hz)
	switch {
	case s.chat.full(now, chatBurst, chatEvery):
		r.dropLine(s, "You are writing too fast; that line was not sent.")
	case r.chat.full(now, roomChatBurst, roomChatEvery):
		r.dropLine(s, "Too many are writing at once; that line was not sent.")
	default:
		if line = text.Line(line); line == "" {
			return
		}
		s.chat.used++
		r.chat.used++
		r.notify(&pb.Notice{Body: &pb.Notice_Chat{Chat: &pb.Chat{Seat: uint32(s.number), Name: s.name, Text: line}}})
	}
}

// dropLine drops a line and tells its speaker why, once until they may speak again.
func (r *Room) dropLine(s *seat, why string) {
	r.stats.ChatDropped.Add(1)
	if !s.chat.told {
		s.chat.told = true
		s.notices.add(&pb.Notice{Body: &pb.Notice_Announcement{Announcement: why}})
	}
}

// rosterSeats is the largest room in which everybody is told who sits where.
// Why: the roster goes out with every welcome and every change goes to every
// seat, which grows with the square.
const rosterSeats = 256

// notifyRoster tells everybody who has a seat now.
func (r *Room) notifyRoster(s *seat) {
	if r.door.seats <= rosterSeats {
		r.notify(&pb.Notice{Body: &pb.Notice_Roster{Roster: s.roster()}})
	}
}

// notify puts a notice into the queue of every seat and spectator.
func (r *Room) notify(n *pb.Notice) {
	for _, s := range r.taken {
		s.notices.add(n)
	}
	for _, v := range r.spectators {
		v.notices.add(n)
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
