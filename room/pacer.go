package room

import (
	"context"
	"time"
)

// pacer keeps ticks on an absolute schedule: tick n is due at start + n/hz,
// however late the ones before were. Ticks that are more than catchUp behind
// are given up, counted, and the schedule moves on without them.
type pacer struct {
	clock   Clock
	start   time.Time
	hz      int64
	n       int64 // the tick that is due next
	catchUp int64
}

func newPacer(c Clock, hz int, phase time.Duration, catchUp int) *pacer {
	return &pacer{clock: c, start: c.Now().Add(phase), hz: int64(hz), n: 1, catchUp: int64(catchUp)}
}

// due is when tick n is to begin. Dividing last keeps the schedule exact.
func (p *pacer) due(n int64) time.Time {
	whole, part := n/p.hz, n%p.hz
	return p.start.Add(time.Duration(whole)*time.Second + time.Duration(part*int64(time.Second)/p.hz))
}

func (p *pacer) wait(ctx context.Context, wake <-chan struct{}) error {
	return p.clock.Wait(ctx, p.due(p.n), wake)
}

// begin starts the tick that is due and counts how late it is and what is lost.
func (p *pacer) begin(s *Stats) time.Time {
	now := p.clock.Now()
	s.Late.Add(now.Sub(p.due(p.n)))
	p.n++
	lost := int64(0)
	for p.due(p.n + p.catchUp - 1).Before(now) {
		p.n++
		lost++
	}
	if lost > 0 {
		s.TicksLost.Add(uint64(lost))
	}
	return now
}
