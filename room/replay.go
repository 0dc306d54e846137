package room

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/metronome-server/metronome/sim"
)

// Replay is what playing a journal again came to.
type Replay struct {
	Header JournalHeader
	// Ticks is how many were played, Players how many seats were taken at most.
	Ticks, Players int
	// First is the tick of the checkpoint that play started from, Last the last
	// that was played.
	First, Last sim.Tick
	// Final is the hash after the last tick.
	Final uint64
	// CutOff says that the journal ends in the middle of a record, as one does
	// whose process was killed; everything before was played.
	CutOff bool
}

// Desync is a tick whose replay came out differently.
type Desync struct {
	Tick      sim.Tick
	Want, Got uint64
	// Where names the first difference, at a tick with a checkpoint.
	Where string
}

// Error implements error.
func (d *Desync) Error() string {
	if d.Where != "" {
		return fmt.Sprintf("desync at tick %d: %s (recorded, replayed)", d.Tick, d.Where)
	}
	return fmt.Sprintf("desync at tick %d: recorded hash %016x, replayed %016x", d.Tick, d.Want, d.Got)
}

// GameFault is a tick at which the game's rules panicked in a replay. A room
// that was closed for it has a journal that ends there.
type GameFault struct {
	Tick  sim.Tick
	Fault any
}

// Error implements error.
func (f *GameFault) Error() string {
	return fmt.Sprintf("the game's rules failed at tick %d: %v", f.Tick, f.Fault)
}

// ReplayJournal plays a journal again and compares the hash of every tick.
// find gives the mode by its name. each, unless nil, is called after every
// tick. Errors: ErrJournal, a mode that find does not know or whose tables are
// not those of the recording, *Desync, *GameFault.
func ReplayJournal(in io.Reader, find func(mode string) (sim.Mode, bool), each func(*sim.World)) (Replay, error) {
	p := &player{in: records{in: bufio.NewReader(in)}, find: find, each: each}
	magic := make([]byte, len(journalMagic))
	if _, err := io.ReadFull(p.in.in, magic); err != nil || string(magic) != journalMagic {
		return p.out, fmt.Errorf("%w: it does not start as a journal does", ErrJournal)
	}
	for {
		kind, body, err := p.in.next()
		if err == nil {
			err = p.record(kind, body)
		}
		switch {
		case errors.Is(err, errCutOff):
			p.out.CutOff = true
			return p.out, nil
		case errors.Is(err, io.EOF) && p.world == nil:
			return p.out, fmt.Errorf("%w: it has no header", ErrJournal)
		case errors.Is(err, io.EOF):
			return p.out, nil
		case err != nil:
			return p.out, err
		}
	}
}
