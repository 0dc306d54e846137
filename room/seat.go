package room

import (
	"slices"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// SeatState is what a seat is doing. docs/STATES.md has the transitions; the
// tests walk them.
type SeatState uint8

// The seat states.
const (
	// SeatFree: nobody.
	SeatFree SeatState = iota
	// SeatActive: a player with a connection.
	SeatActive
	// SeatAway: a player whose connection was lost; the seat is kept.
	SeatAway
)

var seatNames = [...]string{"free", "active", "away"}

func (s SeatState) String() string { return nameOf(seatNames[:], int(s)) }

// seatMoves are the legal transitions: from, then to.
var seatMoves = map[SeatState][]SeatState{
	SeatFree:   {SeatActive},
	SeatActive: {SeatAway, SeatFree},
	SeatAway:   {SeatActive, SeatFree},
}

// seat is a numbered place in the room. It outlives its links. The room's
// goroutine owns it.
type seat struct {
	number   sim.Seat
	state    SeatState
	name     string
	userID   string // Guest.UserID of its player
	bot      bool
	filler   bool         // a bot that gives the seat up, see Guest.Filler
	key      string       // Guest.Key of its player
	link     *link        // nil when free or away
	inputs   *inputBuffer // nil until an input came
	commands commandQueue
	who      sim.Entrant // of its player, without Data
	allowance
	notices noticeQueue
	tokens  tokens
	joined  sim.Tick // at which its player came
	// generation is how many resume tokens its player was given.
	generation uint32
	played     bool                // somebody has spoken on it: it is worth keeping
	awayAt     sim.Tick            // since when nobody has spoken on it, when away
	over       netproto.CloseError // how the player's last connection ended by itself
	trace      *Trace              // nil unless somebody watches the seat
}

// to moves the seat to another state; an illegal move is a bug here.
func (s *seat) to(state SeatState) {
	if !slices.Contains(seatMoves[s.state], state) {
		panic("seat " + s.state.String() + " to " + state.String())
	}
	s.state = state
}

// occupy gives a free seat to a player, who may do so much.
func (s *seat) occupy(g Guest, may allowance) {
	s.to(SeatActive)
	if s.inputs != nil {
		s.inputs.reset()
	}
	s.name, s.userID, s.bot, s.filler, s.key = g.Name, g.UserID, g.Bot || g.Filler, g.Filler, g.Key
	if s.name == "" {
		s.name = "player"
	}
	s.allowance = may
	s.who = sim.Entrant{User: g.User, Name: s.name, Team: g.Team, Rating: g.Rating, Bot: s.bot}
}

// vacate makes the seat free. What is worth keeping is its memory, and who
// watches it.
func (s *seat) vacate() {
	s.to(SeatFree)
	if s.trace != nil {
		s.trace.forgetArrivals()
	}
	*s = seat{number: s.number, inputs: s.inputs, trace: s.trace}
}

// roster says who has the seat.
func (s *seat) roster() *pb.Roster {
	return &pb.Roster{
		Seat: uint32(s.number), Name: s.name, Presence: presences[s.state], Team: uint32(s.who.Team), Bot: s.bot,
	}
}

var presences = map[SeatState]pb.Presence{
	SeatFree: pb.Presence_PRESENCE_FREE, SeatActive: pb.Presence_PRESENCE_ACTIVE, SeatAway: pb.Presence_PRESENCE_AWAY,
}

// introSeconds is how long a new connection may take to send its first frame
// after the Welcome. Threat: sockets that hold seats and never play. Why 5: a
// phone that loads a page while its radio wakes up.
const introSeconds = 5

// link is a seat's connection and all that is of no use after it. A new
// connection makes a new link.
type link struct {
	conn    Conn
	handle  func(msg []byte) error // hands a message to the room, for Poll
	worker  *worker                // that polls it
	resumed bool                   // to be told in the Welcome
	viewer  netproto.Viewer
	arrived arrivals

	// Ticks.
	welcomed sim.Tick // of the frame with the Welcome; 0: it is still to be written
	heard    sim.Tick // at which something last came
	wrote    sim.Tick // of the last snapshot
	shown    sim.Tick // up to which the client knows what there is to know
	blocked  sim.Tick // since which no snapshot was taken; 0: the last one was
	keyed    sim.Tick // of the last snapshot of keyframes

	acked   uint32 // number of the last command that the client was told to be dealt with
	noticed uint32 // number of the newest notice that went out here
	dropped uint32 // inputs that could not be used since the last snapshot
	pong    uint64 // to be echoed
	asked   bool   // an input came since the last snapshot
	spoke   bool   // it has shown that it has the Welcome, or went on after a frame behind it
	resync  bool   // keyframes are wanted
	refused bool   // a frame was not taken, and the log has it
	unread  bool   // a message was dropped unread
}

// arrivals is what a tick's messages of one seat, or their end, mean to others.
type arrivals struct {
	frame  bool       // one that could be read
	lines  []string   // of chat
	who    []sim.Seat // whose rosters are wanted
	leaves bool
	end    error // why the connection is over
}

// overdue says why a connection has lasted too long, nil: it has not.
func (l *link) overdue(now sim.Tick, c *Config, silentAfter time.Duration, hz int) *netproto.CloseError {
	switch {
	case !l.spoke && l.welcomed != 0 && now.Since(l.welcomed) > introSeconds*hz:
		return &netproto.CloseError{Code: netproto.CloseSilent, Reason: "nothing was sent after the welcome"}
	case l.blocked != 0 && now.Since(l.blocked) >= ticks(c.SlowAfter, hz):
		return &netproto.CloseError{Code: netproto.CloseSlow, Reason: "snapshots were not read for too long"}
	case now.Since(l.heard) > ticks(silentAfter, hz):
		return &netproto.CloseError{Code: netproto.CloseSilent, Reason: "nothing was sent for too long"}
	}
	return nil
}

// block notes that a snapshot was due and could not be written.
func (l *link) block(now sim.Tick) {
	if l.blocked == 0 {
		l.blocked = now
	}
}
