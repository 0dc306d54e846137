package room

import (
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// due reports whether a seat gets a snapshot at this tick. With fewer
// snapshots than ticks, seats are spread over the ticks.
func (r *Room) due(s *seat) bool {
	every := r.mode.SnapshotEvery
	return every <= 1 || !s.welcomed || (int(r.world.Tick())+int(s.number))%every == 0
}

// snapshot writes one seat what it needs, unless its connection is backlogged:
// what it has not taken yet is older than what would be added.
func (r *Room) snapshot(s *seat) {
	now := r.world.Tick()
	if !s.conn.Flush() {
		r.tally.skipped++
		r.tally.backlogged++
		if now.Since(s.wrote) > ticks(r.config.SlowAfter, r.mode.Hz) {
			r.drop(s, netproto.CloseSlow, "snapshots were not read for too long")
		}
		return
	}
	r.out = r.out[:0]
	if !s.welcomed {
		r.out = r.appendWelcome(r.out, s)
	}
	r.out = r.encoder.AppendSnapshot(r.out, &s.viewer, s.number, netproto.Header{
		InputAge: s.buffer.age(now), Slack: int32(s.buffer.slack), Dropped: s.dropped, Pong: s.pong,
	})
	for _, n := range s.lane.unsent() {
		r.out = r.append(r.out, n)
	}
	s.pong = 0
	s.wrote = now
	r.tally.snapshots++
	r.tally.bytes += uint64(len(r.out))
	// A connection that is over says so at its next Poll.
	_ = s.conn.Write(r.out)
}

// appendWelcome appends the first frame of a connection, with a fresh token.
func (r *Room) appendWelcome(b []byte, s *seat) []byte {
	fresh := newToken()
	r.door.swapTokens(s.number, fresh, s.oldToken)
	s.token, s.oldToken = fresh, s.token
	w := &pb.Welcome{
		Room: r.id, Mode: r.mode.Name, Seat: uint32(s.number), TickHz: uint32(r.mode.Hz),
		SnapshotEvery: uint32(max(r.mode.SnapshotEvery, 1)),
		Resume:        fresh, ResumeTicks: uint32(ticks(r.config.ResumeWindow, r.mode.Hz)),
		Schema: r.schema, MaxLead: netproto.MaxLead, Server: r.options.Server, Resumed: s.resumed,
	}
	for _, other := range r.taken {
		if r.door.seats <= rosterSeats {
			w.Roster = append(w.Roster, other.roster())
		}
	}
	s.welcomed, s.resumed = true, false
	return r.appended(netproto.AppendWelcome(b, w))
}

func (r *Room) append(b []byte, n *pb.Notice) []byte {
	return r.appended(netproto.AppendNotice(b, n))
}

// appended logs what cannot be: our own message that does not marshal.
func (r *Room) appended(b []byte, err error) []byte {
	if err != nil {
		r.log.Error("a message could not be written; this is a bug", "err", err)
	}
	return b
}

// drop closes a seat's connection and keeps the seat for its player.
func (r *Room) drop(s *seat, code netproto.CloseCode, reason string) {
	r.hangUp(s, code, reason)
	s.away(r.next)
	r.tell(s)
}

// expire ends what has lasted too long on one seat.
func (r *Room) expire(s *seat) {
	switch s.state {
	case SeatActive:
		if s.conn != nil && r.next.Since(s.heard) > ticks(r.config.SilentAfter, r.mode.Hz) {
			r.drop(s, netproto.CloseSilent, "nothing was sent for too long")
		}
		if !s.overdrew && s.flooding > 0 {
			s.flooding--
		}
	case SeatAway:
		if r.next.Since(s.awayAt) > ticks(r.config.ResumeWindow, r.mode.Hz) {
			s.order = true
		}
	case SeatFree:
	}
}

// publish lets others see how the room is.
func (r *Room) publish() {
	active, away, bots := int64(0), int64(0), int64(0)
	for _, s := range r.taken {
		if s.state == SeatAway {
			away++
		} else {
			active++
		}
		if s.bot {
			bots++
		}
	}
	r.counts.active.Store(active)
	r.counts.away.Store(away)
	r.counts.bots.Store(bots)
	r.counts.backlogged.Store(int64(r.tally.backlogged))
	r.counts.tick.Store(int64(r.world.Tick()))
}
