// Package hist counts durations so that quantiles can be told afterwards,
// with a relative error of at most 1/32, from any goroutine, without locks.
package hist

import (
	"math/bits"
	"sync/atomic"
	"time"
)

const (
	fine    = 5 // bits of precision below the leading one
	buckets = (64 - fine) << fine
)

// Hist is a histogram of durations from 0 ns up. The zero Hist is empty.
type Hist struct{ n [buckets]atomic.Uint64 }

// Counts is a copy of a histogram, by bucket; trailing empty ones are cut off.
type Counts []uint64

func bucketOf(v uint64) int {
	if v < 1<<fine {
		return int(v)
	}
	shift := bits.Len64(v) - fine - 1
	return (shift+1)<<fine | int(v>>shift&(1<<fine-1))
}

// floorOf is the smallest value of a bucket.
func floorOf(i int) uint64 {
	if i < 1<<fine {
		return uint64(i)
	}
	shift := i>>fine - 1
	return uint64(1<<fine|i&(1<<fine-1)) << shift
}

// Add counts one duration; negative ones count as 0.
func (h *Hist) Add(d time.Duration) { h.n[bucketOf(uint64(max(d, 0)))].Add(1) }

// Counts copies the histogram.
func (h *Hist) Counts() Counts {
	c := make(Counts, 0, 64)
	for i := range h.n {
		if v := h.n[i].Load(); v > 0 {
			for len(c) < i {
				c = append(c, 0)
			}
			c = append(c, v)
		}
	}
	return c
}

// Sub returns what was counted after an earlier copy of the same histogram.
func (c Counts) Sub(earlier Counts) Counts {
	out := make(Counts, len(c))
	for i := range c {
		out[i] = c[i]
		if i < len(earlier) {
			out[i] -= min(earlier[i], c[i])
		}
	}
	return out
}

// Add returns what both counted.
func (c Counts) Add(other Counts) Counts {
	out := make(Counts, max(len(c), len(other)))
	copy(out, c)
	for i, n := range other {
		out[i] += n
	}
	return out
}

// Total returns how many durations were counted.
func (c Counts) Total() uint64 {
	sum := uint64(0)
	for _, n := range c {
		sum += n
	}
	return sum
}

// Below returns how many durations were at most d, to the precision of a bucket.
func (c Counts) Below(d time.Duration) uint64 {
	end := min(bucketOf(uint64(max(d, 0)))+1, len(c))
	return c[:end].Total()
}

// Sum returns the sum of all durations, each taken as the middle of its bucket.
func (c Counts) Sum() time.Duration {
	sum := time.Duration(0)
	for i, n := range c {
		sum += time.Duration(n * ((floorOf(i) + floorOf(i+1)) / 2))
	}
	return sum
}

// Quantile returns the duration below which a share q (0 to 1) lies, as the
// middle of its bucket; 0 when nothing was counted.
func (c Counts) Quantile(q float64) time.Duration {
	total := c.Total()
	if total == 0 {
		return 0
	}
	want := max(uint64(q*float64(total)+0.5), 1)
	sum := uint64(0)
	for i, n := range c {
		if sum += n; sum >= want {
			return time.Duration((floorOf(i) + floorOf(i+1)) / 2)
		}
	}
	return c.Max()
}

// Max returns the upper end of the highest bucket in use.
func (c Counts) Max() time.Duration {
	for i := len(c) - 1; i >= 0; i-- {
		if c[i] > 0 {
			return time.Duration(floorOf(i+1) - 1)
		}
	}
	return 0
}
