package store

import (
	"context"

	"github.com/metronome-server/metronome/lobby/queue"
)

// intake is how entries go into a queue.
type intake = gather[*queue.Entry, bool]

// Enqueue implements Store.
func (r *Redis) Enqueue(ctx context.Context, name string, e *queue.Entry) error {
	r.mu.Lock()
	in := r.queues[name]
	if in == nil {
		in = &intake{ask: func(batch []*queue.Entry) ([]bool, error) { return r.enqueue(name, batch) }}
		r.queues[name] = in
	}
	r.mu.Unlock()
	had, err := in.get(ctx, e)
	if err == nil && !had {
		err = ErrFull
	}
	return err
}

// enqueue puts entries in and reports which of them had space.
func (r *Redis) enqueue(name string, batch []*queue.Entry) ([]bool, error) {
	args := make([]any, 0, 2+2*len(batch))
	args = append(args, MaxWaiting, len(batch))
	for _, e := range batch {
		args = append(args, e.ID, keptEntry(e))
	}
	got, err := r.run(context.Background(), enqueueScript, name, args...)
	if err != nil {
		return nil, err
	}
	if len(got) != 1 {
		return nil, malformed("answer", got)
	}
	had := make([]bool, len(batch))
	for i := range min(int(number(got[0])), len(batch)) { //nolint:gosec // at most as many as were sent
		had[i] = true
	}
	return had, nil
}
