package main

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/bench/local"
)

// outside is what came out of a room: it reads along, as the stream keeps the newest only.
type outside struct {
	room string
	mu   sync.Mutex
	seen map[[2]int64][]string // ids of messages, by seat and its number
	last string                // id of the newest in the stream
}

// readAlong reads the stream of outboxes until ctx ends. A store that does not answer is
// asked again.
func (o *outside) readAlong(ctx context.Context, c redis.UniversalClient) {
	defer func() { _ = c.Close() }()
	for local.Pause(ctx, 300*time.Millisecond) == nil {
		from := "-"
		if o.last != "" {
			from = "(" + o.last
		}
		rows, err := c.XRangeN(ctx, "{metronome}:outbox", from, "+", 10_000).Result()
		if err != nil {
			continue
		}
		for _, row := range rows {
			o.take(row)
		}
	}
}

func (o *outside) take(row redis.XMessage) {
	var m struct {
		ID     string           `json:"id"`
		Room   string           `json:"room"`
		Seat   int64            `json:"seat"`
		Values map[string]int64 `json:"values"`
	}
	o.last = row.ID
	body, _ := row.Values["body"].(string)
	if json.Unmarshal([]byte(body), &m) != nil || m.Room != o.room {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	what := [2]int64{m.Seat, m.Values["n"]}
	o.seen[what] = append(o.seen[what], m.ID)
}

func (o *outside) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.seen)
}
