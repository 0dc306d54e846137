package room

import (
	"errors"

	"github.com/metronome-server/metronome/netproto"
)

const (
	// resyncsPerSecond is how often a connection may be given keyframes because it
	// asked. More often: it waits. Why: ten bytes of a client must not cost the
	// keyframe of a whole view every tick.
	resyncsPerSecond = 2
	// noticeRoom is what a snapshot leaves of a frame when notices wait, bytes.
	// Why 4 KB: chat gets through while the world comes in, and the longest notice
	// fits.
	noticeRoom = 4 << 10
)

// connect gives a seat a new connection, whose life starts with a Welcome and
// keyframes.
func (r *Room) connect(s *seat, conn Conn, resumed bool) {
	l := &link{conn: conn, resumed: resumed, heard: r.next, wrote: r.next}
	l.handle = func(msg []byte) error { return r.receive(s, l, msg) }
	s.link, s.over = l, netproto.CloseError{}
	conn.Attach(r.door.poke)
}

// disconnect closes a seat's connection, if it has one.
func (r *Room) disconnect(s *seat, code netproto.CloseCode, reason string) {
	if s.link != nil {
		s.link.conn.Close(code, reason)
		r.stats.CountClose(code)
		s.link = nil
	}
}

// poll reads one seat's connection. It may run beside those of other seats.
func (r *Room) poll(w *worker, s *seat) {
	l := s.link
	if l == nil {
		return
	}
	l.worker = w
	s.budget.refill(r.elapsed, r.hz)
	l.arrived.end = l.conn.Poll(l.handle)
}

// receive takes one message of a seat. Identity comes from the connection. A
// message over the budget is dropped unread.
func (r *Room) receive(s *seat, l *link, msg []byte) error {
	l.heard = r.next
	if s.budget.left <= 0 {
		return r.dropMessage(s, l)
	}
	s.budget.left--
	f := &l.worker.frame
	if err := netproto.ReadClientFrame(msg, f); err != nil {
		return err
	}
	l.arrived.frame = true
	if len(f.Inputs) > 0 {
		r.receiveInputs(s, l, f.Inputs)
	}
	if f.Chat != "" {
		l.arrived.lines = append(l.arrived.lines, f.Chat)
	}
	if f.Ping != 0 {
		l.pong = f.Ping
	}
	for i := range f.Commands {
		if err := r.receiveCommand(s, &f.Commands[i]); err != nil {
			return err
		}
		l.asked = true
	}
	l.resync = l.resync || f.Resync
	if f.Who != 0 {
		l.arrived.who = append(l.arrived.who, f.Who)
	}
	l.arrived.leaves = l.arrived.leaves || f.Leave
	s.notices.ack(f.NoticeAck)
	return nil
}

func (r *Room) receiveInputs(s *seat, l *link, inputs []netproto.Input) {
	l.asked = true
	if s.inputs == nil {
		s.inputs = newInputBuffer(r.fields, r.hz)
	}
	s.budget.left -= len(inputs) - 1
	for i := range inputs {
		if inputs[i].BoundSeen(r.next, l.welcomed, l.shown, r.hz) {
			l.worker.tally.unseen++
		}
		v := s.inputs.put(&inputs[i], r.next)
		l.worker.tally.inputs[v]++
		if s.trace != nil {
			s.trace.addArrival(inputs[i].Tick, r.next, v, s.inputs.oldest)
		}
		if v != onTime {
			l.dropped++
		}
		// Only the Welcome's frame can have told the client that this tick comes.
		if l.welcomed != 0 && s.tokens.confirmed != s.tokens.newest && inputs[i].Tick > l.welcomed {
			r.confirmToken(s, s.tokens.newest.text)
			l.spoke = true // even if the connection ends with the same tick
		}
	}
}

