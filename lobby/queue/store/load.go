package store

import (
	"context"
	"fmt"

	"github.com/metronome-server/metronome/lobby/queue"
)

// loadPage is how many entries one question reads, about.
const loadPage = 500

// Load implements Store. It reads page by page, so that a full queue keeps Redis
// from nobody for long.
func (r *Redis) Load(ctx context.Context, name string, add func(*queue.Entry)) (matches []*queue.Match, err error) {
	err = r.scan(ctx, r.base(name)+"waiting", func(kept string) error {
		e, fault := ReadEntry(kept)
		if fault == nil {
			add(e)
		}
		return fault
	})
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	err = r.scan(ctx, r.base(name)+"live", func(kept string) error {
		m, fault := ReadMatch(kept)
		if fault == nil && !seen[m.ID] {
			seen[m.ID] = true
			matches = append(matches, m)
		}
		return fault
	})
	return matches, err
}

// scan calls with each value of a hash, with some maybe twice.
func (r *Redis) scan(ctx context.Context, key string, with func(string) error) error {
	for cursor := uint64(0); ; {
		page, next, err := r.page(ctx, key, cursor)
		if err != nil {
			return err
		}
		for i := 1; i < len(page); i += 2 {
			if err := with(page[i]); err != nil {
				return err
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

func (r *Redis) page(ctx context.Context, key string, cursor uint64) ([]string, uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	page, next, err := r.client.HScan(ctx, key, cursor, "", loadPage).Result()
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return page, next, nil
}
