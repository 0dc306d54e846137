package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Notes implements Store.
func (r *Redis) Notes(ctx context.Context, name string, users []string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	cmds := make([]*redis.StringCmd, len(users))
	_, _ = r.client.Pipelined(ctx, func(p redis.Pipeliner) error { // each answer has its own error
		for i, user := range users {
			cmds[i] = p.Get(ctx, r.noteKey(name, user))
		}
		return nil
	})
	notes := make([]string, len(users))
	for i, cmd := range cmds {
		text, err := cmd.Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		notes[i] = text
	}
	return notes, nil
}

// KeepNote implements Store.
func (r *Redis) KeepNote(ctx context.Context, name, user, was, text string, life time.Duration) (bool, error) {
	got, err := r.runOn(ctx, noteScript, r.noteKey(name, user), "", was, text, life.Milliseconds())
	if err != nil {
		return false, err
	}
	did, err := flags(got, 1)
	return err == nil && did[0], err
}

// noteKey is where it is kept what a queue knows of a user: beside which entry has
// them.
func (r *Redis) noteKey(name, user string) string { return r.holdKey(user) + ":" + name }

// Notes implements Store.
func (m *Memory) Notes(_ context.Context, name string, users []string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	notes := make([]string, len(users))
	for i, user := range users {
		if n := m.notes[noteOf{name, user}]; m.clock().Before(n.until) {
			notes[i] = n.text
		}
	}
	return notes, nil
}

// noteOf names a note, note is one.
type (
	noteOf struct{ queue, user string }
	note   struct {
		text  string
		until time.Time
	}
)

// notesMost bounds the notes in memory. Beyond, old ones are not replaced by new
// users'. Threat: memory.
const notesMost = 1_000_000

// KeepNote implements Store.
func (m *Memory) KeepNote(_ context.Context, name, user, was, text string, life time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	of, now := noteOf{name, user}, m.clock()
	old, known := m.notes[of]
	if !now.Before(old.until) {
		old.text = ""
	}
	if old.text != was {
		return false, nil
	}
	if known || len(m.notes) < notesMost {
		m.notes[of] = note{text, now.Add(life)}
	}
	return true, nil
}
