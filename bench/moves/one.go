package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// part is one recording of a room that moved.
type part struct {
	header journal.Header
	tick   sim.Tick // of its checkpoint
	state  []byte
	ticks  []journal.Tick
}

// playAsOne plays the recordings of a room, from the first checkpoint through all of
// their ticks, in one world, and returns how many those were. Errors: a tick that is
// missing, or whose hash is another.
func playAsOne(files []string) (ticks int, err error) {
	var parts []part
	for _, name := range files {
		p, failed := read(name)
		if failed != nil {
			return 0, fmt.Errorf("%s: %w", name, failed)
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return 0, errors.New("nothing was recorded")
	}
	slices.SortFunc(parts, func(a, b part) int { return int(a.tick) - int(b.tick) })
	w, _, err := parts[0].header.Start(modeOf)
	if err == nil {
		err = w.Restore(parts[0].state)
	}
	if err != nil {
		return 0, err
	}
	for _, p := range parts {
		if p.tick != w.Tick() {
			return ticks, fmt.Errorf("a recording begins at tick %d, and the one before ends at %d", p.tick, w.Tick())
		}
		for i := range p.ticks {
			if err := p.ticks[i].Play(w); err != nil {
				return ticks, err
			}
			if w.Hash() != p.ticks[i].Hash {
				return ticks, fmt.Errorf("tick %d came out differently", w.Tick())
			}
			ticks++
		}
	}
	return ticks, nil
}

func modeOf(name string) (sim.Mode, bool) {
	modes := sim.ModesOf([]sim.Game{arena.Game()})
	i := slices.IndexFunc(modes, func(m sim.Mode) bool { return m.Name == name })
	if i < 0 {
		return sim.Mode{}, false
	}
	return modes[i], true
}

// read reads a recording: its first checkpoint and all of its ticks.
func read(name string) (p part, err error) {
	in, err := os.Open(name)
	if err != nil {
		return p, err
	}
	defer func() { _ = in.Close() }()
	records, err := journal.NewReader(in)
	if err != nil {
		return p, err
	}
	for {
		kind, body, err := records.Next()
		switch {
		case errors.Is(err, io.EOF):
			return p, nil
		case err != nil:
			return p, err
		}
		switch kind {
		case journal.KindHeader:
			p.header, err = journal.ReadHeader(body)
		case journal.KindCheckpoint:
			if p.state == nil {
				var state []byte
				p.tick, state, err = journal.ReadCheckpoint(body)
				p.state = slices.Clone(state)
			}
		case journal.KindTick:
			var t journal.Tick
			err = journal.ReadTick(body, &t)
			p.ticks = append(p.ticks, t)
		case journal.KindFault, journal.KindEnvelope:
			err = fmt.Errorf("a record %q", byte(kind))
		}
		if err != nil {
			return p, err
		}
	}
}
