package room

import (
	"errors"

	"github.com/metronome-server/metronome/netproto"
)

const (
	// burstGain is how much a seat's budget of messages and inputs grows per
	// tick. Why 2: a client that catches up after a stall sends faster than the
	// room ticks, and one that runs ahead by 5 % does so for long; twice the
	// rate is neither.
	burstGain = 2
	// burstSeconds is how many seconds' worth of inputs a seat may save up. Why
	// 2: a stall of a second costs nobody an input.
	burstSeconds = 2
)

// poll reads one seat's connection. It may run beside those of other seats.
func (r *Room) poll(w *worker, s *seat) {
	if s.conn == nil {
		return
	}
	s.worker = w
	s.overdrew = false
	s.budget = min(s.budget+burstGain, burstSeconds*r.mode.Hz)
	s.ended = s.conn.Poll(s.handle)
}

// heed does what a seat's messages, or their end, mean to others.
func (r *Room) heed(s *seat) {
	for _, line := range s.said {
		r.say(s, line)
	}
	clear(s.said)
	s.said = s.said[:0]
	if err := s.ended; err != nil {
		s.ended = nil
		r.lost(s, err)
	}
}

// receive takes one message of a seat. Identity comes from the connection. A
// message over the budget is dropped unread.
func (r *Room) receive(s *seat, msg []byte) error {
	s.heard = r.next
	if s.budget <= 0 {
		return r.overdraw(s)
	}
	s.budget--
	f := &s.worker.frame
	if err := netproto.ReadClientFrame(msg, f); err != nil {
		return err
	}
	if len(f.Inputs) > 0 {
		r.receiveInputs(s, f.Inputs)
	}
	if f.Chat != "" {
		s.said = append(s.said, f.Chat)
	}
	if f.Ping != 0 {
		s.pong = f.Ping
	}
	s.resync = s.resync || f.Resync
	s.leaving = s.leaving || f.Leave
	s.lane.ack(f.NoticeAck)
	return nil
}

func (r *Room) receiveInputs(s *seat, inputs []netproto.Input) {
	s.asked = true
	if s.buffer == nil {
		s.buffer = newBuffer(r.fields)
	}
	s.budget -= len(inputs) - 1
	for i := range inputs {
		v := s.buffer.put(&inputs[i], r.next)
		s.worker.tally.inputs[v]++
		if s.trace != nil {
			s.trace.arrive(inputs[i].Tick, r.next, v)
		}
		if v != onTime {
			s.dropped++
		}
		// Only the Welcome's frame can have told the client that this tick comes.
		if s.welcomed && s.tokens.sure != s.tokens.newest && inputs[i].Tick > s.greeted {
			r.shown(s, s.tokens.newest)
		}
	}
}

// overdraw drops a message unread, and ends a connection that keeps it up.
func (r *Room) overdraw(s *seat) error {
	s.dropped++
	s.worker.tally.dropped++
	if s.trace != nil {
		s.trace.note(Arrival{Fate: FateDropped})
	}
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
		s.leaving = true // leaves in admit, with the others
		return
	}
	r.away(s)
}

// away keeps the seat for a player whose connection is over.
func (r *Room) away(s *seat) {
	s.to(SeatAway)
	s.conn, s.awayAt = nil, r.next
	r.tell(s)
}

// hangUp closes a seat's connection, if it has one.
func (r *Room) hangUp(s *seat, code netproto.CloseCode, reason string) {
	if s.conn != nil {
		s.conn.Close(code, reason)
		r.stats.CountClose(code)
		s.conn = nil
	}
}

// drop closes a seat's connection and keeps the seat for its player.
func (r *Room) drop(s *seat, code netproto.CloseCode, reason string) {
	r.hangUp(s, code, reason)
	r.away(s)
}
