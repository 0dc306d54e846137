package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/server/kit"
)

// newGame begins a game: a module of its own.
func (p *program) newGame(args []string) error {
	f := pflag.NewFlagSet("new", pflag.ContinueOnError)
	g := kit.Game{}
	f.StringVar(&g.Template, "template", kit.Usual, "what it begins as: "+strings.Join(kit.Templates(), ", "))
	f.StringVar(&g.Source, "metronome", "", "directory with metronome's source to build it with (default: that of this program, when it is no release)")
	if err := p.parse(f, args, true); err != nil {
		return err
	}
	if f.NArg() != 1 {
		_, _ = fmt.Fprintf(p.stderr, "%[1]s new: want one directory, which is named as the game is to be\nSee '%[1]s new --help'.\n", p.called())
		return errUsage
	}
	g.Dir = f.Arg(0)
	if err := chooseSource(&g, moduleVersion()); err != nil {
		return err
	}
	if err := g.Write(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.stdout, "%s is there, from template %s. go fetches what it needs.\n", g.Dir, g.Template)
	if err := tidy(p.ctx, g.Dir); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "\nPlay it, with bots:\n\n    cd %s\n    go run .\n\nThen open http://127.0.0.1:8080, change game/game.go, and start it again.\n", g.Dir)
	return err
}

// release is the version of a module that go can fetch.
var release = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[a-z]+\.\d+)?$`)

// chooseSource says what a game is built with: this program's version, if it is a
// release, or else source that is on this machine.
func chooseSource(g *kit.Game, version string) (err error) {
	g.Version = "v0.0.0"
	switch {
	case g.Source != "":
		if g.Source, err = filepath.Abs(g.Source); err != nil {
			return err
		}
		if kit.SourceAbove(g.Source) != g.Source {
			return fmt.Errorf("--metronome %s: it has no go.mod of module %s", g.Source, kit.Module)
		}
		return nil
	case release.MatchString(version):
		g.Version = version
		return nil
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	for _, dir := range []string{kit.SourceAbove(here), kit.OwnSource()} {
		if dir != "" {
			g.Source = dir
			return nil
		}
	}
	return errors.New("this program is no release that go could fetch: say where its source is with --metronome DIR")
}

// tidy has go find out what a game needs.
func tidy(ctx context.Context, dir string) error {
	c := exec.CommandContext(ctx, "go", "mod", "tidy")
	c.Dir = dir
	out, err := c.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return errors.New("go is not there to find out what the game needs: install it, then run 'go mod tidy' in " + dir)
	}
	if err != nil {
		return fmt.Errorf("go mod tidy in %s: %w\n%s", dir, err, strings.TrimSpace(string(out)))
	}
	return nil
}
