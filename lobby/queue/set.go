package queue

import (
	"iter"
	"math/bits"
)

// set is a set of places of the list.
type set [arranged / 64]uint64

func (s *set) add(i int) { s[i>>6] |= 1 << (i & 63) }

func (s *set) remove(i int)   { s[i>>6] &^= 1 << (i & 63) }
func (s *set) has(i int) bool { return s[i>>6]>>(i&63)&1 != 0 }

func (s *set) meets(t *set) bool {
	return s[0]&t[0]|s[1]&t[1]|s[2]&t[2]|s[3]&t[3] != 0
}

func (s *set) without(t *set) (d set) {
	for i := range s {
		d[i] = s[i] &^ t[i]
	}
	return d
}

// all goes through the set as it was, from the lowest on.
func (s set) all() iter.Seq[int] {
	return func(yield func(int) bool) {
		for k, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(k<<6 + bits.TrailingZeros64(word)) {
					return
				}
			}
		}
	}
}
