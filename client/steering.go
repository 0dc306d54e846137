package client

import (
	"math"
	"time"

	"github.com/metronome-server/metronome/sim"
)

const (
	// wholeTick is a tick in quarters, the unit of steering's answers. Why so
	// fine: a client that can be this much earlier need not be a whole tick.
	wholeTick = 4
	// patience is how long inputs must have had a tick to spare before they are
	// sent later: longer than a bad moment of a network. It doubles when that was
	// a mistake, up to maxPatience. More to spare needs less.
	patience    = 2 * time.Second
	maxPatience = time.Minute
)

// steering keeps inputs just early enough. It hears the slack that the server
// reports and says by how much inputs are to be earlier or later.
type steering struct {
	grain    int // the smallest move, quarters of a tick
	patience time.Duration
	from     sim.Tick // inputs for earlier ticks were sent before the last move
	since    time.Time
	spare    int // the least slack since then
	fell     bool
	// rise is the least of the newest slacks, all of which are more than one above
	// spare, and risen when the first of them came; 0: the newest is not.
	rise  int
	risen time.Time
}

// start forgets the past. grain is 1 when inputs can be moved in time, wholeTick
// when they can only be for another tick.
func (s *steering) start(grain int, from sim.Tick, now time.Time) {
	*s = steering{grain: grain, patience: patience}
	s.settle(from, now)
}

// settle says that a move is done: from is the first tick of an input that was
// sent after it.
func (s *steering) settle(from sim.Tick, now time.Time) {
	s.from, s.since, s.spare, s.rise = from, now, math.MaxInt, 0
}

// report takes the slack of one snapshot; next is the tick after the last input
// sent. It returns by how many quarters of a tick inputs are to be earlier
// (positive) or later (negative); when that is not 0, nothing more is heard
// until settle.
func (s *steering) report(tick sim.Tick, slack int, next sim.Tick, now time.Time) int {
	// The room says the slack of the newest input again while no other comes, so
	// that it seems to be of an input that was not sent.
	if about := tick.Add(slack); about < s.from || about >= next {
		return 0
	}
	if slack < 0 {
		if s.fell {
			s.fell, s.patience = false, min(2*s.patience, maxPatience)
		}
		s.from = math.MaxUint32
		return wholeTick*(-slack-1) + s.grain
	}
	s.watchRise(slack, now)
	s.spare = min(s.spare, slack)
	if s.spare == 0 {
		s.since, s.spare = now, math.MaxInt
		return 0
	}
	wait := s.patience
	if s.spare > 1 {
		wait = patience / time.Duration(s.spare)
	}
	if now.Sub(s.since) < wait {
		return 0
	}
	if s.spare > 1 {
		s.patience = patience
	}
	s.fell, s.from = true, math.MaxUint32
	return -wholeTick*(s.spare-1) - s.grain
}

// watchRise notices that a room has lost ticks: slacks are suddenly higher, and
// stay so. What they were before says nothing then.
func (s *steering) watchRise(slack int, now time.Time) {
	if s.spare == math.MaxInt || slack <= s.spare+1 {
		s.rise = 0
		return
	}
	if s.rise == 0 {
		s.rise, s.risen = slack, now
	}
	s.rise = min(s.rise, slack)
	if now.Sub(s.risen) >= patience/time.Duration(s.rise) {
		s.spare, s.since = s.rise, s.risen
	}
}
