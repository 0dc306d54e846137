package simtest

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/metronome-server/metronome/sim"
)

// config is how a check runs.
type config struct {
	players int
	ticks   int
	seed    uint64
}

// Option changes how [Check] runs.
type Option func(*config)

// Players sets how many players there are at most times: 32 by default, or as
// many as the mode has seats.
func Players(n int) Option { return func(c *config) { c.players = n } }

// Ticks sets how many ticks are played with the mode as it is: 2000 by default, 300
// with go test -short. Rooms with other params, and for one match, come on top.
func Ticks(n int) Option { return func(c *config) { c.ticks = n } }

// Seed repeats a run: a failure prints its seed. Random by default.
func Seed(seed uint64) Option { return func(c *config) { c.seed = seed } }

// Check plays matches of the mode with random joins, leaves, inputs and commands.
// At random ticks it takes the state, restores it into a fresh world and into one
// that was used for something else, and gives all three the same inputs. It fails
// t with the first tick, table, row and field in which they differ, or the first
// event, wish or effect.
//
// A room of 0 Hz is driven as such rooms are: it steps when somebody does
// something or the rules asked for it, and most ticks are left out. Players whom
// the rules kick leave, and nobody comes into a room that they lock. Where the
// rules end the match, the next one begins.
//
// Shorter matches follow, with params at their least, at their most and drawn at
// random, and in rooms for one match. A game may refuse params that do not go
// together with [sim.ErrParam]; any other error of New is a fault.
//
// What the matches never came to (a column that had one value only, an event or
// effect that nobody emitted, an input or command that made no difference, a wish
// that the rules never had) it logs: see it with -v.
//
// Under a *testing.T it runs in a bubble of testing/synctest, so that rules
// that read the clock are found: it must not be called inside of one.
func Check(t testing.TB, mode sim.Mode, options ...Option) {
	t.Helper()
	c := config{players: min(32, mode.Seats), ticks: 2000, seed: rand.Uint64()}
	if testing.Short() {
		c.ticks = 300
	}
	for _, option := range options {
		option(&c)
	}
	c.players = max(c.players, 1)
	t.Logf("simtest: mode %q, %d players, %d ticks, seed %d", mode.Name, c.players, c.ticks, c.seed)
	missed, fault := c.find(t, mode)
	switch {
	case fault != nil:
		t.Errorf("simtest: mode %q breaks the contract of package sim: %v\nsimtest.Seed(%d) repeats it.", mode.Name, fault, c.seed)
	case missed != "":
		t.Logf("simtest: of what its matches never came to, nothing is known: %s", missed)
	}
}

// find plays the matches, in a bubble if it can, and says what they never came to.
func (c config) find(t testing.TB, mode sim.Mode) (missed string, fault error) {
	play := func(passTime func()) {
		course := newCourse(c, mode, passTime)
		if fault = course.play(); fault == nil {
			missed = course.tally.missed()
		}
	}
	if bubble, ok := t.(*testing.T); ok {
		synctest.Test(bubble, func(*testing.T) { play(passTime) })
	} else {
		play(func() {})
	}
	return missed, fault
}

// passTime moves the bubble's clock, at once, by about half a day: an odd
// amount, so that every unit from nanoseconds to hours differs.
func passTime() { <-time.After(11*time.Hour + 23*time.Minute + 45678901234*time.Nanosecond) }
