package room

import "fmt"

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

// State is what a room is doing.
type State uint8

// The room states.
const (
	// Open: players may join.
	Open State = iota
	// Locked: play goes on, nobody new may join, players may resume.
	Locked
	// Draining: as Locked, and the room ends when no person sits in it.
	Draining
	// Closed: over. Nothing leads out of it.
	Closed
)

var seatNames = [...]string{"free", "active", "away"}
var stateNames = [...]string{"open", "locked", "draining", "closed"}

func (s SeatState) String() string { return name(seatNames[:], int(s)) }
func (s State) String() string     { return name(stateNames[:], int(s)) }

func name(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("state(%d)", i)
}

// seatMoves and stateMoves are the legal transitions: from, then to.
var seatMoves = map[SeatState][]SeatState{
	SeatFree:   {SeatActive},
	SeatActive: {SeatAway, SeatFree},
	SeatAway:   {SeatActive, SeatFree},
}

var stateMoves = map[State][]State{
	Open:     {Locked, Draining, Closed},
	Locked:   {Open, Draining, Closed},
	Draining: {Closed},
	Closed:   {},
}

// legal reports whether a transition is in the table.
func legal[S comparable](moves map[S][]S, from, to S) bool {
	for _, s := range moves[from] {
		if s == to {
			return true
		}
	}
	return false
}
