package room

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// bubbleClock is a RealClock whose exact part, too, keeps a synctest bubble's
// time.
func bubbleClock() *RealClock {
	return &RealClock{sleep: func(d time.Duration) error { <-time.After(d); return nil }}
}

func TestRealClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, wake := bubbleClock(), make(chan struct{}, 1)
		wait := func(d time.Duration) (time.Duration, error) {
			began := c.Now()
			err := c.Wait(t.Context(), began.Add(d), wake)
			return c.Now().Sub(began), err
		}
		for _, d := range []time.Duration{0, -time.Second, time.Second, time.Hour} {
			if took, err := wait(d); err != nil || took != max(d, 0) {
				t.Errorf("waited %v instead of %v, %v", took, d, err)
			}
		}
		wake <- struct{}{}
		if took, err := wait(time.Second); err != nil || took != 0 {
			t.Errorf("woken after %v, %v", took, err)
		}
		if took, err := wait(time.Second); err != nil || took != time.Second {
			t.Errorf("after a wake: %v, %v", took, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, d := range []time.Duration{-1, time.Hour} {
			if err := c.Wait(ctx, c.Now().Add(d), wake); !errors.Is(err, context.Canceled) {
				t.Errorf("a wait of %v after cancel: %v", d, err)
			}
		}
	})
}

func TestRealClockIsNeverEarly(t *testing.T) {
	c := &RealClock{}
	for range 5 {
		at := c.Now().Add(2 * time.Millisecond)
		if err := c.Wait(t.Context(), at, nil); err != nil || c.Now().Before(at) {
			t.Fatalf("waited until %v for %v, %v", c.Now(), at, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
