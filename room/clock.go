package room

import (
	"context"
	"time"
)

// Clock is the time that a room runs by.
type Clock interface {
	// Now returns the current time; it never goes back.
	Now() time.Time
	// Wait returns at t, as little later as it can; earlier when ctx is done,
	// with its error, or when wake has something, with nil.
	Wait(ctx context.Context, t time.Time, wake <-chan struct{}) error
}

// RealClock is the machine's clock. One per room: it keeps a timer.
type RealClock struct{ timer *time.Timer }

// Now implements Clock.
func (c *RealClock) Now() time.Time { return time.Now() }

// Wait implements Clock.
func (c *RealClock) Wait(ctx context.Context, t time.Time, wake <-chan struct{}) error {
	d := time.Until(t)
	if d <= 0 {
		return ctx.Err()
	}
	if c.timer == nil {
		c.timer = time.NewTimer(d)
	} else {
		c.timer.Reset(d)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wake:
		c.timer.Stop()
		return nil
	case <-c.timer.C:
		return nil
	}
}
