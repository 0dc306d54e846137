package room

import (
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// EventKind says what an Event is.
type EventKind uint8

// The kinds of events.
const (
	// EventOpened: the room has begun.
	EventOpened EventKind = iota
	// EventEnded: it is over, with a code and a reason; Count is the ticks it played,
	// Peak the most seats that were taken.
	EventEnded
	// EventJoined: a new player has a seat.
	EventJoined
	// EventResumed: a player is back on their seat.
	EventResumed
	// EventCut: a player's connection is over, and the seat is kept.
	EventCut
	// EventLeft: a player's seat is free again.
	EventLeft
	// EventTicksLost: Count ticks were due and never stepped.
	EventTicksLost
	// EventFault: the game's rules failed.
	EventFault
	// EventMoved: the room goes on at another node, Other. It is all that EventEnded is, and
	// Took is how long the room stood still.
	EventMoved
	// EventTakenOver: it has begun here, after tick Count, as it was at another node, Other.
	EventTakenOver
)

var eventNames = [...]string{"opened", "ended", "joined", "resumed", "cut", "left", "ticks-lost", "fault", "moved", "taken-over"}

// String names the kind, in one word.
func (k EventKind) String() string { return nameOf(eventNames[:], int(k)) }

// Event is something rare that happened in a room, for operators.
type Event struct {
	At         time.Time
	Kind       EventKind
	Room, Mode string
	// Seat, Name and UserID are of the player; 0 and "": of none.
	Seat         sim.Seat
	Name, UserID string
	// Code is how a connection or the room ended; 0: neither.
	Code netproto.CloseCode
	// Text is for people.
	Text  string
	Count int64
	// Other is the id of the other node of a move.
	Other string
	Took  time.Duration
	// Opened, Peak and Recording (the name of its last file, "" of none; Bytes is
	// its length) are of EventEnded and EventMoved.
	Opened    time.Time
	Peak      int
	Recording string
	Bytes     int64
}

// Events hears of what happens in rooms. Happened is called on the rooms'
// goroutines and must return at once.
type Events interface{ Happened(e Event) }

// tell has whoever listens hear of an event of the room.
func (r *Room) tell(e Event) {
	if r.options.Events == nil {
		return
	}
	e.At, e.Room, e.Mode = r.clock.Now(), r.id, r.mode.Name
	r.options.Events.Happened(e)
}

// tellOf is tell of a seat's player.
func (r *Room) tellOf(s *seat, kind EventKind, code netproto.CloseCode, why string) {
	if r.options.Events != nil {
		r.tell(Event{Kind: kind, Seat: s.number, Name: s.name, UserID: s.userID, Code: code, Text: why})
	}
}

// tellBegin is tell of the room's beginning, here.
func (r *Room) tellBegin() {
	if r.options.From == "" {
		r.tell(Event{Kind: EventOpened})
		return
	}
	r.stats.TakenOver.Add(1)
	r.tell(Event{Kind: EventTakenOver, Other: r.options.From, Count: int64(r.world.Tick())})
}

// tellEnd is tell of the room's end, here.
func (r *Room) tellEnd(why *netproto.CloseError) {
	if r.options.Events == nil {
		return
	}
	e := Event{Kind: EventEnded, Code: why.Code, Text: why.Reason, Count: int64(r.world.Tick()), Opened: r.created, Peak: r.peak}
	if r.moved.URL != "" {
		e.Kind, e.Other, e.Took = EventMoved, r.moved.Owner, r.stood
	}
	if file, name, bytes, err := r.Recording(); err == nil {
		_ = file.Close() // only its name is of interest
		e.Recording, e.Bytes = name, bytes
	}
	r.tell(e)
}
