package simtest

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/metronome-server/metronome/sim"
)

// course is the matches that a check plays: first in a room as the mode is, then
// shorter ones with other params, then in rooms that are made for one match.
type course struct {
	config
	mode     sim.Mode
	rng      *rand.Rand
	passTime func()
	tally    *tally
	params   []sim.ParamField
}

const (
	// otherRooms is how many times shorter a match with other params is: with all
	// of them, a check takes about a fifth longer.
	otherRooms = 40
	// leastTicks is how long it is at least.
	leastTicks = 20
	// shortMatches is how many rooms for one match have short params at most, where
	// none has come to its end before.
	shortMatches = 3
)

// drawing is how params are drawn from their ranges.
type drawing uint8

const (
	least drawing = iota
	most
	anything // large numbers as often as small ones, at times the default
	short    // numbers near the least: for a match that soon ends
)

func newCourse(c config, mode sim.Mode, passTime func()) *course {
	return &course{config: c, mode: mode, rng: rand.New(rand.NewPCG(c.seed, 4)), passTime: passTime, tally: newTally()}
}

// play returns the first fault, or nil.
func (c *course) play() error {
	if err := c.playRoom(); err != nil {
		return err
	}
	ticks := max(c.ticks/otherRooms, leastTicks)
	if len(c.params) > 0 {
		for _, how := range []drawing{least, most, anything, anything} {
			params := c.draw(how)
			if _, err := c.match(c.mode.WithParams(params), ticks, c.rng.Uint64(), "with params"+paramText(params)); err != nil {
				return err
			}
		}
	}
	return c.playOneMatch(ticks)
}

// playRoom plays match after match with the mode as it is: where the rules end
// one, the next begins.
func (c *course) playRoom() error {
	seed := c.seed
	for left := c.ticks; left > 0; seed = c.rng.Uint64() {
		m, err := c.match(c.mode, left, seed, "")
		if err != nil {
			return err
		}
		c.params = m.world.ParamFields()
		left -= max(m.played, 1) // a room may be over before it begins
	}
	return nil
}

// playOneMatch plays in rooms that are made for one match, as a queue does, until
// one has come to its end.
func (c *course) playOneMatch(ticks int) error {
	mode := c.mode.ForOneMatch()
	m, err := c.match(mode, 2*ticks, c.rng.Uint64(), "for one match")
	for i := 0; i < shortMatches && len(c.params) > 0 && err == nil && (m == nil || !m.world.Ended()); i++ {
		params := c.draw(short)
		m, err = c.match(mode.WithParams(params), ticks, c.rng.Uint64(), "for one match with params"+paramText(params))
	}
	return err
}

// match plays one match, at most so many ticks, and takes in what it came to. It
// is nil when the game refuses the params of the room.
func (c *course) match(mode sim.Mode, ticks int, seed uint64, room string) (*match, error) {
	one := c.config
	one.ticks, one.seed = ticks, seed
	m := newMatch(one, mode, c.passTime, c.tally)
	switch err := m.play(); {
	case err == nil:
		m.reach.report(m.world, c.tally)
		return m, nil
	case room == "":
		return nil, err
	case m.world == nil && errors.Is(err, sim.ErrParam):
		return nil, nil
	default:
		return nil, fmt.Errorf("in a room %s: %w", room, err)
	}
}

// draw makes params within their ranges.
func (c *course) draw(how drawing) []sim.Param {
	params := make([]sim.Param, 0, len(c.params))
	for _, f := range c.params {
		span := int64(f.Max) - int64(f.Min)
		above := int64(0)
		switch kind := c.rng.IntN(4); {
		case how == least:
		case how == most:
			above = span
		case how == short:
			above = min(span, c.rng.Int64N(1<<c.rng.IntN(4)))
		case kind == 0:
			continue // the default
		case kind == 1:
			above = span * c.rng.Int64N(2)
		case kind == 2:
			above = min(span, c.rng.Int64N(1<<c.rng.IntN(16)))
		default:
			above = c.rng.Int64N(span + 1)
		}
		f.Default = int32(int64(f.Min) + above)
		params = append(params, sim.Param{Name: f.Name, Value: f.DefaultText()})
	}
	return params
}

func paramText(params []sim.Param) (text string) {
	for _, p := range params {
		text += fmt.Sprintf(" %s=%s", p.Name, p.Value)
	}
	return text
}
