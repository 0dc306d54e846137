// Package stored keeps rooms in a store that nodes share, so that another node has
// them when theirs is gone.
package stored

import "context"

// Store is where the journals of rooms are, one of each: in Redis, for example. A call
// that its context has ended does nothing afterwards.
type Store interface {
	// Write carries out what is to be written of several rooms, in one step, and says
	// what became of each. It also tells the store that this node lives. Errors: the
	// store did not answer; it may have written all or nothing.
	Write(ctx context.Context, all []Write) ([]Fate, error)
	// Read returns the journal of a room; empty: there is none. Errors: the store did
	// not answer.
	Read(ctx context.Context, room string) ([]byte, error)
}

// Write is what is to be written of one room. The same write twice is one.
type Write struct {
	Room string
	// Epoch is under which the writer owns the room. The store refuses one that is
	// older than the owner's.
	Epoch uint64
	// Tail goes into the journal of that name, which must be At bytes long or longer.
	Journal string
	At      int
	Tail    []byte
	// Fresh goes into the journal that is to come, which must be FreshAt bytes long or
	// longer; 0 begins it.
	FreshAt int
	Fresh   []byte
	// Use has that journal take the place of the other, under this name; "": not yet.
	Use string
	// Forget removes both.
	Forget bool
}

// Fate is what became of a write.
type Fate uint8

// The fates.
const (
	// Stored: it is in the store.
	Stored Fate = iota
	// Gap: the journal is shorter than the writer thinks, or another; the store has lost
	// some of it, or an answer was lost. A journal that begins anew mends that.
	Gap
	// Lost: another owner has the room.
	Lost
)
