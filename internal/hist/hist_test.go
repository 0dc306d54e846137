package hist

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestBucketsAreContiguous(t *testing.T) {
	for i := range buckets - 1 {
		if got := bucketOf(floorOf(i)); got != i {
			t.Fatalf("bucket %d starts at %d, which is in bucket %d", i, floorOf(i), got)
		}
		if got := bucketOf(floorOf(i+1) - 1); got != i {
			t.Fatalf("bucket %d ends at %d, which is in bucket %d", i, floorOf(i+1)-1, got)
		}
	}
}

func TestQuantilesAreClose(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var h Hist
	var all []time.Duration
	for range 10000 {
		d := time.Duration(r.ExpFloat64() * 1e7)
		h.Add(d)
		all = append(all, d)
	}
	slices.Sort(all)
	for _, q := range []float64{0.01, 0.5, 0.99, 0.999} {
		want, got := all[int(q*float64(len(all)))-1], h.Counts().Quantile(q)
		if diff := (got - want).Abs(); diff > want/16+1 {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if m := h.Counts().Max(); m < all[len(all)-1] || m > all[len(all)-1]*33/32+1 {
		t.Errorf("max is %v, want %v", m, all[len(all)-1])
	}
}

func TestSubLeavesTheWindow(t *testing.T) {
	var h Hist
	h.Add(time.Millisecond)
	before := h.Counts()
	h.Add(time.Second)
	h.Add(-time.Second)
	window := h.Counts().Sub(before)
	if window.Total() != 2 || window.Quantile(0.01) != 0 || window.Max() < time.Second {
		t.Fatalf("window has %d, from %v to %v", window.Total(), window.Quantile(0.01), window.Max())
	}
}
