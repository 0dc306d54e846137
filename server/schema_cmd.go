package server

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// schema prints the tables, events and input of a mode, as its rooms' welcome
// has them.
func (p *program) schema(args []string) error {
	f := pflag.NewFlagSet("schema", pflag.ContinueOnError)
	mode := f.String("mode", "", "mode to describe (default: the first)")
	ts := f.Bool("ts", false, "print TypeScript for @metronome/sdk instead of JSON")
	if err := p.parse(f, args, false); err != nil {
		return err
	}
	game, m, err := p.pick(*mode)
	if err != nil {
		return err
	}
	world, err := sim.Start(m, 0)
	if err != nil {
		return err
	}
	schema := netproto.SchemaOf(world)
	if *ts {
		_, err = fmt.Fprint(p.stdout, typescript(game, m.Name, schema))
		return err
	}
	_, err = fmt.Fprintln(p.stdout, protojson.MarshalOptions{Multiline: true}.Format(schema))
	return err
}

// pick returns a mode by its name, the first for an empty one, and its game's name.
func (p *program) pick(name string) (string, sim.Mode, error) {
	var known []string
	for _, g := range p.games {
		for _, m := range g.Modes {
			if name == "" || m.Name == name {
				return g.Name, m, nil
			}
			known = append(known, m.Name)
		}
	}
	if len(known) == 0 {
		return "", sim.Mode{}, errors.New("this program has no game")
	}
	return "", sim.Mode{}, fmt.Errorf("--mode %q: want one of %s", name, strings.Join(known, ", "))
}
