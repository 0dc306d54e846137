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

// newPacer starts a schedule now: its ticks fall on epoch + phase + whole
// ticks. The zero epoch is now.
func newPacer(c Clock, hz int, epoch time.Time, phase time.Duration, catchUp int) *pacer {
	now := c.Now()
	if epoch.IsZero() {
		epoch = now
	}
	p := &pacer{clock: c, start: epoch.Add(phase), hz: int64(hz), catchUp: int64(catchUp)}
	p.start = p.due(p.first(now))
	p.n = 1
	return p
}

// due is when tick n is to begin. Dividing last keeps the schedule exact.
func (p *pacer) due(n int64) time.Time {
	whole, part := n/p.hz, n%p.hz
	return p.start.Add(time.Duration(whole)*time.Second + time.Duration(part*int64(time.Second)/p.hz))
}

// first returns the first tick that is due at t or later.
func (p *pacer) first(t time.Time) int64 {
	since := max(int64(t.Sub(p.start)), 0)
	whole, part := since/int64(time.Second), since%int64(time.Second)
	return whole*p.hz + (part*p.hz+int64(time.Second)-1)/int64(time.Second)
}

func (p *pacer) wait(ctx context.Context, wake <-chan struct{}) error {
	return p.clock.Wait(ctx, p.due(p.n), wake)
}

// begin starts the tick that is due and counts how late it is and what is
// lost: it and what is still late after it are at most catchUp ticks.
func (p *pacer) begin(s *Stats) (now time.Time, late time.Duration, lost int64) {
	now = p.clock.Now()
	late = now.Sub(p.due(p.n))
	s.Late.Add(late)
	p.n++
	if lost = max(p.first(now)-p.catchUp+1-p.n, 0); lost > 0 {
		p.n += lost
		s.TicksLost.Add(uint64(lost))
	}
	return now, late, lost
}
