package server

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/gateway/pages"
	"github.com/metronome-server/metronome/server/kit"
	"github.com/metronome-server/metronome/sim"
)

// predicts reports whether the rules of any mode predict.
func predicts(games []sim.Game) bool {
	return slices.ContainsFunc(sim.ModesOf(games), func(m sim.Mode) bool {
		w, err := sim.Start(m, 0)
		return err == nil && w.Predicts()
	})
}

// wasm builds the rules for browsers.
func (p *program) wasm(args []string) error {
	f := pflag.NewFlagSet("wasm", pflag.ContinueOnError)
	f.Usage = func() {
		_, _ = fmt.Fprintf(os.Stderr, "Usage: wasm [PACKAGE]\n\nBuilds the game's rules (./game, unless another package is named) as WebAssembly. Beside the game's\n"+
			"pages, as %s, nodes serve it, and pages predict with it what their player does.\n\n%s", filepath.Join("web", pages.PredictionFile), f.FlagUsages())
	}
	m := kit.Wasm{Package: "./game"}
	f.StringVar(&m.Out, "out", filepath.Join("web", pages.PredictionFile), "the file to write")
	f.BoolVar(&m.Press, "press", true, "write it in brotli, as FILE.br: a fifth of the size, in some seconds")
	if err := p.parse(f, args, true); err != nil {
		return err
	}
	if f.NArg() > 0 {
		m.Package = f.Arg(0)
	} else if !predicts(p.games) {
		_, err := fmt.Fprintln(p.stdout, "The rules have no Predict: there is nothing to build for browsers.")
		return err
	}
	size, pressed, err := m.Build(p.ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s has the rules of %s: %d kB", m.Out, m.Package, size/1000)
	if m.Press {
		text = fmt.Sprintf("%s.br has the rules of %s: %d kB, and %d kB as they are sent", m.Out, m.Package, size/1000, pressed/1000)
	}
	_, err = fmt.Fprintln(p.stdout, text)
	return err
}
