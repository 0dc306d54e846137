package main

import (
	"sync"
	"time"
)

// pingEvery keeps a reader that does not read from being taken for gone.
const pingEvery = 2 * time.Second

// watcher reads everything and remembers what the last ticks looked like.
type watcher struct {
	*reader
	mu   sync.Mutex
	sums map[uint32]uint64
	now  uint32
}

// keepTicks is how many ticks a watcher remembers.
const keepTicks = 120

// run reads until the connection is closed.
func (w *watcher) run() {
	pinged := time.Now()
	for w.next() == nil {
		now := uint32(w.mirror.Tick())
		w.mu.Lock()
		w.now, w.sums[now] = now, w.sum()
		delete(w.sums, now-keepTicks)
		w.mu.Unlock()
		if time.Since(pinged) > pingEvery {
			pinged = time.Now()
			if w.ping() != nil {
				return
			}
		}
	}
}

// at returns what the world looked like at a tick, if that is remembered.
func (w *watcher) at(tick uint32) (sum uint64, known bool, now uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	sum, known = w.sums[tick]
	return sum, known, w.now
}

// outcome is how a bad reader ended.
type outcome int

const (
	recovered outcome = iota
	wrong
	gone
)

// suffer reads rate bytes a second, 0 none, until begin is closed, then all,
// and compares its mirror with the watcher's.
func (r *reader) suffer(begin <-chan struct{}, rate int, w *watcher) outcome {
	defer func() { _ = r.conn.Close() }()
	budget, pinged := 0, time.Now()
	beat := time.NewTicker(20 * time.Millisecond)
	defer beat.Stop()
	for bad := true; bad; {
		select {
		case <-begin:
			bad = false
		case <-beat.C:
			budget += rate / 50
		}
		if budget > 0 { // at most a frame a beat, so that the pings go on
			if r.next() != nil {
				return gone
			}
			budget -= len(r.buffer)
		}
		if time.Since(pinged) > pingEvery {
			pinged = time.Now()
			if r.ping() != nil {
				return gone
			}
		}
	}
	for range 100 * keepTicks {
		if r.next() != nil {
			return gone
		}
		tick := uint32(r.mirror.Tick())
		if sum, known, now := w.at(tick); known && now-tick < keepTicks/2 {
			if sum == r.sum() {
				return recovered
			}
			return wrong
		}
	}
	return gone
}
