package matchmaker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/metronome-server/metronome/lobby/queue"
)

// errNoLeader says that nobody leads a queue at this moment.
var errNoLeader = errors.New("nobody leads the queue at this moment; ask again in a few seconds")

// explain says why entries wait, those that do.
func (t *term) explain(ids []string) map[string]queue.Explanation {
	now := t.r.m.Store.Now()
	found := map[string]queue.Explanation{}
	for _, id := range ids {
		e := t.pool.byID[id]
		if e == nil || t.matcher == nil {
			continue
		}
		x := t.matcher.Explain(&t.pool.Pool, e, now)
		if t.failing != "" {
			x.Reasons = append([]queue.Reason{{Cause: queue.CauseOpening, Text: "Matches cannot be opened at present: " + t.failing + "."}}, x.Reasons...)
		}
		found[id] = x
	}
	return found
}

// askFor is how long the leader's goroutine may take to answer.
const askFor = time.Second

// ExplainHere says why entries of a queue that this node leads wait. Errors:
// ErrUnknownQueue, and when it does not lead it.
func (m *Matchmaker) ExplainHere(ctx context.Context, name string, ids []string) (map[string]queue.Explanation, error) {
	r, err := m.queue(name)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	t := r.term
	r.mu.Unlock()
	if t == nil {
		return nil, errNoLeader
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	a := ask{ids[:min(len(ids), explainMost)], make(chan map[string]queue.Explanation, 1)}
	select {
	case t.asks <- a:
		return <-a.answer, nil
	case <-ctx.Done():
		return nil, errNoLeader
	}
}

// explain asks whoever leads a queue.
func (m *Matchmaker) explain(ctx context.Context, r *running, ids []string) (map[string]queue.Explanation, error) {
	switch leader := r.latest().Leader; leader {
	case "":
		return nil, errNoLeader
	case m.Node:
		return m.ExplainHere(ctx, r.name, ids)
	default:
		return m.Peers.Explain(ctx, leader, r.name, ids)
	}
}

// Explain says why an entry waits, and what it is at. Of one that waits no more only
// the status says something. Errors: ErrNoEntry, ErrUnavailable, and when no leader
// answers.
func (m *Matchmaker) Explain(ctx context.Context, id string) (queue.Explanation, Status, error) {
	r, record, err := m.of(ctx, id)
	if err != nil {
		return queue.Explanation{}, Status{}, err
	}
	status := r.status(record, id, m.Store.Now())
	if record.State != queue.Waiting {
		return queue.Explanation{}, status, nil
	}
	found, err := m.explain(ctx, r, []string{id})
	if err != nil {
		return queue.Explanation{}, status, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	status.Reasons = found[id].Reasons
	return found[id], status, nil
}
