package queue

import (
	"cmp"
	"slices"
)

// foesOf finds whom entries must not meet.
type foesOf struct {
	anyFoes bool
	numbers []numbered // users of the list, by number
	some    [1024 / 64]uint64
}

// numbered is a user of an entry of the list.
type numbered struct {
	number uint64
	entry  int
}

// findFoes has r.foes say of each entry of the list whom of the list it must not
// meet: whom it has just played, if one of the two insists.
func (r *round) findFoes() {
	r.anyFoes = false
	if !r.apart || !slices.ContainsFunc(r.list, func(w int32) bool { return r.who[w].insists }) {
		return
	}
	r.foes = slices.Grow(r.foes[:0], len(r.list))[:len(r.list)]
	clear(r.foes)
	r.numbers = r.numbers[:0]
	r.some = [1024 / 64]uint64{}
	for i, w := range r.list {
		for j := range r.who[w].entry.Members {
			if n := r.who[w].entry.Members[j].Number; n != 0 {
				r.numbers = append(r.numbers, numbered{n, i})
				r.some[n>>6&15] |= 1 << (n & 63)
			}
		}
	}
	slices.SortFunc(r.numbers, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.entry, b.entry))
	})
	for i, w := range r.list {
		if !r.who[w].insists {
			continue
		}
		for j := range r.who[w].entry.Members {
			for _, n := range r.who[w].entry.Members[j].Recent {
				// Most of a long history are not here: one look at a bit says so.
				if r.some[n>>6&15]>>(n&63)&1 != 0 {
					r.foe(i, n)
				}
			}
		}
	}
}

// foe notes that an entry must not meet a user, if it is somebody of the list.
func (r *round) foe(i int, number uint64) {
	k, _ := slices.BinarySearchFunc(r.numbers, number, func(n numbered, number uint64) int {
		return cmp.Compare(n.number, number)
	})
	for ; k < len(r.numbers) && r.numbers[k].number == number; k++ {
		if j := r.numbers[k].entry; j != i {
			r.foes[i].add(j)
			r.foes[j].add(i)
			r.anyFoes = true
		}
	}
}

// conflict reports whether two entries have just played each other, and one of them
// insists on not doing so again.
func (r *round) conflict(a, b int32) bool {
	x, y := &r.who[a], &r.who[b]
	return x.insists && hasPlayed(x.entry, y.entry) || y.insists && hasPlayed(y.entry, x.entry)
}

// hasPlayed reports whether somebody of b is among those whom somebody of a has
// played of late.
func hasPlayed(a, b *Entry) bool {
	for i := range a.Members {
		for j := range b.Members {
			if n := b.Members[j].Number; n != 0 && slices.Contains(a.Members[i].Recent, n) {
				return true
			}
		}
	}
	return false
}
