//go:build unix

package usage

import (
	"syscall"
	"time"
)

// CPUSeconds is the user and system time of this process; 0 where it cannot be
// told.
func CPUSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return (time.Duration(u.Utime.Nano()) + time.Duration(u.Stime.Nano())).Seconds()
}