// dropMessage drops a message unread, and ends a connection that keeps sending
// too many.
func (r *Room) dropMessage(s *seat, l *link) error {
	l.dropped++
	l.unread = true
	l.worker.tally.dropped++
	if s.trace != nil {
		s.trace.add(Arrival{Fate: FateDropped})
	}
	if s.budget.exhaust() <= ticks(r.config.FloodAfter, r.hz) {
		return nil
	}
	return &netproto.CloseError{Code: netproto.CloseFlood, Reason: "more than one input per tick for too long; the server uses one"}
}

// takeArrivals carries out what a seat's messages, or their end, mean to others.
func (r *Room) takeArrivals(s *seat) {
	if s.link == nil {
		return
	}
	l := s.link
	a := &l.arrived
	if a.frame && a.end == nil && l.welcomed != 0 {
		l.spoke = true // who sends and closes before reading anything, has not
	}
	a.frame = false
	for _, line := range a.lines {
		r.relayChat(s, line)
	}
	clear(a.lines)
	a.lines = a.lines[:0]
	for _, about := range a.who {
		r.answerWho(&s.notices, about)
	}
	a.who = a.who[:0]
	if a.leaves {
		r.departing = append(r.departing, s)
	}
	if a.end != nil {
		r.loseLink(s, a.end)
	}
}

// loseLink deals with a connection that is over: the seat is kept for its player
// unless coming back is pointless.
func (r *Room) loseLink(s *seat, err error) {
	end := &netproto.CloseError{Code: netproto.CloseLost}
	errors.As(err, &end)
	r.stats.CountClose(end.Code)
	r.log.Debug("connection over", "seat", s.number, "name", s.name, "code", end.Code.String(), "reason", end.Reason)
	spoke := s.link.spoke
	s.link, s.over = nil, *end
	if end.Code.Info().Comeback == netproto.Never {
		r.departing = append(r.departing, s)
		return
	}
	r.keepAway(s, spoke)
}

// keepAway keeps the seat for a player whose connection is over, unless nobody
// has ever spoken on it: a socket that was opened and closed must not hold a seat
// that its own player may want next. A connection that never spoke does not begin
// the resume window anew.
func (r *Room) keepAway(s *seat, spoke bool) {
	if spoke {
		s.played, s.awayAt = true, r.next
	}
	if !s.played {
		r.departing = append(r.departing, s)
		return
	}
	s.to(SeatAway)
	r.tellOf(s, EventCut, s.over.Code, s.over.Reason)
	r.door.seatUser(s.who.User, s.number, false)
	r.notifyRoster(s)
}

// sendTo writes one seat what it needs, unless its connection is backlogged:
// what it has not taken yet is older than what would be added. It may run
// beside those of other seats.
func (r *Room) sendTo(w *worker, s *seat) {
	l := s.link
	if l == nil || !r.snapshotDue(s, l) {
		return
	}
	// The last tick of a match goes out to whoever is slow too, as no later one
	// could tell them how it ended.
	if clear := l.conn.Flush(); !clear && !r.ends() {
		w.tally.skipped++
		w.tally.backlogged++
		l.block(r.world.Tick())
		return
	}
	r.writeSnapshot(w, s, l)
}

// ends reports whether this tick's snapshots are the room's last here.
func (r *Room) ends() bool { return r.matchOver != nil || r.moved.URL != "" }

// snapshotDue reports whether a seat gets a snapshot at this tick. With fewer
// snapshots than ticks, seats are spread over the ticks.
func (r *Room) snapshotDue(s *seat, l *link) bool {
	every := r.mode.SnapshotEvery
	return every <= 1 || l.welcomed == 0 || r.ends() || (int(r.world.Tick())+int(s.number))%every == 0
}

// quiet reports whether a seat need not be told the tick alone: it asked for
// nothing, and has heard from the room lately.
func (r *Room) quiet(s *seat, l *link) bool {
	return r.moved.URL == "" && !l.asked && l.acked == s.commands.acked() && l.pong == 0 && l.dropped == 0 && !s.notices.pending(l.noticed) &&
		r.world.Tick().Since(l.wrote) < r.longestQuiet()
}

