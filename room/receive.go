package room

import (
	"errors"

	"github.com/metronome-server/metronome/netproto"
)

const (
	// burstGain is how much a seat's budget of messages and inputs grows per
	// tick; it holds a second's worth. Why 2: a client that catches up after a
	// stall sends faster than the room ticks, and one that runs ahead by 5 %
	// does so for long; twice the rate is neither.
	burstGain = 2
)

// receive takes one message of a seat. Identity comes from the connection.
func (r *Room) receive(s *seat, msg []byte) error {
	s.heard = r.next
	if s.oldToken != "" && s.welcomed {
		r.door.swapTokens(s.number, "", s.oldToken)
		s.oldToken = ""
	}
	if s.budget <= 0 {
		return r.overdraw(s)
	}
	s.budget--
	f := &r.frame
	if err := netproto.ReadClientFrame(msg, f); err != nil {
		return err
	}
	s.budget -= max(len(f.Inputs)-1, 0)
	for i := range f.Inputs {
		v := s.buffer.put(&f.Inputs[i], r.next, r.fields)
		r.tally.inputs[v]++
		if v != onTime {
			s.dropped++
		}
	}
	if f.Chat != "" {
		r.say(s, f.Chat)
	}
	if f.Ping != 0 {
		s.pong = f.Ping
	}
	if f.Resync {
		s.viewer.Reset()
	}
	s.lane.ack(f.NoticeAck)
	s.order = s.order || f.Leave
	return nil
}

// overdraw drops a message unread, and ends a connection that keeps it up.
func (r *Room) overdraw(s *seat) error {
	s.dropped++
	r.tally.dropped++
	if s.overdrew {
		return nil
	}
	s.overdrew = true
	if s.flooding++; s.flooding <= ticks(r.config.FloodAfter, r.mode.Hz) {
		return nil
	}
	return &netproto.CloseError{Code: netproto.CloseFlood, Reason: "more than one input per tick for too long; the server uses one"}
}

// lost deals with a connection that is over: the seat is kept for its player
// unless coming back is pointless.
func (r *Room) lost(s *seat, err error) {
	end := &netproto.CloseError{Code: netproto.CloseLost}
	errors.As(err, &end)
	r.stats.CountClose(end.Code)
	r.log.Debug("connection over", "seat", s.number, "code", end.Code.String(), "reason", end.Reason)
	s.conn = nil
	if end.Code.Info().Comeback == netproto.Never {
		s.order = true // leaves in admit, with the others
		return
	}
	s.away(r.next)
	r.tell(s)
}
