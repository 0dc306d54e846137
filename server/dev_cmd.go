package server

import (
	"os"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/server/kit"
)

// dev plays the game of this folder while it is written.
func (p *program) dev(args []string) error {
	f := pflag.NewFlagSet("dev", pflag.ContinueOnError)
	f.Usage = func() {
		_, _ = os.Stderr.WriteString("Usage: dev [-- ARGUMENTS OF THE GAME]\n\nBuilds the game of this folder and plays it; whenever its Go files change it builds it again\n" +
			"and starts it at the same address, with the rooms, seats and scores that it had (--state).\nPages load themselves again when they change. What does not build is shown, and the old game plays on.\n")
	}
	if err := p.parse(f, args, true); err != nil {
		return err
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	return (&kit.Dev{Dir: dir, Arguments: f.Args(), Out: p.stdout}).Run(p.ctx)
}
