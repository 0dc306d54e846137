package server

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

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
	if err != nil {
		return err
	}
	took := time.Since(began)
	played := time.Duration(r.Ticks) * time.Second / time.Duration(max(r.Header.Hz, 1))
	end := ""
	if r.CutOff {
		end = ", cut off there"
	}
	_, err = fmt.Fprintf(p.stdout, "%s: room %s, mode %s, %d ticks (%v) of up to %d players: the same to the last bit, hash %016x; %.0f times real time%s\n",
		file, r.Header.Room, r.Header.Mode, r.Ticks, played.Round(time.Second), r.Players, r.Final, played.Seconds()/max(took.Seconds(), 1e-9), end)
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
