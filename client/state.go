package client

import "fmt"

// State is what a Client is doing.
type State uint8

const (
	// Connecting: it has a connection and waits for the first snapshot.
	Connecting State = iota
	// Playing: it has a seat and a connection.
	Playing
	// Away: the connection is lost; it tries to come back.
	Away
	// Closed: it is over. Nothing leads out of it.
	Closed
)

var stateNames = [...]string{"connecting", "playing", "away", "closed"}

// String names the state.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}

// moves are the legal transitions: from, then to.
var moves = map[State][]State{
	Connecting: {Playing, Away, Closed},
	Playing:    {Away, Closed},
	Away:       {Connecting, Closed},
	Closed:     {},
}