// longestQuiet is for how many ticks a connection to which nothing happens hears
// nothing.
func (r *Room) longestQuiet() int { return min(ticks(r.config.Quiet, r.hz), netproto.MaxQuiet) }

func (r *Room) writeSnapshot(w *worker, s *seat, l *link) {
	now, first := r.world.Tick(), l.welcomed == 0
	if first || l.resync && now.Since(l.keyed)*resyncsPerSecond >= r.hz {
		l.viewer.Reset()
		l.resync, l.keyed = false, now
	}
	w.out = w.out[:0]
	if first {
		w.out = r.appendWelcome(w.out, s, l)
	}
	before := len(w.out)
	acked := s.commands.acked()
	most := netproto.MaxFrame - before
	if s.notices.pending(l.noticed) {
		most -= noticeRoom
	}
	w.out = r.encoder.AppendSnapshot(w.out, &l.viewer, s.number, netproto.Header{
		InputAge: s.inputs.age(now), Slack: s.inputs.reported(), Dropped: l.dropped, Pong: l.pong, Quiet: r.quiet(s, l), Most: most,
		Commanded: ackToTell(acked, l.acked, first),
	})
	if len(w.out) == before {
		l.shown = now // as predicted
		return
	}
	noticed := r.appendNotices(w, &s.notices, l.noticed)
	if err := l.conn.Write(w.out); err != nil {
		l.viewer.Reset()
		w.tally.skipped++
		l.block(now)
		r.logRefused(s, l, len(w.out), err)
		return
	}
	if first {
		l.welcomed = now
	}
	l.acked = acked
	l.noticed, l.pong, l.dropped, l.wrote, l.shown, l.asked, l.blocked = noticed, 0, 0, now, now, false, 0
	w.tally.snapshots++
	w.tally.bytes += uint64(len(w.out))
}

// ackToTell returns what a snapshot says of the last command that was dealt with:
// 0, nothing, when the connection knows.
func ackToTell(acked, known uint32, first bool) uint32 {
	if acked == known && !first {
		return 0
	}
	return acked
}

// appendNotices appends the notices that did not go out on a link, which has them up
// to noticed, as many as fit the frame, and returns the number of the last.
func (r *Room) appendNotices(w *worker, q *noticeQueue, noticed uint32) uint32 {
	if r.moved.URL != "" { // what waits is told where the room goes on
		w.out = r.logged(netproto.AppendNotice(w.out, r.movedNotice(q.number)))
		return q.number
	}
	for _, n := range q.take(noticed) {
		end := len(w.out)
		w.notice.Number, w.notice.Body = n.number, n.body.GetBody()
		w.out = r.logged(netproto.AppendNotice(w.out, &w.notice))
		if len(w.out) > netproto.MaxFrame {
			w.out = w.out[:end]
			break
		}
		noticed = n.number
	}
	return noticed
}

// logRefused logs, once, a frame that the connection refused: it is over, as its
// next Poll says.
func (r *Room) logRefused(s *seat, l *link, size int, err error) {
	if !l.refused {
		l.refused = true
		r.log.Debug("snapshot refused", "seat", s.number, "name", s.name, "bytes", size, "err", err)
	}
}

// appendWelcome appends the first frame of a connection, with a fresh token.
func (r *Room) appendWelcome(b []byte, s *seat, l *link) []byte {
	w := r.welcome()
	w.Seat, w.Resumed = uint32(s.number), l.resumed
	w.Resume, w.ResumeTicks = r.issueToken(s), uint32(ticks(r.config.ResumeWindow, r.hz))
	s.notices.dropRosters()
	return r.logged(netproto.AppendWelcome(b, w))
}

// logged logs what cannot be: our own message that does not marshal.
func (r *Room) logged(b []byte, err error) []byte {
	if err != nil {
		r.log.Error("a message could not be written; this is a bug", "err", err)
	}
	return b
}
