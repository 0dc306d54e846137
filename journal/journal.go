// Package journal knows every byte of a recording: what a room hands on at each
// tick, how it is written, and how it is read again. It is enough to play a
// match again, exactly.
package journal

import (
	"io"
	"sync"
	"time"

	"github.com/metronome-server/metronome/sim"
)

// Sink takes a room's checkpoint and then every tick's joins, leaves,
// inputs and hash: enough to play the match again, exactly. The room's
// goroutine calls it; no method blocks or fails loudly: a journal that cannot
// keep up or write any more stops by itself, and Lost says so.
type Sink interface {
	// Begin comes first, once.
	Begin(h Header)
	// Checkpoint is the whole state after a tick. The sink encodes it elsewhere, so that
	// no tick waits for that, and frees it.
	Checkpoint(tick sim.Tick, state State)
	// Tick is one step: what was done before it and its inputs, then the hash
	// after it. t is valid during the call only.
	Tick(t *Tick)
	// Fault comes last: the room ended because its rules failed.
	Fault(f Fault)
	// Lost returns why the journal stopped, or nil while it works.
	Lost() error
	// Close ends the journal and waits until it is written.
	Close() error
}

// Keeper is where a room is kept, so that it can be had again when its process is
// gone. Only the room's goroutine calls it, but for Err. No call waits for a disk or a
// network: what cannot be kept up with is dropped, until a checkpoint comes.
type Keeper interface {
	// Begin comes first, and again when the room has another epoch: that under which
	// this process owns it; a checkpoint follows.
	Begin(h Header, epoch uint64)
	// Checkpoint is the whole room after a tick: its world, and its envelope, a
	// metronome.v1.Envelope. What came before is of no use any more. The keeper encodes
	// state elsewhere, so that no tick waits for that, and frees it.
	Checkpoint(tick sim.Tick, state State, envelope []byte)
	// Tick is one step, as Sink.Tick has it.
	Tick(t *Tick)
	// Envelope is what has changed of the envelope after the tick that came last.
	Envelope(envelope []byte)
	// WantsCheckpoint reports whether ticks are of no use until one comes: some were
	// dropped, and there is room again.
	WantsCheckpoint() bool
	// Settle reports whether what the last tick has led to may leave the process. It
	// waits for that, if it must, for at most so long. doubt: this process stood still for
	// so long that another may own the room by now.
	Settle(doubt bool, most time.Duration) bool
	// Stored reports whether a tick is kept, or nothing is at this time, so that what it
	// wanted done outside may be done.
	Stored(tick sim.Tick) bool
	// Err returns why the room is not kept, now; nil while it is. Any goroutine.
	Err() error
	// Close ends it when all is written, so that the room can be had again.
	Close() error
	// Forget ends it: the room is over.
	Forget() error
}

// State is a world as it was after a tick, as [StateOf] takes it. Any goroutine may have
// it, one at a time.
type State interface {
	// Append appends the state, encoded.
	Append(b []byte) []byte
	// Free ends its use.
	Free()
}

// image is a State whose memory is used again.
type image struct{ sim.Image }

var images = sync.Pool{New: func() any { return new(image) }}

// StateOf copies the state of a world.
func StateOf(w *sim.World) State {
	m := images.Get().(*image)
	m.Take(w)
	return m
}

// Free implements State.
func (m *image) Free() { images.Put(m) }

// Recorder is a Sink that can be read while it is written.
type Recorder interface {
	// Recording opens what is written so far, whole records only, as a file of
	// that name and length. Any goroutine. The caller closes recording.
	Recording() (recording io.ReadCloser, name string, bytes int64, err error)
}

// Header says what is recorded.
type Header struct {
	Room  string
	Mode  string
	Hz    int
	Seed  uint64
	Shape uint64
	// Seats is how many the room has: its world was made for them. 0, as in
	// journals that do not say it, is as many as its mode has.
	Seats int
	// Params are what the room was made with, all of them.
	Params []sim.Param
	// OneMatch: the room was made for one match.
	OneMatch bool
	// Layout is how another build of the game reads its states; nil, as in journals that
	// do not say it: only a build with the same Shape does.
	Layout *sim.Layout
}

// Tick is one step of a room.
type Tick struct {
	Tick   sim.Tick
	Leaves []sim.Seat
	Joins  []Join
	// Inputs are those of all occupied seats, ascending by seat.
	Inputs []Input
	// Commands are those that the step was given, by seat and number.
	Commands []Command
	Hash     uint64
}

// Join is who took which seat before the step. Journals that do not say who it
// was have an empty entrant.
type Join struct {
	Seat sim.Seat
	Who  sim.Entrant
}

// Command is one command of a seat.
type Command struct {
	Seat   sim.Seat
	Number uint32
	Values []int32
	List   []int32
}

// Input is the input that one seat's step used.
type Input struct {
	Seat   sim.Seat
	From   sim.Origin
	Seen   int
	Values []int32
}

// Fault is where a room's rules failed. The tick of a fault that came before the
// step was over has hash 0.
type Fault struct {
	Tick sim.Tick
	// Phase of the tick: read, admit, take, advance, record, encode, send or tidy.
	Phase string
	// Text is what the rules panicked with, at most 256 bytes.
	Text string
}
