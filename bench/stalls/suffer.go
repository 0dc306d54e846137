package main

import (
	"errors"
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

// run reads until the connection is closed. It pings at every frame, as players
// send inputs: who asks for nothing gets no frame for a tick without a change,
// and then a reader that has recovered could find its tick here only by chance.
func (w *watcher) run() {
	for w.next() == nil {
		now := uint32(w.mirror.Tick())
		w.mu.Lock()
		w.now, w.sums[now] = now, w.sum()
		delete(w.sums, now-keepTicks)
		w.mu.Unlock()
		if w.ping() != nil {
			return
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
	outcomes
)

// suffer reads rate bytes a second, 0 none, until begin is closed, then all,
// and compares its mirror with the watcher's; took is how long that lasted.
func (r *reader) suffer(begin <-chan struct{}, rate int, w *watcher) (end outcome, took time.Duration, why error) {
	stop := r.keepPinging()
	defer stop()
	if err := r.dawdle(begin, rate); err != nil {
		return gone, 0, err
	}
	began := time.Now()
	for range 100 * keepTicks {
		if err := r.next(); err != nil {
			return gone, time.Since(began), err
		}
		tick := uint32(r.mirror.Tick())
		if sum, known, now := w.at(tick); known && now-tick < keepTicks/2 {
			if sum == r.sum() {
				return recovered, time.Since(began), nil
			}
			return wrong, time.Since(began), nil
		}
	}
	return gone, time.Since(began), errors.New("it never caught up with the watcher")
}

// dawdle reads rate bytes a second until begin is closed.
func (r *reader) dawdle(begin <-chan struct{}, rate int) error {
	budget := 0
	beat := time.NewTicker(20 * time.Millisecond)
	defer beat.Stop()
	for {
		select {
		case <-begin:
			return nil
		case <-beat.C:
			budget += rate / 50
		}
		if budget > 0 {
			if err := r.next(); err != nil {
				return err
			}
			budget -= len(r.buffer)
		}
	}
}

// keepPinging pings on a goroutine of its own, however long reading waits, until
// stop is called, which also closes the connection.
func (r *reader) keepPinging() (stop func()) {
	over := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		beat := time.NewTicker(pingEvery)
		defer beat.Stop()
		for {
			select {
			case <-over:
				return
			case <-beat.C:
			}
			if r.ping() != nil {
				return // reading finds it out too
			}
		}
	})
	return func() {
		close(over)
		_ = r.conn.Close()
		wait.Wait()
	}
}
