package server

import (
	"context"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/lobby"
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
	judge     identity.Judge
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

// User is who somebody is, as an [Authorize] says. The rules learn it as a [sim.Entrant].
type User struct {
	// ID is the same for the same person, at most 128 bytes; "": nobody who is known.
	ID string
	// Name is what others read; "": what they asked to be called.
	Name   string
	Rating int32
	// Data is for the rules, at most 512 bytes.
	Data []byte
	Bot  bool
}

// Authorize has the program tell who its users are, in place of the keys that
// --user-keys names: judge gets what a caller of the lobby sends as "Authorization: Bearer
// TOKEN", and what they would like to be called. An error refuses them; they read its
// text. Callers without a token are let in, or not, by --anonymous. judge is called on
// many goroutines, and has five seconds; a call that takes longer, or panics, refuses its
// caller and costs others nothing.
func Authorize(judge func(ctx context.Context, token, name string) (User, error)) Option {
	return func(o *own) {
		o.judge = func(ctx context.Context, token, name string) (lobby.Player, error) {
			u, err := judge(ctx, token, name)
			return lobby.Player{UserID: u.ID, Name: u.Name, Rating: u.Rating, Data: u.Data, Bot: u.Bot}, err
		}
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
