package simtest

import (
	"math/rand/v2"
	"slices"
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
	reach   bool     // what the matches never come to is a failure
	except  []string // names of goals
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

// Reach makes [Check] fail, too, when its matches never come to something that the
// mode declares, but for what is excepted, under the names "table shot", "column
// ship.steer", "event hit", "effect gift", "outcome", "input aim", "command" and
// "command say"; "column match.score.*" is all that begin so. A name of nothing that is declared is a failure. What the rules
// never want of their room is logged only, as no mode declares it. Take as many
// ticks as random play needs: with few, Check fails now and then.
func Reach(except ...string) Option {
	return func(c *config) { c.reach, c.except = true, except }
}

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
// that the rules never had) it logs: see it with -v. With [Reach] it is a failure.
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
	came, fault := c.find(t, mode)
	if fault != nil {
		t.Errorf("simtest: mode %q breaks the contract of package sim: %v\nsimtest.Seed(%d) repeats it.", mode.Name, fault, c.seed)
		return
	}
	if missed := came.missed(); len(missed) > 0 {
		t.Logf("simtest: of what its matches never came to, nothing is known: %s", missedText(missed))
	}
	if c.reach {
		c.judgeReach(t, mode, came)
	}
}

// judgeReach fails t with what is declared and was never come to.
func (c config) judgeReach(t testing.TB, mode sim.Mode, came *tally) {
	t.Helper()
	for _, name := range c.except {
		if !came.has(name) {
			t.Errorf("simtest: Reach excepts %q, and mode %q declares nothing of that name", name, mode.Name)
		}
	}
	missed := slices.DeleteFunc(came.missed(), func(g goal) bool { return g.kind == goalCall || slices.ContainsFunc(c.except, g.goesBy) })
	if len(missed) > 0 {
		t.Errorf("simtest: mode %q declares what its matches never came to: %s\nThe ways there are more ticks, other params, "+
			"or simtest.Reach with the name of what nobody should expect. simtest.Seed(%d) repeats it.", mode.Name, missedText(missed), c.seed)
	}
}

// find plays the matches, in a bubble if it can, and says what they came to.
func (c config) find(t testing.TB, mode sim.Mode) (came *tally, fault error) {
	play := func(passTime func()) {
		course := newCourse(c, mode, passTime)
		came, fault = course.tally, course.play()
	}
	if bubble, ok := t.(*testing.T); ok {
		synctest.Test(bubble, func(*testing.T) { play(passTime) })
	} else {
		play(func() {})
	}
	return came, fault
}

// passTime moves the bubble's clock, at once, by about half a day: an odd
// amount, so that every unit from nanoseconds to hours differs.
func passTime() { <-time.After(11*time.Hour + 23*time.Minute + 45678901234*time.Nanosecond) }
