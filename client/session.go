package client

import (
	"fmt"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// Hooks are what a session calls while it receives. Any may be nil.
type Hooks struct {
	// Event is called for each event in view.
	Event func(netproto.Event)
	// Notice is called once for each chat line, roster change or announcement.
	Notice func(*pb.Notice)
	// Ack is called for each input once a snapshot has counted it, with the time
	// from sending the input to receiving the snapshot.
	Ack func(time.Duration)
	// Moved is called once the room has gone on at another node, at its Welcome there,
	// with the time from the last frame of where it was to this one.
	Moved func(time.Duration)
}

// Counts is what a session has done so far.
type Counts struct {
	// Snapshots and their payload, bytes.
	Snapshots, Bytes uint64
	// Inputs sent.
	Inputs uint64
	// Commands given, each counted once however often it was sent.
	Commands uint64
	// Resyncs are gaps found, each answered by asking for keyframes.
	Resyncs uint64
	// Welcomes are connections, Resumed those that took the seat back.
	Welcomes, Resumed uint64
	// Moves is how often the room went on at another node with this player in it, and
	// LongestMove the longest time without a frame of those.
	Moves       uint64
	LongestMove time.Duration
}

// Session is one player's side of a room: what came and what is to be sent. It
// has no socket, clock or goroutine; one goroutine at a time may use it. The
// zero value waits for a Welcome; set Hooks before.
type Session struct {
	Hooks  Hooks
	Counts Counts
	// Loose: inputs can be sent at any time, so that steering moves them by less
	// than a tick. Otherwise they come at fixed times and only their ticks move.
	Loose bool
	// Blind: no mirror is kept, which halves what a player of a load test costs.
	// Only the order of frames is watched. Set before the first frame.
	Blind bool

	welcome *pb.Welcome
	roster  map[uint32]*pb.Roster
	mirror  *netproto.Mirror
	order   netproto.Order // while Blind
	frame   netproto.ServerFrame
	heard   time.Time // when the last frame of this connection came
	parted  time.Time // when the last one of the connection before came
	nodes   []string  // where else the lobby may be asked
	moved   string    // the room's URL where it goes on, until its welcome; "": where it was
	epoch   uint64    // under which a node was said to have the room; 0: nobody was asked
	resume  string    // takes the seat back; empty: there is none to take back
	kept    time.Time // until when, if nothing more is heard of it
	watched sim.Seat  // whose view a spectator has
	greeted bool      // this connection's welcome has come
	dropped uint32

	out    netproto.ClientFrame
	lane   lane
	ping   pinger
	resync resyncer
	clock  inputClock
	acks   acks

	commands commands
}

// Welcome is the last one; nil before the first frame of a connection.
func (s *Session) Welcome() *pb.Welcome { return s.welcome }

// Mirror is what the seat sees; nil before the Welcome, and while Blind.
func (s *Session) Mirror() *netproto.Mirror { return s.mirror }

// Synced reports whether no frame is missing, so that the mirror is up to date.
func (s *Session) Synced() bool {
	if s.Blind {
		return s.order.Synced()
	}
	return s.mirror != nil && s.mirror.Synced()
}

// Seat is this player's; 0 before the Welcome, and a spectator's.
func (s *Session) Seat() sim.Seat { return sim.Seat(s.welcome.GetSeat()) }

// Period is the time of one tick; 0 before the Welcome.
func (s *Session) Period() time.Duration {
	if hz := s.welcome.GetTickHz(); hz > 0 {
		return time.Second / time.Duration(hz)
	}
	return 0
}

// Rests reports whether the room has no ticks of its own: it steps, and sends,
// only when something happens.
func (s *Session) Rests() bool { return s.welcome.GetRests() }

// SilentAfter is how long nothing may come from the room.
func (s *Session) SilentAfter() time.Duration {
	if s.Rests() {
		return restSilence
	}
	return SilentAfter
}

// Tick is the tick of the last snapshot.
func (s *Session) Tick() sim.Tick { return s.frame.Tick }

// Heard is when the last snapshot came.
func (s *Session) Heard() time.Time { return s.heard }

// Slack is what the last snapshot reported, ticks.
func (s *Session) Slack() int { return int(s.frame.Slack) }

// Dropped is how many inputs the server could not use, in all.
func (s *Session) Dropped() uint32 { return s.dropped }

// RTT is the shortest round trip seen, of the handshake or a ping. A ping's
// answer waits for the next tick, so it is up to one longer than the network's.
func (s *Session) RTT() time.Duration { return s.ping.best }

// Roster is who sits on a seat; nil for nobody, or in rooms too large for it.
func (s *Session) Roster(seat sim.Seat) *pb.Roster { return s.roster[uint32(seat)] }

// Resume is the token that takes the seat back on another connection; empty when
// there is no such seat.
func (s *Session) Resume() string { return s.resume }

// Nodes are the base URLs of other nodes, whose lobby may be asked when this one
// is gone: for Lobby.Learn.
func (s *Session) Nodes() []string { return s.nodes }

// Moved is the URL of the room where it goes on, when the server has moved it to another
// node: the seat is taken back there. Empty: where it was, also once that is done.
func (s *Session) Moved() string { return s.moved }

// CanResume reports whether the room may still keep the seat: for the time that
// the Welcome says, after the room has noticed that its client is gone. It is
// true of a seat that is being played.
func (s *Session) CanResume(now time.Time) bool { return s.resume != "" && now.Before(s.kept) }

// ForgetSeat tells the session that its seat is given up and another is looked for.
func (s *Session) ForgetSeat() { s.resume = "" }

// Connected tells the session that a new connection begins, which took rtt to
// open. What was sent on the one before may be lost; the server says.
func (s *Session) Connected(rtt time.Duration) {
	s.ping.connected(rtt)
	s.clock.started = false
	if !s.heard.IsZero() {
		s.parted = s.heard
	}
	s.heard, s.greeted, s.watched = time.Time{}, false, 0
}

// Receive takes one binary message. A gap is no error: the session asks for
// keyframes. Errors: *netproto.CloseError with CloseProtocol; the connection is
// of no more use.
func (s *Session) Receive(msg []byte, now time.Time) error {
	f := &s.frame
	if err := netproto.ReadServerFrame(msg, f); err != nil {
		return protocolError("not a ServerFrame: %v", err)
	}
	switch {
	case f.Welcome != nil:
		moved := s.moved != ""
		if err := s.greet(f.Welcome); err != nil {
			return err
		}
		if moved && (s.welcome.GetResumed() || s.Spectating()) {
			s.arrive(now)
		}
	case !s.greeted:
		return protocolError("a frame before the welcome")
	}
	s.heard = now
	s.kept = now.Add(s.SilentAfter() + time.Duration(s.welcome.GetResumeTicks())*s.Period())
	s.Counts.Snapshots++
	s.Counts.Bytes += uint64(len(msg))
	s.dropped += f.Dropped
	s.commands.ack(f.Commanded)
	if f.Watched != 0 {
		s.watched = f.Watched
	}
	if err := s.follow(f); err != nil {
		if s.resync.gap(now) {
			s.Counts.Resyncs++
		}
	} else {
		s.resync.done()
	}
	for _, n := range f.Notices {
		s.notice(n)
	}
	s.ping.pong(f.Pong, now)
	s.clock.hear(f, now)
	s.acks.receive(f, now, s.Hooks.Ack)
	return nil
}

// follow brings the mirror, if there is one, to the frame's tick.
func (s *Session) follow(f *netproto.ServerFrame) error {
	if s.Blind {
		return s.order.Follow(f)
	}
	return s.mirror.Apply(f)
}

// arrive notes that the room has gone on at another node, with this player in their seat,
// or watching.
func (s *Session) arrive(now time.Time) {
	took := now.Sub(s.parted)
	s.Counts.Moves++
	s.Counts.LongestMove = max(s.Counts.LongestMove, took)
	if s.Hooks.Moved != nil {
		s.Hooks.Moved(took)
	}
}

// greet begins a connection's life in a room.
func (s *Session) greet(w *pb.Welcome) error {
	if w.GetTickHz() == 0 || w.GetTickHz() > 1000 || w.GetSchema() == nil {
		return protocolError("a welcome with %d ticks a second", w.GetTickHz())
	}
	s.Counts.Welcomes++
	if w.GetResumed() {
		s.Counts.Resumed++
	} else {
		s.lane, s.commands, s.epoch = lane{}, commands{}, 0
		s.out.Chat = "" // it was meant for others
	}
	if !w.GetResumed() || s.acks.ring == nil {
		s.acks.begin(w.GetMaxLead())
	}
	if s.welcome != nil {
		s.commands.rename(s.welcome.GetSchema().GetCommand(), w.GetSchema().GetCommand())
	}
	s.welcome, s.greeted, s.resume, s.nodes, s.moved = w, true, w.GetResume(), w.GetNode(), ""
	if !s.Blind {
		s.mirror = netproto.NewMirror(w.GetSchema())
		s.mirror.OnEvent(s.Hooks.Event)
	}
	s.roster = make(map[uint32]*pb.Roster, len(w.GetRoster()))
	for _, r := range w.GetRoster() {
		s.roster[r.GetSeat()] = r
	}
	s.commands.sent = 0
	s.ping.rests = w.GetRests()
	s.clock.begin(s.Period(), int(w.GetMaxLead()), s.Loose)
	s.resync.done()
	return nil
}

func protocolError(format string, args ...any) error {
	return &netproto.CloseError{Code: netproto.CloseProtocol, Reason: fmt.Sprintf(format, args...)}
}
