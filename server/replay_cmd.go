package server

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/sim"
)

// replay plays recordings again and compares every tick's hash.
func (p *program) replay(args []string) error {
	f := pflag.NewFlagSet("replay", pflag.ContinueOnError)
	if err := p.parse(f, args, true); err != nil {
		return err
	}
	if f.NArg() == 0 {
		_, _ = fmt.Fprintln(p.stderr, "metronome replay: name one or more .journal files, as 'metronome serve --record DIR' writes them")
		return errUsage
	}
	var faults []error
	for _, file := range f.Args() {
		if err := p.replayFile(file); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", file, err))
		}
	}
	return errors.Join(faults...)
}

func (p *program) replayFile(file string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	began := time.Now()
	r, err := replay.Play(in, p.mode, nil)
	if err != nil && r.Ticks == 0 {
		return err
	}
	took := time.Since(began)
	hz, ticks := r.Header.Hz, r.Ticks
	if hz == 0 { // the room rested between them
		hz, ticks = sim.RestHz, r.Last.Since(r.First)
	}
	played := time.Duration(ticks) * time.Second / time.Duration(hz)
	verdict := "the same to the last bit"
	if err != nil {
		verdict = "the same up to there"
	}
	end := ""
	if r.CutOff {
		end = ", cut off there"
	}
	// Names are a stranger's text.
	_, _ = fmt.Fprintf(p.stdout, "%s: room %s, mode %s, %d ticks (%v) of up to %d players, %d to %d: %s, hash %016x; %.0f times real time%s\n",
		file, text.Line(r.Header.Room), text.Line(r.Header.Mode), r.Ticks, played.Round(time.Second), r.Players, r.First.Add(1), r.Last, verdict, r.Final,
		played.Seconds()/max(took.Seconds(), 1e-9), end)
	return err
}

// mode finds a mode of this program's games.
func (p *program) mode(name string) (sim.Mode, bool) {
	for _, g := range p.games {
		for _, m := range g.Modes {
			if m.Name == name {
				return m, true
			}
		}
	}
	return sim.Mode{}, false
}
