package usage

import (
	"syscall"
	"time"
)

// CPUSeconds is the user and system time of this process; 0 where it cannot be
// told.
func CPUSeconds() float64 {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0
	}
	var created, exited, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(self, &created, &exited, &kernel, &user); err != nil {
		return 0
	}
	return (filetime(kernel) + filetime(user)).Seconds()
}

// filetime counts in steps of 100 ns.
func filetime(t syscall.Filetime) time.Duration {
	return time.Duration(int64(t.HighDateTime)<<32|int64(t.LowDateTime)) * 100
}
