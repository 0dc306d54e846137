package client

import (
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// lane is the receiving end of what a seat must not miss: each notice once, in
// order, acknowledged with the next frame.
type lane struct {
	last  uint32 // number of the newest notice that came
	acked uint32
}

// take reports whether a notice is new.
func (l *lane) take(number uint32) bool {
	if number <= l.last {
		return false
	}
	l.last = number
	return true
}

func (l *lane) unacked() bool { return l.acked != l.last }

// takeAck returns what to acknowledge, 0 for nothing.
func (l *lane) takeAck() uint32 {
	if l.acked == l.last {
		return 0
	}
	l.acked = l.last
	return l.last
}

// notice takes one notice. A resume brings those again that the server does not
// know to have come.
func (s *Session) notice(n *pb.Notice) {
	if !s.lane.take(n.GetNumber()) {
		return
	}
	if r := n.GetRoster(); r != nil {
		if r.GetPresence() == pb.Presence_PRESENCE_FREE {
			delete(s.roster, r.GetSeat())
		} else {
			s.roster[r.GetSeat()] = r
		}
	}
	if list := n.GetNodes(); list != nil {
		s.nodes = list.GetUrl()
	}
	if moved := n.GetMoved(); moved != nil {
		s.moved = moved.GetUrl()
	}
	if s.Hooks.Notice != nil {
		s.Hooks.Notice(n)
	}
}
