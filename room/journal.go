package room

import (
	"github.com/metronome-server/metronome/sim"
)

// Journal takes a room's checkpoint and then every tick's joins, leaves,
// inputs and hash: enough to play the match again, exactly. The room's
// goroutine calls it; no method blocks or fails loudly: a journal that cannot
// keep up or write any more stops by itself, and Lost says so.
type Journal interface {
	// Begin comes first, once.
	Begin(h JournalHeader)
	// Checkpoint is the whole state after a tick.
	Checkpoint(tick sim.Tick, state []byte)
	// Tick is one step: what was done before it and its inputs, then the hash
	// after it. t is valid during the call only.
	Tick(t *JournalTick)
	// Lost returns why the journal stopped, or nil while it works.
	Lost() error
	// Close ends the journal and waits until it is written.
	Close() error
}

// JournalHeader says what is recorded.
type JournalHeader struct {
	Room  string
	Mode  string
	Hz    int
	Seed  uint64
	Shape uint64
}

// JournalTick is one step of a room.
type JournalTick struct {
	Tick   sim.Tick
	Leaves []sim.Seat
	Joins  []sim.Seat
	// Inputs are those of all occupied seats, ascending by seat.
	Inputs []JournalInput
	Hash   uint64
}

// JournalInput is the input that one seat's step used.
type JournalInput struct {
	Seat   sim.Seat
	From   sim.Origin
	Seen   int
	Values []int32
}
