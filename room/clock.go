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
