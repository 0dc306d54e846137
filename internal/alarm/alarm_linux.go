// Package alarm waits for a moment more exactly than Go's timers, whose waits
// end up to a millisecond late because they go through epoll's milliseconds.
package alarm

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Alarm is a timer of the kernel in Go's poller: waiting parks the goroutine
// and no thread. One goroutine uses it at a time.
type Alarm struct {
	file *os.File
	fd   int
}

// New makes an alarm. Errors: no file descriptor is left.
func New() (*Alarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	return &Alarm{os.NewFile(uintptr(fd), "timerfd"), fd}, nil
}

// Sleep returns after d. Errors: the alarm is closed.
func (a *Alarm) Sleep(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	after := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
	if err := unix.TimerfdSettime(a.fd, 0, &after, nil); err != nil {
		return os.NewSyscallError("timerfd_settime", err)
	}
	var expirations [8]byte
	_, err := a.file.Read(expirations[:])
	return err
}

// Close frees the timer. A Sleep that runs ends with an error.
func (a *Alarm) Close() error { return a.file.Close() }
