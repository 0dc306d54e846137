//go:build !unix && !windows

package usage

// CPUSeconds is 0: it cannot be told.
func CPUSeconds() float64 { return 0 }
