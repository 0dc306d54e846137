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
	buffer buffer
	viewer netproto.Viewer
	lane   noticeLane

	// token takes the seat back; until the client has shown that it got a new
	// one, the one before does too.
	token, oldToken string

	welcomed bool     // the Welcome was written on this connection
	resumed  bool     // to be said in the Welcome
	pong     uint64   // to be echoed
	heard    sim.Tick // tick at which something last came
	wrote    sim.Tick // tick of the last snapshot
	awayAt   sim.Tick
	dropped  uint32 // inputs that could not be used
	budget   int    // messages and inputs that may still come now
	overdrew bool   // budget ran out at this tick
	flooding int    // ticks for which it did
	chat     chatLimit
	order    bool // wants to leave
}

// to moves the seat to another state; an illegal move is a bug here.
func (s *seat) to(state SeatState) {
	if !legal(seatMoves, s.state, state) {
		panic("seat " + s.state.String() + " to " + state.String())
	}
	s.state = state
}

// sit gives a free seat to a player.
func (s *seat) sit(name string, bot bool, conn Conn, now sim.Tick) {
	*s = seat{number: s.number, state: s.state, handle: s.handle, viewer: s.viewer}
	s.to(SeatActive)
	s.name, s.bot = name, bot
	s.connect(conn, now)
}

// connect starts a connection's life on the seat.
func (s *seat) connect(conn Conn, now sim.Tick) {
	s.conn = conn
	s.viewer.Reset()
	s.lane.rewind()
	s.welcomed, s.pong, s.order = false, 0, false
	s.heard, s.wrote = now, now
	s.budget, s.flooding = 0, 0
	conn.Attach()
}

// away keeps the seat for a player whose connection is over.
func (s *seat) away(now sim.Tick) {
	s.to(SeatAway)
	s.conn, s.awayAt = nil, now
}

// free gives the seat up.
func (s *seat) free() {
	s.to(SeatFree)
	*s = seat{number: s.number, handle: s.handle, viewer: s.viewer}
}
