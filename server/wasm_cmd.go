package server

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/server/kit"
)

// wasm builds the rules for browsers.
func (p *program) wasm(args []string) error {
	f := pflag.NewFlagSet("wasm", pflag.ContinueOnError)
	f.Usage = func() {
		_, _ = fmt.Fprintf(os.Stderr, "Usage: wasm [PACKAGE]\n\nBuilds the game's rules (./game, unless another package is named) as WebAssembly. Beside the game's\n"+
			"pages, as %s, nodes serve it, and pages predict with it what their player does.\n\n%s", filepath.Join("web", kit.PredictionFile), f.FlagUsages())
	}
	m := kit.Wasm{Package: "./game"}
	f.StringVar(&m.Out, "out", filepath.Join("web", kit.PredictionFile), "the file to write")
	f.BoolVar(&m.Press, "press", true, "write it in brotli, as FILE.br: a fifth of the size, in some seconds")
	if err := p.parse(f, args, true); err != nil {
		return err
	}
	if f.NArg() > 0 {
		m.Package = f.Arg(0)
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
