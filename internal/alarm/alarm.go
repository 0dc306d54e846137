// Package alarm waits for a moment more exactly than Go's timers, whose waits
// end up to a millisecond late on Linux because they go through epoll's
// milliseconds.
package alarm

import (
	"os"
	"time"
)

// Alarm is a timer that one goroutine waits for and any may set.
type Alarm interface {
	// Set has Wait return after d, and no sooner for what was set before.
	Set(d time.Duration)
	// Wait returns when it is time, once for each Set at most. Errors: the alarm
	// is closed.
	Wait() error
	// Close ends Wait.
	Close() error
}

type portable struct {
	timer  *time.Timer
	closed chan struct{}
}

// NewPortable makes an alarm of Go's timers. It works everywhere, also in a
// synctest bubble.
func NewPortable() Alarm {
	p := &portable{time.NewTimer(time.Hour), make(chan struct{})}
	p.timer.Stop()
	return p
}

// Set implements Alarm.
func (p *portable) Set(d time.Duration) { p.timer.Reset(d) }

// Wait implements Alarm.
func (p *portable) Wait() error {
	select {
	case <-p.timer.C:
		return nil
	case <-p.closed:
		return os.ErrClosed
	}
}

// Close implements Alarm.
func (p *portable) Close() error {
	p.timer.Stop()
	close(p.closed)
	return nil
}
