package room

import (
	"bytes"
	"context"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// fakeClock stands still unless somebody waits; then it is there at once, or
// as much later as delay says.
type fakeClock struct {
	now   time.Time
	delay func() time.Duration
}

func newFakeClock() *fakeClock { return &fakeClock{now: time.Unix(1_700_000_000, 0)} }

func (c *fakeClock) Now() time.Time { return c.now }

func (c *fakeClock) Wait(ctx context.Context, t time.Time, wake <-chan struct{}) error {
	select {
	case <-wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	if t.After(c.now) {
		c.now = t
	}
	if c.delay != nil {
		c.now = c.now.Add(c.delay())
	}
	return nil
}

func (c *fakeClock) Close() error { return nil }

// fakeConn is a connection whose two ends are slices.
type fakeConn struct {
	in       [][]byte // to be polled
	out      [][]byte // written
	stuck    bool     // not clear
	most     int      // longest message that is taken; 0: any
	lost     bool     // ends at the next Poll
	flushed  func()   // unless nil, called by Flush
	attached int
	ended    *netproto.CloseError
}

func (c *fakeConn) Attach() { c.attached++ }

func (c *fakeConn) Poll(handle func(msg []byte) error) error {
	for n := 0; n < netproto.MaxMessagesPerPoll && len(c.in) > 0 && c.ended == nil; n++ {
		msg := c.in[0]
		c.in = c.in[1:]
		if err := handle(msg); err != nil {
			c.ended = err.(*netproto.CloseError)
		}
	}
	if c.lost && c.ended == nil {
		c.ended = &netproto.CloseError{Code: netproto.CloseLost}
	}
	if c.ended != nil {
		return c.ended
	}
	return nil
}

func (c *fakeConn) Write(msg []byte) error {
	switch {
	case c.ended != nil:
		return c.ended
	case c.most > 0 && len(msg) > c.most:
		return context.DeadlineExceeded
	}
	c.out = append(c.out, bytes.Clone(msg))
	return nil
}

func (c *fakeConn) Flush() bool {
	if c.flushed != nil {
		c.flushed()
	}
	return c.ended == nil && !c.stuck
}

func (c *fakeConn) Close(code netproto.CloseCode, reason string) {
	if c.ended == nil {
		c.ended = &netproto.CloseError{Code: code, Reason: reason}
	}
}

// code returns how the connection ended, 0 if it did not.
func (c *fakeConn) code() netproto.CloseCode {
	if c.ended == nil {
		return 0
	}
	return c.ended.Code
}
