package room

import (
	"context"
	"time"

	"github.com/metronome-server/metronome/internal/alarm"
)

// Clock is the time that a room runs by.
type Clock interface {
	// Now returns the current time; it never goes back.
	Now() time.Time
	// Wait returns at t, as little later as it can; earlier when ctx is done,
	// with its error, or when wake has something, with nil.
	Wait(ctx context.Context, t time.Time, wake <-chan struct{}) error
	// Close frees what the clock holds; the room calls it last.
	Close() error
}

// attentive is how long before a tick a RealClock stops listening to ctx and
// wake and only sleeps, exactly. Why 40 ms: longer than a tick of 30 Hz, so
// that a busy room uses the exact timer alone, and closing waits no longer.
const attentive = 40 * time.Millisecond

// RealClock is the machine's clock. One per room: it keeps timers. The zero
// value is ready.
type RealClock struct {
	timer *time.Timer
	alarm *alarm.Alarm
	sleep func(time.Duration) error // nil: the alarm's
}

// Now implements Clock.
func (c *RealClock) Now() time.Time { return time.Now() }

// Wait implements Clock. ctx and wake are seen up to 40 ms late.
func (c *RealClock) Wait(ctx context.Context, t time.Time, wake <-chan struct{}) error {
	if d := time.Until(t) - attentive; d > 0 {
		if woken, err := c.listen(ctx, d, wake); woken || err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.sleep == nil {
		c.arm()
	}
	return c.sleep(time.Until(t))
}

// arm makes the alarm. Without a descriptor for it, being late by a
// millisecond is better than not at all.
func (c *RealClock) arm() {
	a, err := alarm.New()
	if err != nil {
		c.sleep = func(d time.Duration) error { time.Sleep(d); return nil }
		return
	}
	c.alarm, c.sleep = a, a.Sleep
}

// listen waits for d, ctx or wake.
func (c *RealClock) listen(ctx context.Context, d time.Duration, wake <-chan struct{}) (woken bool, err error) {
	if c.timer == nil {
		c.timer = time.NewTimer(d)
	} else {
		c.timer.Reset(d)
	}
	defer c.timer.Stop()
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-wake:
		return true, nil
	case <-c.timer.C:
		return false, nil
	}
}

// Close implements Clock.
func (c *RealClock) Close() error {
	if c.alarm == nil {
		return nil
	}
	return c.alarm.Close()
}

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
