// Package server wires one node and its command line. A game author's main is
//
//	func main() { os.Exit(server.Main(mygame.Game(), server.Pages(os.DirFS("web")))) }
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/metronome-server/metronome/server/kit"
	"github.com/metronome-server/metronome/sim"
)

// program is one run of the command line.
type program struct {
	ctx    context.Context
	name   string // as people call it; "": metronome
	games  []sim.Game
	own    own
	stdout io.Writer
	stderr io.Writer
	// environ is the environment, as os.Environ returns it.
	environ []string
	// collect, unless nil, gets a command's flags instead of their values being
	// read.
	collect func(*pflag.FlagSet)
}

// command is what stands after the program's name: a word, or two; the longer name
// comes first.
type command struct {
	name, args, about string
	run               func(*program, []string) error
}

func commands() []command {
	return []command{
		{"wasm", "[PACKAGE]", "build the game's rules for browsers, which predict with them what their player does", (*program).wasm},
		{"new", "DIR", "begin a game of your own: a module with rules, bots, a page and a test", (*program).newGame},
		{"dev", "", "play the game of this folder while you write it", (*program).dev},
		{"serve", "", "run a game server (default http://127.0.0.1:8080)", (*program).serve},
		{"bots", "", "load-test a server with headless players", (*program).bots},
		{"rooms create", "", "make a room on a server", (*program).createRoom},
		{"rooms move", "ROOM [NODE]", "have a room go on at another node, with everybody in it", (*program).moveRoom},
		{"rooms", "", "list the rooms of a server", (*program).rooms},
		{"replay", "FILE…", "play recordings again and check that they come out the same", (*program).replay},
		{"queues replay", "LOG…", "play a queue's log through other configurations, and compare", (*program).replayQueues},
		{"queues check", "FILE", "read a file of queues as serve would, and print what it says", (*program).checkQueues},
		{"keys", "", "make, list and revoke the keys of the game's backend", (*program).keys},
		{"token", "", "sign a user token, as a game's backend does, or make the keys for it", (*program).token},
		{"schema", "", "print a game's tables, events and input, as JSON or TypeScript", (*program).schema},
		{"health", "", "exit 0 when a server answers, for container health checks", (*program).health},
		{"version", "", "print the version", (*program).version},
	}
}

// errUsage has been explained to the user already.
var errUsage = errors.New("usage")

// Main runs the command line of a program that serves a game and returns its exit code:
// 0 done, 1 failed, 2 wrong usage. It calls itself as its file is called.
func Main(game sim.Game, options ...Option) int {
	ctx, stop := stopSignals(context.Background())
	defer stop()
	p := &program{ctx: ctx, name: programName(os.Args[0]), stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ()}
	p.own.games = []sim.Game{game}
	for _, option := range options {
		option(&p.own)
	}
	p.games = p.own.games
	return p.main(os.Args[1:])
}

// programName is how people call a program that was started by a path.
func programName(path string) string {
	return strings.TrimSuffix(filepath.Base(path), ".exe")
}

// called is how the program speaks of itself.
func (p *program) called() string { return cmp.Or(p.name, "metronome") }

func (p *program) main(args []string) int {
	if len(args) == 0 {
		args = p.own.alone
	}
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		p.usage(p.stdout)
		return 0
	}
	for _, c := range commands() {
		words := strings.Fields(c.name)
		if len(args) >= len(words) && slices.Equal(args[:len(words)], words) {
			return p.code(c.run(p, args[len(words):]))
		}
	}
	_, _ = fmt.Fprintf(p.stderr, "%s: unknown command %q\n\n", p.called(), args[0])
	p.usage(p.stderr)
	return 2
}

func (p *program) code(err error) int {
	switch {
	case err == nil, errors.Is(err, pflag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		_, _ = fmt.Fprintf(p.stderr, "%s: %s\n", p.called(), line)
	}
	return 1
}

func (p *program) usage(w io.Writer) {
	about := "an authoritative multiplayer game server"
	if p.called() != "metronome" {
		about = "a game server of metronome's"
	}
	_, _ = fmt.Fprintf(w, "%[1]s is %[2]s.\n\nUsage: %[1]s COMMAND [FLAGS]\n\nCommands:\n", p.called(), about)
	for _, c := range commands() {
		_, _ = fmt.Fprintf(w, "  %-18s %s\n", strings.TrimSpace(c.name+" "+c.args), c.about)
	}
	_, _ = fmt.Fprintf(w, "\n'%s COMMAND --help' lists a command's flags. Every flag has an environment\ntwin: --public-url is METRONOME_PUBLIC_URL.\n", p.called())
}

// parse reads flags, then for those not given the environment.
func (p *program) parse(f *pflag.FlagSet, args []string, operands bool) error {
	if p.collect != nil {
		p.collect(f)
		return errCollected
	}
	f.SortFlags = false
	f.SetOutput(p.stderr)
	if err := f.Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return err
		}
		_, _ = fmt.Fprintf(p.stderr, "%[1]s %[2]s: %[3]v\nSee '%[1]s %[2]s --help'.\n", p.called(), f.Name(), err)
		return errUsage
	}
	if !operands && f.NArg() > 0 {
		_, _ = fmt.Fprintf(p.stderr, "%s %s: %q is one word too many\n", p.called(), f.Name(), f.Arg(0))
		return errUsage
	}
	faults := []error{p.checkEnvironment()}
	f.VisitAll(func(flag *pflag.Flag) {
		name := variable(flag.Name)
		if value := p.env(name); value != "" && !flag.Changed {
			if err := f.Set(flag.Name, value); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", name, err))
			}
		}
	})
	return errors.Join(faults...)
}

func (p *program) version([]string) error {
	_, err := fmt.Fprintf(p.stdout, "metronome %s\n", Version())
	return err
}

// version is set when the program is linked, where the commit is not known to the
// compiler: -ldflags "-X github.com/metronome-server/metronome/server.version=1.2.3".
var version string

// Version is the program's version: as it was linked, of the commit it was built
// from, of the module, or "devel".
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	return "devel"
}

// moduleVersion is the version of metronome's module in this program, as go knows it; "":
// it was built from source.
func moduleVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == kit.Module && m.Replace == nil {
			return m.Version
		}
	}
	return ""
}
