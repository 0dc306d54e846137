package room

import (
	"bytes"
	"fmt"
	"math"

	"github.com/metronome-server/metronome/sim"
)

// player plays a journal's records in a world of its own.
type player struct {
	in    records
	find  func(string) (sim.Mode, bool)
	each  func(*sim.World)
	world *sim.World
	begun bool // a checkpoint was restored
	next  JournalTick
	state []byte // scratch
	out   Replay
}

func (p *player) record(kind recordKind, body []byte) error {
	r := &recordReader{b: body}
	switch {
	case p.world == nil && kind == recordHeader:
		return p.header(r)
	case p.world == nil:
		return fmt.Errorf("%w: it does not begin with a header", ErrJournal)
	case kind == recordCheckpoint:
		return p.checkpoint(r)
	case !p.begun:
		return fmt.Errorf("%w: no checkpoint follows its header", ErrJournal)
	case kind == recordTick:
		return p.tick(r)
	}
	return fmt.Errorf("%w: unknown record %q", ErrJournal, byte(kind))
}

func (p *player) header(r *recordReader) error {
	p.out.Header = r.header()
	if !r.done() {
		return fmt.Errorf("%w: its header", ErrJournal)
	}
	mode, ok := p.find(p.out.Header.Mode)
	if !ok {
		return fmt.Errorf("mode %q of this journal is not known here", p.out.Header.Mode)
	}
	w, err := sim.Start(mode, p.out.Header.Seed)
	if err != nil {
		return err
	}
	if w.Shape() != p.out.Header.Shape {
		return fmt.Errorf("mode %q had other tables when this journal was recorded", mode.Name)
	}
	p.world = w
	return nil
}

// checkpoint starts play at the first one and compares the later ones with
// what was played.
func (p *player) checkpoint(r *recordReader) error {
	tick := sim.Tick(r.number(math.MaxUint32))
	if r.bad {
		return fmt.Errorf("%w: a checkpoint without a tick", ErrJournal)
	}
	if p.begun {
		p.state = p.world.Append(p.state[:0])
		if !bytes.Equal(p.state, r.b) {
			return p.differs(tick, r.b)
		}
		return nil
	}
	if err := p.world.Restore(r.b); err != nil {
		return fmt.Errorf("%w: %w", ErrJournal, err)
	}
	if p.world.Tick() != tick {
		return fmt.Errorf("%w: a checkpoint of tick %d says %d", ErrJournal, p.world.Tick(), tick)
	}
	p.begun, p.out.First, p.out.Last = true, tick, tick
	return nil
}

// differs names the first field in which a recorded state is another.
func (p *player) differs(tick sim.Tick, state []byte) error {
	mode, _ := p.find(p.out.Header.Mode)
	w, err := sim.Start(mode, p.out.Header.Seed)
	if err == nil {
		err = w.Restore(state)
	}
	if err != nil {
		return fmt.Errorf("%w: the checkpoint of tick %d: %w", ErrJournal, tick, err)
	}
	d := &Desync{Tick: tick, Want: w.Hash(), Got: p.world.Hash(), Where: "the past positions"}
	if diff, ok := sim.Diff(w, p.world); ok {
		d.Where = diff.String()
	}
	return d
}

func (p *player) tick(r *recordReader) error {
	t := &p.next
	r.tick(t)
	if !r.done() || t.Tick != p.world.Tick().Add(1) {
		return fmt.Errorf("%w: tick %d after %d", ErrJournal, t.Tick, p.world.Tick())
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

// step does what the room did at this tick.
func (p *player) step(t *JournalTick) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = &GameFault{t.Tick, fault}
		}
	}()
	for _, s := range t.Leaves {
		p.world.Leave(s)
	}
	for _, s := range t.Joins {
		if err := p.world.Join(s); err != nil {
			return fmt.Errorf("%w: tick %d: %w", ErrJournal, t.Tick, err)
		}
	}
	for i := range t.Inputs {
		in := &t.Inputs[i]
		p.world.SetInput(in.Seat, in.Values, in.Seen, in.From)
	}
	p.world.Step()
	return nil
}
