//go:build unix

package door

import (
	"math"

	"golang.org/x/sys/unix"
)

// maxDescriptors is how many descriptors this process may open; 0: it cannot be
// told. Go has raised the soft limit to the hard one.
func maxDescriptors() int {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), math.MaxInt32))
}
