package store

import (
	"context"
	"sync"

	"github.com/metronome-server/metronome/lobby/queue"
)

// intakeMost is how many entries go into a queue with one question to Redis. Why
// 128: some 0.5 ms of its time.
const intakeMost = 128

// intake gathers the entries that come while Redis is asked, so that many at once
// cost few questions.
type intake struct {
	mu      sync.Mutex
	running bool
	waiting []arrival
}

type arrival struct {
	entry *queue.Entry
	done  chan error
}

// Enqueue implements Store.
func (r *Redis) Enqueue(ctx context.Context, name string, e *queue.Entry) error {
	r.mu.Lock()
	in := r.queues[name]
	if in == nil {
		in = &intake{}
		r.queues[name] = in
	}
	r.mu.Unlock()
	a := arrival{e, make(chan error, 1)}
	in.mu.Lock()
	in.waiting = append(in.waiting, a)
	start := !in.running
	in.running = true
	in.mu.Unlock()
	if start {
		go r.takeIn(in, name)
	}
	select {
	case err := <-a.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// takeIn puts in what waits until nothing does.
func (r *Redis) takeIn(in *intake, name string) {
	for {
		in.mu.Lock()
		batch := in.waiting[:min(len(in.waiting), intakeMost)]
		in.waiting = in.waiting[len(batch):]
		if len(batch) == 0 {
			in.running, in.waiting = false, nil
			in.mu.Unlock()
			return
		}
		in.mu.Unlock()
		put, err := r.enqueue(name, batch)
		for i, a := range batch {
			switch {
			case err != nil:
				a.done <- err
			case i >= put:
				a.done <- ErrFull
			default:
				a.done <- nil
			}
		}
	}
}

// enqueue puts entries in and returns how many of them, the first, had space.
func (r *Redis) enqueue(name string, batch []arrival) (put int, err error) {
	args := []any{MaxWaiting, len(batch)}
	for _, a := range batch {
		args = append(args, a.entry.ID, keptEntry(a.entry))
	}
	got, err := r.run(context.Background(), enqueueScript, name, args...)
	if err != nil || len(got) != 1 {
		return 0, err
	}
	return int(number(got[0])), nil
}
