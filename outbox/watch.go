package outbox

import (
	"context"
	"errors"
	"iter"
	"slices"
)

// ErrMissed says that a watcher cannot be given all entries after its place.
var ErrMissed = errors.New("outbox: entries after this place are held no more, as the watcher was too slow or away for too long: " +
	"watch again from 0, and know what you have by its id")

// Watched is an entry with its place: what a watcher that was interrupted goes on
// from. Places grow, with gaps, also over restarts of the node.
type Watched struct {
	Place uint64
	Entry Entry
}

const (
	// watchStep and watchBytes bound what a watcher takes at once.
	watchStep  = 256
	watchBytes = 1 << 20
)

// Watch yields the entries after a place, those that are held and then each new
// one, until ctx ends or the loop is left. From 0: all that are held, which are
// those that wait, the dead letters, and the newest 10,000, of 8 MiB, that have
// arrived. The watcher's goroutine waits; nobody waits for a watcher. The last pair
// is an error: ErrMissed, ErrClosed or that of ctx. Entries are not to be changed.
func (o *Outbox) Watch(ctx context.Context, from uint64) iter.Seq2[Watched, error] {
	return func(yield func(Watched, error) bool) {
		step, at, err := o.watchFrom(from)
		for err == nil {
			for _, it := range step {
				if !yield(Watched{it.place, it.entry}, nil) {
					return
				}
			}
			step, at, err = o.watchOn(ctx, at)
		}
		yield(Watched{}, err)
	}
}

// watchFrom returns the entries among which some are missing, and the place from
// which on all are there.
func (o *Outbox) watchFrom(from uint64) (old []*item, at uint64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case from >= o.forgotten:
		return nil, min(from, o.last), nil
	case from > 0:
		return nil, 0, ErrMissed
	}
	for _, it := range o.all[:o.indexAfter(o.forgotten)] {
		if !it.gone {
			old = append(old, it)
		}
	}
	return old, o.forgotten, nil
}

// watchOn returns the next entries after a place, at least one.
func (o *Outbox) watchOn(ctx context.Context, at uint64) ([]*item, uint64, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, at, err
		}
		o.mu.Lock()
		step, err := o.after(at)
		news, closed := o.news, o.closed
		o.mu.Unlock()
		switch {
		case err != nil:
			return nil, at, err
		case len(step) > 0:
			return step, step[len(step)-1].place, nil
		case closed:
			return nil, at, ErrClosed
		}
		select {
		case <-news:
		case <-ctx.Done():
		}
	}
}

func (o *Outbox) after(at uint64) (step []*item, err error) {
	if at < o.forgotten {
		return nil, ErrMissed
	}
	bytes := int64(0)
	for _, it := range o.all[o.indexAfter(at):] {
		if len(step) == watchStep || len(step) > 0 && bytes+it.size > watchBytes {
			break
		}
		step = append(step, it)
		bytes += it.size
	}
	return step, nil
}

// indexAfter is where in all the first entry after a place stands.
func (o *Outbox) indexAfter(place uint64) int {
	i, _ := slices.BinarySearchFunc(o.all, place, func(it *item, place uint64) int {
		if it.place <= place {
			return -1
		}
		return 1
	})
	return i
}
