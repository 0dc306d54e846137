package alarm

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// kernelTimer is a timerfd in Go's poller: waiting parks the goroutine and no
// thread.
type kernelTimer struct {
	file *os.File
	fd   int
}

// New makes an alarm, of the kernel's if a file descriptor is left for it, else
// of Go's timers.
func New() Alarm {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return NewPortable()
	}
	return &kernelTimer{os.NewFile(uintptr(fd), "timerfd"), fd}
}

// Set implements Alarm. A timer that exists can be set.
func (k *kernelTimer) Set(d time.Duration) {
	at := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(max(d, 1)))}
	_ = unix.TimerfdSettime(k.fd, 0, &at, nil)
}

// Wait implements Alarm.
func (k *kernelTimer) Wait() error {
	var expirations [8]byte
	_, err := k.file.Read(expirations[:])
	return err
}

// Close implements Alarm.
func (k *kernelTimer) Close() error { return k.file.Close() }
