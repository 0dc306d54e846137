package client

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// MaxRetryAfter is the longest pause that a server may ask for.
// Threat: a wrong server or proxy that sends players away for a day.
const MaxRetryAfter = time.Minute

// pauses are drawn at random, so that players who were lost together do not come
// back together. The first attempt comes after low to high; later ones after half
// to all of a pause that begins with step and doubles up to most. docs/PROTOCOL.md
// has the same table.
var pauses = [causes]struct{ low, high, step, most time.Duration }{
	// The seat is kept for a limited time.
	seatWaits: {0, 250 * time.Millisecond, 500 * time.Millisecond, 4 * time.Second},
	// The room stands ready, and its players are few enough to come at once.
	roomMoved: {0, 20 * time.Millisecond, 500 * time.Millisecond, 4 * time.Second},
	// Another node takes it over within a second, all of its players at once.
	roomSought: {50 * time.Millisecond, 150 * time.Millisecond, 200 * time.Millisecond, time.Second},
	// It concerns one player, whose earlier pauses were random already.
	seatGone: {0, 250 * time.Millisecond, time.Second, 30 * time.Second},
	// It concerns all players of a room.
	roomGone: {0, time.Second, time.Second, 30 * time.Second},
	// It concerns all players of a node. Why 3.5 s: of 10,000 then at most 7,000
	// come in any second, and all are back that soon after a restart of a second. Why 10 s:
	// it is the longest that somebody waits for a server that is there again.
	nodeGone: {500 * time.Millisecond, 3500 * time.Millisecond, 2 * time.Second, 10 * time.Second},
	busy:     {2 * time.Second, 4 * time.Second, 4 * time.Second, time.Minute},
}

// Retry says when a player without a connection tries again. Every cause begins
// with its own first pause, whatever was tried before because of another. The
// zero value is ready.
type Retry struct{ tries [causes]int }

// Attempt is what to do next to come back.
type Attempt struct {
	// Comeback is what to try: Resume, or else a new seat from the lobby.
	Comeback netproto.Comeback
	// Pause is how long to wait before.
	Pause time.Duration
}

// After returns the next attempt after a connection, or the attempt before, ended
// with err; false: do not come back. canResume is Session.CanResume; random is 0
// to below 1. It is never earlier than the server asked for (see RetryAfter).
func (r *Retry) After(err error, canResume bool, random float64) (Attempt, bool) {
	why := causeOf(err, canResume)
	if why == final {
		return Attempt{}, false
	}
	return Attempt{why.comeback(canResume), r.pause(why, RetryAfter(err), random)}, true
}

// Later returns the next attempt of a player who comes back whatever the server
// said.
func (r *Retry) Later(random float64) Attempt {
	return Attempt{netproto.RejoinLater, r.pause(busy, 0, random)}
}

func (r *Retry) pause(why cause, asked time.Duration, random float64) time.Duration {
	p := pauses[why]
	low, high := p.low, p.high
	if tries := r.tries[why]; tries > 0 {
		high = p.step
		for i := 1; i < tries && high < p.most; i++ {
			high *= 2
		}
		high = min(high, p.most)
		low = high / 2
	}
	r.tries[why]++
	if asked > 0 {
		low, high = asked, asked+high-low
	}
	return low + time.Duration(random*float64(high-low))
}

// Succeeded forgets the attempts: the player plays again.
func (r *Retry) Succeeded() { *r = Retry{} }

// parseRetryAfter reads the header of that name: seconds, or a date. 0: there is
// none, or it is over.
func parseRetryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, MaxRetryAfter)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), MaxRetryAfter)
	}
	return 0
}
