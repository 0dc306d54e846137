package server

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/outbox"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// Option is something that a game's server has beside the rules of its game.
type Option func(*own)

// own is what a program has of its own.
type own struct {
	games     []sim.Game
	pages     fs.FS
	makers    map[string]bots.Maker
	receivers []outbox.Target
	alone     []string
}

// Games has the program serve further games.
func Games(more ...sim.Game) Option {
	return func(o *own) { o.games = append(o.games, more...) }
}

// Pages shows the game's own pages in place of those of the arena: index.html at /,
// tag.html at /tag too, every other file under its path. Files of an [os.DirFS] are
// read anew when they change. The console stays where it is.
func Pages(files fs.FS) Option {
	return func(o *own) { o.pages = files }
}

// Bots gives bots of the game something to do, for 'bots --behaviour NAME' and for those
// that play with people. One that is named after a mode is what bots do there; else the
// first, by name, whose maker takes the mode's schema.
func Bots(name string, maker bots.Maker) Option {
	return func(o *own) {
		if o.makers == nil {
			o.makers = map[string]bots.Maker{}
		}
		o.makers[name] = maker
	}
}

// Outside hands outcomes and effects to a receiver of the program, beside the webhook
// and others that flags name; see docs/OUTBOX.md. name is 1 to 32 of a-z, 0-9 and '-':
// what was delivered is remembered by it.
func Outside(name string, receiver outbox.Receiver) Option {
	return func(o *own) { o.receivers = append(o.receivers, outbox.Target{Name: name, Receiver: receiver}) }
}

// Alone says what the program does when it is started without arguments: these are taken
// then. Without it, it prints its help.
func Alone(arguments ...string) Option {
	return func(o *own) { o.alone = arguments }
}

// ownBehaviour is the name of what bots do that a program brings along.
const ownBehaviour = "own"

// behaviours returns everything that bots can do, and what they do unless told.
func behaviours(makers map[string]bots.Maker, otherwise string) (all map[string]bots.Maker, usual string) {
	if len(makers) == 0 {
		return bots.Behaviours, otherwise
	}
	all = maps.Clone(bots.Behaviours)
	maps.Copy(all, makers)
	all[ownBehaviour] = func(schema *pb.Schema, random *rand.Rand) (b bots.Behaviour, err error) {
		for _, name := range slices.Sorted(maps.Keys(makers)) {
			if b, err = makers[name](schema, random); err == nil {
				return b, nil
			}
		}
		return nil, err
	}
	return all, ownBehaviour
}
