package queue

import "time"

// Match is a match that a queue made, as the store keeps it.
type Match struct {
	ID    string `json:"id"` // also its room's
	Rev   uint64 `json:"rev"`
	Queue string `json:"queue"`
	State State  `json:"state"`
	// Why it came to nothing.
	Why   string    `json:"why,omitempty"`
	Made  time.Time `json:"made"`
	Until time.Time `json:"until,omitzero"` // when the state must have changed
	// Entries as they were in the queue, to be put back.
	Entries []Entry `json:"entries"`
	Seats   []Seat  `json:"seats"`
	Region  string  `json:"region,omitempty"`
	Vacancy bool    `json:"vacancy,omitempty"` // goes into a room that is there
	Spread  float64 `json:"spread"`
	Gap     float64 `json:"gap"`
	// Room, Node, URL and Epoch say where it is played, once it is open.
	Room  string `json:"room,omitempty"`
	Node  string `json:"node,omitempty"`
	URL   string `json:"url,omitempty"`
	Epoch uint64 `json:"epoch,omitempty"`
}

// Seat is one player of a match.
type Seat struct {
	Entry string `json:"entry,omitempty"` // "": a bot
	User  string `json:"user"`
	Team  uint8  `json:"team,omitempty"`
	Role  string `json:"role,omitempty"`
	Bot   bool   `json:"bot,omitempty"`
	// Instead is the user who had the seat and has left, of a Match.Vacancy.
	Instead string `json:"instead,omitempty"`
	// Accepted is what the player answered: 0 nothing yet, 1 yes, -1 no.
	Accepted int `json:"accepted,omitempty"`
	// Came: they have taken their seat.
	Came bool `json:"came,omitempty"`
}

// State is what an entry, or a match, is at.
type State string

const (
	Waiting  State = "waiting"  // in the queue
	Offered  State = "offered"  // players are asked whether they accept
	Opening  State = "opening"  // its room is being made
	Open     State = "open"     // players come
	Played   State = "played"   // everybody came; the end of its way
	Off      State = "off"      // of a match: came to nothing; its entries wait on or are out
	Canceled State = "canceled" // by who queued, or because nobody watched it any more
	Expired  State = "expired"  // waited too long
	Declined State = "declined" // did not accept
	Absent   State = "absent"   // did not take the seat
	Lost     State = "lost"     // the store has lost it; to be queued again
	Closed   State = "closed"   // its queue is gone, or fits it no more
)

// Ends are the states of an entry that nothing follows.
var Ends = []State{Played, Canceled, Expired, Declined, Absent, Lost, Closed}

// Final reports whether nothing follows a state.
func (s State) Final() bool {
	switch s {
	case Waiting, Offered, Opening, Open:
		return false
	default:
		return true
	}
}

// Entry returns one of the match's entries; the zero Entry when it has none of the id.
func (m *Match) Entry(id string) *Entry {
	for i := range m.Entries {
		if m.Entries[i].ID == id {
			return &m.Entries[i]
		}
	}
	return &Entry{}
}

// Member returns a user of the match; the zero Member when they are not in it.
func (m *Match) Member(user string) Member {
	for i := range m.Entries {
		for _, member := range m.Entries[i].Members {
			if member.User == user {
				return member
			}
		}
	}
	return Member{}
}
