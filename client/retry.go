package client

import (
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// Retry paces the attempts to come back after a connection has ended. The zero
// value is ready. Every pause is drawn from a range, so that the players of a
// room that ended do not all come back at once.
type Retry struct{ tries int }

// pauses by what the close code or refusal says: the first attempt comes after
// up to `first`, later ones after a pause that doubles from step to most.
var pauses = map[netproto.Comeback]struct{ first, step, most time.Duration }{
	// A resume is urgent: the seat is kept for a limited time.
	netproto.Resume:      {250 * time.Millisecond, 500 * time.Millisecond, 4 * time.Second},
	netproto.Rejoin:      {time.Second, time.Second, 30 * time.Second},
	netproto.RejoinLater: {0, 4 * time.Second, time.Minute},
}

// After returns how long to wait before the next attempt; false: do not come
// back. random is 0 to below 1.
func (r *Retry) After(c netproto.Comeback, random float64) (time.Duration, bool) {
	p, ok := pauses[c]
	if !ok {
		return 0, false
	}
	r.tries++
	if r.tries == 1 && p.first > 0 {
		return time.Duration(random * float64(p.first)), true
	}
	pause := p.step
	for i := 2; i < r.tries && pause < p.most; i++ {
		pause *= 2
	}
	pause = min(pause, p.most)
	return pause/2 + time.Duration(random*float64(pause/2)), true
}

// Succeeded forgets the failed attempts.
func (r *Retry) Succeeded() { r.tries = 0 }
