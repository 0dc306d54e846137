package room

import (
	"context"
	"log/slog"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// resyncsPerSecond is how often a connection may be given keyframes because it
// asked. More often: it waits. Why: ten bytes of a client must not cost the
// keyframe of a whole view every tick.
const resyncsPerSecond = 2

// due reports whether a seat gets a snapshot at this tick. With fewer
// snapshots than ticks, seats are spread over the ticks.
func (r *Room) due(s *seat) bool {
	every := r.mode.SnapshotEvery
	return every <= 1 || !s.welcomed || (int(r.world.Tick())+int(s.number))%every == 0
}

// sendTo writes one seat what it needs, unless its connection is backlogged:
// what it has not taken yet is older than what would be added. It may run
// beside those of other seats.
func (r *Room) sendTo(w *worker, s *seat) {
	if s.conn == nil || !r.due(s) {
		return
	}
	if !s.conn.Flush() {
		w.tally.skipped++
		w.tally.backlogged++
		r.judge(s)
		return
	}
	r.snapshot(w, s)
}

// quiet reports whether a seat need not be told the tick alone: it asked for
// nothing, and has heard from the room lately.
func (r *Room) quiet(s *seat) bool {
	return !s.asked && s.pong == 0 && s.dropped == 0 && !s.lane.pending() &&
		r.world.Tick().Since(s.wrote) < min(ticks(r.config.Quiet, r.mode.Hz), netproto.MaxQuiet)
}

func (r *Room) snapshot(w *worker, s *seat) {
	first, now := !s.welcomed, r.world.Tick()
	if first || s.resync && now.Since(s.keyed)*resyncsPerSecond >= r.mode.Hz {
		s.viewer.Reset()
		s.resync, s.keyed = false, now
	}
	w.out = w.out[:0]
	if first {
		w.out = r.appendWelcome(w.out, s)
	}
	before := len(w.out)
	w.out = r.encoder.AppendSnapshot(w.out, &s.viewer, s.number, netproto.Header{
		InputAge: s.buffer.age(now), Slack: s.buffer.reported(), Dropped: s.dropped, Pong: s.pong, Quiet: r.quiet(s),
	})
	if len(w.out) == before {
		return
	}
	for _, n := range s.lane.take() {
		w.notice.Number, w.notice.Body = n.number, n.body.GetBody()
		w.out = r.appended(netproto.AppendNotice(w.out, &w.notice))
	}
	if err := s.conn.Write(w.out); err != nil {
		r.unsent(w, s, first, err)
		return
	}
	s.pong, s.dropped, s.wrote, s.asked = 0, 0, now, false
	w.tally.snapshots++
	w.tally.bytes += uint64(len(w.out))
}

// unsent takes back a frame that the connection refused: it is over, which its
// next Poll says, or the frame does not fit.
func (r *Room) unsent(w *worker, s *seat, first bool, err error) {
	s.viewer.Reset()
	s.lane.rewind()
	if first {
		s.welcomed = false
	}
	if !s.refused {
		s.refused = true
		level := slog.LevelDebug
		if len(w.out) > netproto.MaxTail-frameHeader {
			level = slog.LevelWarn
		}
		r.log.Log(context.Background(), level, "snapshot refused", "seat", s.number, "bytes", len(w.out), "most", netproto.MaxTail, "err", err)
	}
	w.tally.skipped++
	r.judge(s)
}

// frameHeader is the most that a WebSocket frame adds to a message, bytes.
const frameHeader = 10

// judge has a connection ended that took no snapshot for too long.
func (r *Room) judge(s *seat) {
	s.slow = r.world.Tick().Since(s.wrote) > ticks(r.config.SlowAfter, r.mode.Hz)
}

// appendWelcome appends the first frame of a connection, with a fresh token.
func (r *Room) appendWelcome(b []byte, s *seat) []byte {
	w := &pb.Welcome{
		Room: r.id, Mode: r.mode.Name, Seat: uint32(s.number), TickHz: uint32(r.mode.Hz),
		SnapshotEvery: uint32(max(r.mode.SnapshotEvery, 1)),
		Resume:        r.issue(s), ResumeTicks: uint32(ticks(r.config.ResumeWindow, r.mode.Hz)),
		Schema: r.schema, MaxLead: netproto.MaxLead, Server: r.options.Server, Resumed: s.resumed,
		Roster: r.roster(),
	}
	s.lane.dropRosters()
	s.welcomed, s.greeted = true, r.world.Tick()
	return r.appended(netproto.AppendWelcome(b, w))
}

// appended logs what cannot be: our own message that does not marshal.
func (r *Room) appended(b []byte, err error) []byte {
	if err != nil {
		r.log.Error("a message could not be written; this is a bug", "err", err)
	}
	return b
}
