package bots

import (
	"time"

	"github.com/metronome-server/metronome/client"
)

const (
	// joinWait bounds how late the loop hears of players that have come in, and
	// longestWait how late of anything else that no connection reports.
	joinWait    = 5 * time.Millisecond
	longestWait = 50 * time.Millisecond
	// heldUp is how much later than usual an input may be sent as planned.
	heldUp = 4 * time.Millisecond
)

// send lets go all inputs that are due, and returns how long the next has time.
func (s *swarm) send() time.Duration {
	start, wait := time.Now(), longestWait
	if s.entering > 0 || s.filling == nil && s.playing < len(s.bots) {
		wait = joinWait
	}
	for _, beat := range s.beats {
		for {
			now := time.Now() // sending takes time
			b, late, skipped := beat.due(start, now)
			if b == nil {
				break
			}
			s.sendOne(b, now, late, skipped)
		}
		if len(beat.members) > 0 {
			wait = min(wait, time.Until(beat.at()))
		}
	}
	if s.config.Arrivals == Dispersed {
		return 0
	}
	return max(wait, 0)
}

func (s *swarm) sendOne(b *bot, now time.Time, late time.Duration, skipped int) {
	s.out = client.Frame(s.out)
	if s.calm {
		s.out = b.AppendRest(s.out, now)
	} else {
		s.out = b.act(s.out, now, late > 2*s.usual+heldUp, skipped)
	}
	b.Send(s.out)
	s.usual += (late - s.usual) / 64
}
