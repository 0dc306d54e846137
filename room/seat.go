package room

import (
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// seat is a numbered place in the room. The room's goroutine owns it.
type seat struct {
	number sim.Seat
	state  SeatState
	name   string
	bot    bool
	conn   Conn                   // nil when free or away
	handle func(msg []byte) error // hands a message to the room, for Poll
	worker *worker                // that polls it
	said   []string               // lines of chat of this tick
	ended  error                  // why the connection is over, until it is heeded
	buffer *buffer                // nil until an input came
	viewer netproto.Viewer
	lane   noticeLane
	tokens tokens

	welcomed bool     // the Welcome was written on this connection
	greeted  sim.Tick // the tick of the frame that it was in
	resumed  bool     // to be said in the Welcome
	refused  bool     // a frame was not taken, and the log says so
	pong     uint64   // to be echoed
	heard    sim.Tick // tick at which something last came
	wrote    sim.Tick // tick of the last snapshot
	awayAt   sim.Tick
	dropped  uint32   // inputs that could not be used since the last snapshot
	budget   int      // messages and inputs that may still come now
	overdrew bool     // budget ran out at this tick
	flooding int      // ticks for which it did
	asked    bool     // sent an input since the last snapshot
	slow     bool     // took no snapshot for too long
	resync   bool     // wants keyframes
	keyed    sim.Tick // tick of the last snapshot of keyframes
	chat     chatLimit
	leaving  bool   // gives the seat up at the next tick
	trace    *Trace // nil unless somebody watches the seat
}

// to moves the seat to another state; an illegal move is a bug here.
func (s *seat) to(state SeatState) {
	if !legal(seatMoves, s.state, state) {
		panic("seat " + s.state.String() + " to " + state.String())
	}
	s.state = state
}

// sit gives a free seat to a player.
func (r *Room) sit(s *seat, e entry) {
	if s.buffer != nil {
		s.buffer.reset()
	}
	s.to(SeatActive)
	s.name, s.bot = e.guest.Name, e.guest.Bot
	if s.name == "" {
		s.name = "player"
	}
	s.budget = r.mode.Hz
	s.connect(e.conn, r.next)
}

// connect starts a connection's life on the seat: with a Welcome and keyframes.
func (s *seat) connect(conn Conn, now sim.Tick) {
	s.conn = conn
	s.lane.rewind()
	s.welcomed, s.resumed, s.refused, s.pong, s.resync, s.leaving = false, false, false, 0, false, false
	s.heard, s.wrote = now, now
	s.overdrew = false // who flooded before is still remembered
	conn.Attach()
}

// free gives the seat up.
func (s *seat) free() {
	s.to(SeatFree)
	if s.trace != nil {
		s.trace.arrived, s.trace.more = s.trace.arrived[:0], 0
	}
	*s = seat{number: s.number, handle: s.handle, buffer: s.buffer, viewer: s.viewer, trace: s.trace}
}
