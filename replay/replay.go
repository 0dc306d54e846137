// Package replay plays journals again and compares every tick with what was
// recorded.
package replay

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
)

// Result is what playing a journal again came to.
type Result struct {
	Header journal.Header
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
	// Gaps are the damaged pieces that play went on behind.
	Gaps []Gap
}

// Gap is a damaged piece of a journal: play went on from the checkpoint behind it.
type Gap struct {
	Offset int64 // of the record that cannot be read, bytes from the start
	// After was the last tick that was played before, Until that of the checkpoint.
	After, Until sim.Tick
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

// GameFault is a tick at which the game's rules panicked: in the replay, or, as
// the journal says, in the room, whose journal ends there.
type GameFault struct {
	Tick sim.Tick
	// Phase of the tick, when the journal says it; a replay does not go through
	// those in which seats are shown what they see.
	Phase string
	Fault any
}

// Error implements error.
func (f *GameFault) Error() string {
	if f.Phase != "" {
		return fmt.Sprintf("the game's rules failed in the room at tick %d, while it was at %q: %.300q", f.Tick, f.Phase, f.Fault)
	}
	return fmt.Sprintf("the game's rules failed at tick %d: %.300q", f.Tick, fmt.Sprint(f.Fault))
}

// Play plays a journal again and compares the hash of every tick. find gives the
// mode by its name. each, unless nil, is called after every tick. Behind a damaged
// piece it goes on from the next checkpoint. Errors: journal.ErrDamaged, also when
// it went on; a mode that find does not know or whose tables are not those of the
// recording; *Desync, *GameFault.
func Play(in io.Reader, find func(mode string) (sim.Mode, bool), each func(*sim.World)) (Result, error) {
	p := &player{find: find, each: each}
	records, err := journal.NewReader(in)
	if err != nil {
		return p.out, err
	}
	for {
		kind, body, err := records.Next()
		damaged := errors.Is(err, journal.ErrCutOff) || errors.Is(err, journal.ErrDamaged)
		if err == nil {
			err = p.record(kind, body)
		}
		switch {
		case err == nil:
		case damaged && p.begun && records.SkipToCheckpoint():
			p.out.Gaps = append(p.out.Gaps, Gap{Offset: records.Offset(), After: p.world.Tick()})
			p.begun = false
		case errors.Is(err, journal.ErrCutOff) && p.begun:
			p.out.CutOff = true
			return p.out, p.gaps()
		case errors.Is(err, journal.ErrCutOff):
			return p.out, fmt.Errorf("%w: it is cut off at byte %d, before anything that can be played", journal.ErrDamaged, records.Offset())
		case errors.Is(err, io.EOF) && p.world == nil:
			return p.out, fmt.Errorf("%w: it has no header", journal.ErrDamaged)
		case errors.Is(err, io.EOF) && !p.begun:
			return p.out, fmt.Errorf("%w: no checkpoint follows its header", journal.ErrDamaged)
		case errors.Is(err, io.EOF):
			return p.out, p.gaps()
		case damaged:
			return p.out, errors.Join(p.gaps(), fmt.Errorf("at byte %d, after tick %d: %w", records.Offset(), p.out.Last, err))
		default:
			return p.out, errors.Join(p.gaps(), err)
		}
	}
}

// gaps is the error of a journal of which pieces could not be played.
func (p *player) gaps() error {
	var all []error
	for _, g := range p.out.Gaps {
		all = append(all, fmt.Errorf("%w at byte %d: ticks %d to %d could not be played", journal.ErrDamaged, g.Offset, g.After.Add(1), g.Until))
	}
	return errors.Join(all...)
}

// player plays a journal's records in a world of its own.
type player struct {
	find  func(string) (sim.Mode, bool)
	mode  sim.Mode // with the seats of the recorded room
	each  func(*sim.World)
	world *sim.World
	begun bool // a checkpoint was restored
	next  journal.Tick
	state []byte // scratch
	out   Result
}

func (p *player) record(kind journal.Kind, body []byte) error {
	switch {
	case p.world == nil && kind == journal.KindHeader:
		return p.header(body)
	case p.world == nil:
		return fmt.Errorf("%w: it does not begin with a header", journal.ErrDamaged)
	case kind == journal.KindCheckpoint:
		return p.checkpoint(body)
	case !p.begun:
		return fmt.Errorf("%w: no checkpoint follows its header", journal.ErrDamaged)
	case kind == journal.KindTick:
		return p.tick(body)
	case kind == journal.KindFault:
		return p.fault(body)
	}
	return fmt.Errorf("%w: unknown record %q", journal.ErrDamaged, byte(kind))
}

func (p *player) header(body []byte) error {
	h, err := journal.ReadHeader(body)
	if err != nil {
		return err
	}
	p.out.Header = h
	w, mode, err := h.Start(p.find)
	if err != nil {
		return err
	}
	p.mode = mode
	p.world = w
	return nil
}

// checkpoint starts play at the first one and compares the later ones with
// what was played.
func (p *player) checkpoint(body []byte) error {
	tick, state, err := journal.ReadCheckpoint(body)
	if err != nil {
		return err
	}
	if p.begun {
		p.state = p.world.Append(p.state[:0])
		if !bytes.Equal(p.state, state) {
			return p.compare(tick, state)
		}
		return nil
	}
	if err := p.world.Restore(state); err != nil {
		return fmt.Errorf("%w: %w", journal.ErrDamaged, err)
	}
	if p.world.Tick() != tick {
		return fmt.Errorf("%w: a checkpoint of tick %d says %d", journal.ErrDamaged, p.world.Tick(), tick)
	}
	if n := len(p.out.Gaps); n > 0 {
		p.out.Gaps[n-1].Until = tick
	} else {
		p.out.First = tick
	}
	p.begun, p.out.Last = true, tick
	return nil
}

// compare names the first field in which a recorded state is another.
func (p *player) compare(tick sim.Tick, state []byte) error {
	w, err := sim.Start(p.mode, p.out.Header.Seed)
	if err == nil {
		err = w.Restore(state)
	}
	if err != nil {
		return fmt.Errorf("%w: the checkpoint of tick %d: %w", journal.ErrDamaged, tick, err)
	}
	d := &Desync{Tick: tick, Want: w.Hash(), Got: p.world.Hash(), Where: "past positions, which no table has"}
	if diff, differ := sim.Diff(w, p.world); differ {
		d.Where = diff.String()
	}
	return d
}

func (p *player) tick(body []byte) error {
	t := &p.next
	if err := journal.ReadTick(body, t); err != nil {
		return err
	}
	if err := p.step(t); err != nil {
		return err
	}
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

// fault ends a replay that came to where the room's rules failed.
func (p *player) fault(body []byte) error {
	f, err := journal.ReadFault(body)
	if err != nil {
		return err
	}
	return &GameFault{Tick: f.Tick, Phase: f.Phase, Fault: f.Text}
}

// step does what the room did at this tick.
func (p *player) step(t *journal.Tick) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = &GameFault{Tick: t.Tick, Fault: fault}
		}
	}()
	return t.Play(p.world)
}
