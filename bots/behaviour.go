package bots

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// Behaviour is what one player does in one room. The swarm's goroutine calls it.
type Behaviour interface {
	// Act fills in what the player asks for at v.Tick: in has one value per field
	// of the schema's input, as they were left the last time. False: the player
	// sends no input.
	Act(v *View, in []int32) (send bool)
}

// Commander is a part of Behaviour for those that give commands, beside inputs or
// instead of them.
type Commander interface {
	// Command fills in what the player orders at v.Tick: c's values and list. It is
	// asked at each tick at which the server has dealt with all commands before.
	// False: the player orders nothing.
	Command(v *View, c *netproto.Command) (give bool)
}

// View is what a behaviour knows when it acts. It is reused.
type View struct {
	// Tick is the one that the input is for; Mirror.Tick the one last seen.
	Tick sim.Tick
	// Hz is ticks per second.
	Hz   int
	Seat sim.Seat
	// Mirror is what the seat sees, which is in step with the room; nil for a
	// player that Config.Mirrors left without.
	Mirror *netproto.Mirror
}

// Maker makes a behaviour for a player that has come into a room. It finds
// tables, columns and input fields by their names; an error says what the game
// lacks. All randomness comes from random, so that a seed plays the same.
type Maker func(schema *pb.Schema, random *rand.Rand) (Behaviour, error)

// AnyGame is the name of the behaviour that fits every game.
const AnyGame = "random"

// Behaviours are those that come with the server, by name. idle and AnyGame fit
// every game, cards games like crazy eights, the others games like the arena.
var Behaviours = map[string]Maker{
	AnyGame:   newRandom,
	"idle":    newIdle,
	"wander":  newWander,
	"fighter": newFighter,
	"cards":   newCardPlayer,
}

// names lists behaviours for messages.
func names(m map[string]Maker) string {
	return strings.Join(slices.Sorted(maps.Keys(m)), ", ")
}

// inputField returns the place of an input field by its name.
func inputField(schema *pb.Schema, name string) (int, error) {
	for i, f := range schema.GetInput() {
		if f.GetName() == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("the game's input has no field %q", name)
}

// column returns where a column of a table is that everybody sees.
func column(schema *pb.Schema, table, name string) (netproto.Place, error) {
	p, ok := netproto.Find(schema, table, name)
	if !ok || p.Own {
		return p, fmt.Errorf("the game has no public column %q in a table %q", name, table)
	}
	return p, nil
}

// idle sends no inputs.
type idle struct{}

func newIdle(*pb.Schema, *rand.Rand) (Behaviour, error) { return idle{}, nil }

// Act implements Behaviour.
func (idle) Act(*View, []int32) bool { return false }
