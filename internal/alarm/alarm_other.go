//go:build !linux

// Package alarm waits for a moment; here as exactly as Go's timers do.
package alarm

import "time"

// Alarm is a timer. One goroutine uses it at a time.
type Alarm struct{}

// New makes an alarm.
func New() (*Alarm, error) { return &Alarm{}, nil }

// Sleep returns after d.
func (a *Alarm) Sleep(d time.Duration) error {
	time.Sleep(d)
	return nil
}

// Close does nothing here.
func (a *Alarm) Close() error { return nil }
