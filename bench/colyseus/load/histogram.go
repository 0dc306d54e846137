//go:build linux

package main

// histogram counts durations in buckets of 0.05 ms up to 3 s.
type histogram struct {
	bucket [60001]int64
	n, max int64
}

func (h *histogram) add(ns int64) {
	h.bucket[min(ns/50000, 60000)]++
	h.n++
	h.max = max(h.max, ns)
}

// quantiles are in milliseconds.
type quantiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// quantiles returns nil if nothing was added.
func (h *histogram) quantiles() *quantiles {
	if h.n == 0 {
		return nil
	}
	at := func(q float64) float64 {
		var seen int64
		for i, k := range h.bucket {
			if seen += k; float64(seen) >= q*float64(h.n) {
				return round(float64(i) * 0.05)
			}
		}
		return 3000
	}
	return &quantiles{at(.5), at(.99), round(float64(h.max) / 1e6)}
}
