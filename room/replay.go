package room

import (
	"bufio"
	"encoding/binary"
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
	First, Last    sim.Tick
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
}

// Error implements error.
func (d *Desync) Error() string {
	return fmt.Sprintf("desync at tick %d: recorded hash %016x, replayed %016x", d.Tick, d.Want, d.Got)
}

// ReplayJournal plays a journal again and compares the hash of every tick.
// find gives the mode by its name. each, unless nil, is called after every
// tick. Errors: what is damaged, an unknown mode, tables that are not those of
// the recording, *Desync.
func ReplayJournal(in io.Reader, find func(mode string) (sim.Mode, bool), each func(*sim.World)) (Replay, error) {
	p := &player{in: bufio.NewReader(in), find: find, each: each}
	magic := make([]byte, len(journalMagic))
	if _, err := io.ReadFull(p.in, magic); err != nil || string(magic) != journalMagic {
		return p.out, fmt.Errorf("%w: it does not start as a journal does", errJournal)
	}
	for {
		kind, body, err := readRecord(p.in)
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			p.out.CutOff = true
			break
		}
		if err == nil {
			err = p.record(kind, body)
		}
		if err != nil {
			return p.out, err
		}
	}
	if p.world == nil {
		return p.out, fmt.Errorf("%w: it has no header", errJournal)
	}
	return p.out, nil
}

type player struct {
	in    *bufio.Reader
	find  func(string) (sim.Mode, bool)
	each  func(*sim.World)
	world *sim.World
	out   Replay
}

func (p *player) record(kind recordKind, body []byte) error {
	r := &journalReader{b: body}
	switch {
	case kind == recordHeader && p.world == nil:
		return p.header(r)
	case p.world == nil:
		return fmt.Errorf("%w: it does not begin with a header", errJournal)
	case kind == recordCheckpoint:
		return p.checkpoint(body)
	case kind == recordTick:
		return p.tick(r)
	}
	return fmt.Errorf("%w: unknown record %q", errJournal, byte(kind))
}

func (p *player) header(r *journalReader) error {
	p.out.Header = r.header()
	mode, ok := p.find(p.out.Header.Mode)
	if r.bad || !ok {
		return fmt.Errorf("%w: mode %q is not known here", errJournal, p.out.Header.Mode)
	}
	w, err := sim.Start(mode, p.out.Header.Seed)
	if err != nil {
		return err
	}
	if w.Shape() != p.out.Header.Shape {
		return fmt.Errorf("%w: mode %q had other tables when this was recorded", errJournal, mode.Name)
	}
	p.world = w
	return nil
}

// checkpoint checks a later checkpoint against what was played; the first is
// where play starts.
func (p *player) checkpoint(body []byte) error {
	tick, n := binary.Uvarint(body)
	if n <= 0 {
		return fmt.Errorf("%w: a checkpoint without a tick", errJournal)
	}
	if p.out.Ticks > 0 {
		return nil
	}
	p.out.First = sim.Tick(tick)
	return p.world.Restore(body[n:])
}

func (p *player) tick(r *journalReader) error {
	t := r.tick()
	if r.bad || t.Tick != p.world.Tick().Add(1) {
		return fmt.Errorf("%w: tick %d after %d", errJournal, t.Tick, p.world.Tick())
	}
	for _, s := range t.Leaves {
		p.world.Leave(s)
	}
	for _, s := range t.Joins {
		if err := p.world.Join(s); err != nil {
			return fmt.Errorf("%w: %w", errJournal, err)
		}
	}
	for _, in := range t.Inputs {
		if int(in.Seat) > p.world.Mode().Seats {
			return fmt.Errorf("%w: input of seat %d", errJournal, in.Seat)
		}
		p.world.SetInput(in.Seat, in.Values, in.Seen, in.From)
	}
	p.world.Step()
	p.out.Ticks++
	p.out.Last, p.out.Players = t.Tick, max(p.out.Players, len(p.world.Seats()))
	if p.out.Final = p.world.Hash(); p.out.Final != t.Hash {
		return &Desync{Tick: t.Tick, Want: t.Hash, Got: p.out.Final}
	}
	if p.each != nil {
		p.each(p.world)
	}
	return nil
}
