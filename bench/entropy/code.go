package main

import (
	"math"
	"math/bits"
)

// A model is adaptive: it prices each value by how often it came before, as a
// coder could that both sides keep. Prices are in bits. Zero models are ready.

// flagged prices a bit (Krichevsky-Trofimov).
type flagged struct{ seen [2]float64 }

func (f *flagged) price(v bool) float64 {
	i := 0
	if v {
		i = 1
	}
	cost := -math.Log2((f.seen[i] + 0.5) / (f.seen[0] + f.seen[1] + 1))
	f.seen[i]++
	return cost
}

// symbols prices values of any kind. One that comes for the first time costs
// an escape and the bits that tell it among all that could come.
type symbols[T comparable] struct {
	seen  map[T]float64
	total float64
}

func (s *symbols[T]) price(v T, plain float64) float64 {
	if s.seen == nil {
		s.seen = map[T]float64{}
	}
	kinds, n := float64(len(s.seen)), s.seen[v]
	s.seen[v]++
	s.total++
	switch {
	case s.total == 1:
		return plain
	case n == 0: // as often as something new came so far
		return -math.Log2(kinds/(s.total-1+kinds)) + plain
	}
	return -math.Log2(n / (s.total - 1 + kinds))
}

// number prices an integer: how many binary digits it has, then these but the
// first, and its sign.
type number struct{ digits symbols[int] }

func (m *number) price(v int32) float64 {
	n := bits.Len32(uint32(max(v, -v)))
	return m.digits.price(n, 5) + float64(n) // n-1 digits and the sign; nothing for 0
}

// rare prices whether something happens that happens now and then: by how long
// ago it last did.
type rare struct{ flags [maxAgo + 1]flagged }

// maxAgo is the longest time that is told apart, ticks: two seconds at 30 Hz.
const maxAgo = 60

func (r *rare) price(ago int, happens bool) float64 { return r.flags[min(ago, maxAgo)].price(happens) }
