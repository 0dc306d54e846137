// Package usage tells what this process has taken from its machine.
package usage

import (
	"os"
	"strconv"
	"strings"
	"time"
)

var started = time.Now()

// Started is when this process began.
func Started() time.Time { return started }

// ResidentKB is the resident memory of this process; 0 where it cannot be told.
func ResidentKB() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize()) / 1024
}
