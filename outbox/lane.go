package outbox

import (
	"slices"
	"time"
)

// lane has the entries of one room that wait for one target, so that the room's
// order holds and no other waits for it.
type lane struct {
	room  string
	queue []*item // by place; some may wait no more
	fails int     // in a row
	due   time.Time
	at    int  // in laneHeap
	busy  bool // on its way, ready or in laneHeap
}

// insert keeps the queue in order. A dead letter that is sent again comes before
// what is newer.
func (l *lane) insert(it *item) {
	if n := len(l.queue); n == 0 || l.queue[n-1].place < it.place {
		l.queue = append(l.queue, it)
		return
	}
	i, _ := slices.BinarySearchFunc(l.queue, it.place, func(it *item, place uint64) int {
		if it.place < place {
			return -1
		}
		return 1
	})
	l.queue = slices.Insert(l.queue, i, it)
}

// next takes the oldest entry that still waits for the target; nil: none.
func (l *lane) next(t *target) *item {
	for len(l.queue) > 0 {
		it := l.queue[0]
		l.queue[0] = nil
		l.queue = l.queue[1:]
		if r := it.routeTo(t); r.state == waiting {
			return it
		}
	}
	return nil
}

// laneHeap has lanes that wait after a failure, the one first that is due first.
type laneHeap []*lane

// Len implements heap.Interface.
func (h laneHeap) Len() int { return len(h) }

// Less implements heap.Interface.
func (h laneHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }

// Swap implements heap.Interface.
func (h laneHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// Push implements heap.Interface.
func (h *laneHeap) Push(l any) {
	l.(*lane).at = len(*h)
	*h = append(*h, l.(*lane))
}

// Pop implements heap.Interface.
func (h *laneHeap) Pop() any {
	last := len(*h) - 1
	l := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	l.at = -1
	return l
}
