package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

func random(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// TestModelsFindTheEntropy: over many values an adaptive price is the entropy
// of where they come from.
func TestModelsFindTheEntropy(t *testing.T) {
	r := random(t)
	entropy := func(p float64) float64 { return -p*math.Log2(p) - (1-p)*math.Log2(1-p) }
	var coin flagged
	var die symbols[int]
	var turn rare
	ago := 0
	for _, row := range []struct {
		name  string
		price func() float64
		want  float64
	}{
		{"a bit that is set once in 30", func() float64 { return coin.price(r.IntN(30) == 0) }, entropy(1.0 / 30)},
		{"one of eight", func() float64 { return die.price(r.IntN(8), 3) }, 3},
		{"every tenth time exactly", func() float64 {
			ago = (ago + 1) % 10
			return turn.price(ago, ago == 9)
		}, 0},
	} {
		const n = 200_000
		sum := 0.0
		for range n {
			sum += row.price()
		}
		if got := sum / n; math.Abs(got-row.want) > 0.02 {
			t.Errorf("%s: %.3f bits, want %.3f", row.name, got, row.want)
		}
	}
}

func TestPriceOfWhatIsNew(t *testing.T) {
	var s symbols[string]
	for _, row := range []struct {
		v    string
		want float64
	}{
		{"a", 10},     // nothing but new things yet
		{"a", 1},      // once in one, and as likely something new
		{"b", 11.585}, // 1 of 3, then told among all
		{"a", 1.3219}, // 2 of 5
	} {
		if got := s.price(row.v, 10); math.Abs(got-row.want) > 0.001 {
			t.Errorf("%q: %.4f bits, want %.4f", row.v, got, row.want)
		}
	}
}

func TestPriceOfABit(t *testing.T) {
	var f flagged
	for i, want := range []float64{1, 0.4150, 0.2630, 3} { // shares of 1/2, 3/4, 5/6, then 1/8
		if got := f.price(i == 3); math.Abs(got-want) > 0.0001 {
			t.Errorf("bit %d: %.4f bits, want %.4f", i, got, want)
		}
	}
}

func TestNumbersCostTheirDigits(t *testing.T) {
	for _, row := range []struct {
		v    int32
		want float64
	}{{0, 0}, {1, 1}, {-1, 1}, {5, 3}, {-1000, 10}, {math.MinInt32, 32}} {
		var m number
		if got := m.price(row.v) - 5; got != row.want { // 5 for how many they are
			t.Errorf("%d: %v bits, want %v", row.v, got, row.want)
		}
	}
}
