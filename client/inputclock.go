package client

import (
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// jump is how far inputs are off, in quarters of a tick, when they are moved at
// once instead of by running the clock faster or slower: at the start and after
// somebody stalled.
const jump = 2 * wholeTick

// inputClock says for which tick an input is that is sent now, so that it
// arrives shortly before the room needs it.
type inputClock struct {
	steer   steering
	period  time.Duration
	lead    int // ticks that an input may be ahead
	loose   bool
	started bool
	next    sim.Tick // the tick of the next input
	hold    int      // inputs to leave out, as they are too early
	slew    int      // quarters of a tick by which to be earlier, for a pace
}

func (c *inputClock) begin(period time.Duration, lead int, loose bool) {
	*c = inputClock{period: period, lead: lead, loose: loose}
}

// due returns the tick of an input that is sent now. late is how long ago the
// snapshot of tick last left the room, plus how long the input will travel.
func (c *inputClock) due(last sim.Tick, late time.Duration, skipped int) (sim.Tick, bool) {
	switch {
	case !c.started:
		c.started, c.hold = true, 0
		c.next = last.Add(1 + int(late/c.period))
		c.steer.start(c.grain(), c.next, time.Time{})
	case skipped > 0:
		c.next = c.next.Add(skipped)
	}
	if c.hold > 0 {
		c.hold--
		return 0, false
	}
	t := c.next
	c.next++
	return t, true
}

func (c *inputClock) grain() int {
	if c.loose {
		return 1
	}
	return wholeTick
}

// hear steers by what a snapshot says.
func (c *inputClock) hear(f *netproto.ServerFrame, now time.Time) {
	if !c.started {
		return
	}
	// Only a room that stood still can be so far behind; its reports cannot be
	// told apart, so begin again.
	if c.next.Since(f.Tick) > 2*c.lead {
		c.started, c.slew = false, 0
		return
	}
	if c.steer.since.IsZero() {
		c.steer.since = now
	}
	move := c.steer.report(f.Tick, c.slack(f), c.next, now)
	if move == 0 {
		return
	}
	if !c.loose || move >= jump || move <= -jump {
		whole := move / wholeTick
		move -= whole * wholeTick
		if whole > 0 {
			c.next = c.next.Add(whole)
		} else {
			c.hold -= whole
		}
	}
	c.slew = move
	if move == 0 {
		c.settle(now)
	}
}

// slack is what a snapshot says of the inputs that came for it. It names that of
// the newest, which hides that an older one came with it and was late; the count
// of those that were of no use shows it.
func (c *inputClock) slack(f *netproto.ServerFrame) int {
	hidden := f.Dropped > 0 && f.Slack >= 0 && int(f.Slack) <= c.lead
	if hidden {
		return -1
	}
	return int(f.Slack)
}

// excuse has the inputs that were due until now not count: the client knows that
// it sent them late. A move that is going on is not disturbed.
func (c *inputClock) excuse() {
	if c.steer.from < c.next {
		c.steer.from = c.next
	}
}

// takeSlew returns by how many quarters of a tick a pace is to make inputs
// earlier; settle must follow once it has.
func (c *inputClock) takeSlew() int {
	slew := c.slew
	c.slew = 0
	return slew
}

// settle says that inputs are now as early as they were to be.
func (c *inputClock) settle(now time.Time) { c.steer.settle(c.next, now) }
