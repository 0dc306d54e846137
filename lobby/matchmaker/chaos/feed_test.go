package chaos

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// record is what one script did, as its feed has it.
type record struct {
	queue, feed string // feed: in or out
	at          time.Time
	happened    [][2]string // kind and text
}

// reader reads all feeds, directly from Redis, and misses nothing. Any goroutine.
type reader struct {
	client *redis.Client
	model  *model

	mu    sync.Mutex
	order []string // keys of the feeds: first all that is in, then all that is out
	last  []string // id of the last record that was read of each
	n     []uint64 // and its number; 0: none
}

// readEvery is how often feeds are read. They keep a thousand records.
const readEvery = 10 * time.Millisecond

func newReader(client *redis.Client, m *model, queues []string) *reader {
	r := &reader{client: client, model: m}
	// What came in is read before what became of it.
	for _, feed := range []string{"in", "out"} {
		for _, q := range queues {
			r.order = append(r.order, "{"+prefix+":q:"+q+"}:"+feed)
		}
	}
	r.begin()
	return r
}

// begin has all feeds read from their beginning.
func (r *reader) begin() {
	r.last, r.n = make([]string, len(r.order)), make([]uint64, len(r.order))
	for i := range r.last {
		r.last[i] = "0-0"
	}
}

// run reads on until ctx ends.
func (r *reader) run(ctx context.Context) {
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.mu.Lock()
			_ = r.read(ctx) // Redis is being started again
			r.mu.Unlock()
		}
	}
}

// read reads on in all feeds at one moment. Under the lock.
func (r *reader) read(ctx context.Context) error {
	args := []any{"XREAD", "STREAMS"}
	for _, key := range r.order {
		args = append(args, key)
	}
	for _, id := range r.last {
		args = append(args, id)
	}
	got, err := r.client.Do(ctx, args...).Result()
	if err == redis.Nil { //nolint:errorlint // that is the answer itself
		return nil
	}
	if err == nil {
		r.take(got)
	}
	return err
}

// take hands what was read to the model. Under the lock.
func (r *reader) take(got any) {
	byKey := map[string][]any{}
	for _, stream := range list(got) {
		byKey[text(list(stream)[0])] = list(list(stream)[1])
	}
	for i, key := range r.order {
		for _, message := range byKey[key] {
			r.last[i] = text(list(message)[0])
			r.takeRecord(i, r.last[i], list(list(message)[1]))
		}
	}
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func (r *reader) takeRecord(i int, id string, fields []any) {
	queue, feed, _ := strings.Cut(strings.TrimPrefix(r.order[i], "{"+prefix+":q:"), "}:")
	ms, _, _ := strings.Cut(id, "-")
	at, _ := strconv.ParseInt(ms, 10, 64)
	n, _ := strconv.ParseUint(text(fields[1]), 10, 64)
	if was := r.n[i]; was != 0 && n != was+1 {
		r.model.wrong("the feed %s of %s goes from %d to %d: this test is too slow, or the store forgot", feed, queue, was, n)
	}
	r.n[i] = n
	rec := record{queue: queue, feed: feed, at: time.UnixMilli(at)}
	for k := 2; k+1 < len(fields); k += 2 {
		rec.happened = append(rec.happened, [2]string{text(fields[k]), text(fields[k+1])})
	}
	r.model.take(rec)
}

// lose empties Redis, having read all that had happened: how does it, with nothing
// written in between, and says when.
func (r *reader) lose(how func(r *reader) (time.Time, error)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, err := how(r)
	if err != nil {
		return err
	}
	r.begin()
	r.model.lose(at)
	return nil
}

// flush empties Redis as it runs.
func flush(ctx context.Context) func(*reader) (time.Time, error) {
	return func(r *reader) (time.Time, error) {
		args := []any{"XREAD", "STREAMS"}
		for _, key := range r.order {
			args = append(args, key)
		}
		for _, id := range r.last {
			args = append(args, id)
		}
		var read *redis.Cmd
		at := time.Now()
		_, err := r.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
			read = p.Do(ctx, args...)
			p.FlushAll(ctx)
			return nil
		})
		if err != nil && err != redis.Nil { //nolint:errorlint // that is the answer itself
			return at, fmt.Errorf("emptying Redis: %w", err)
		}
		r.take(read.Val())
		return at, nil
	}
}

// restart kills Redis, which keeps nothing, and starts it again.
func restart(ctx context.Context, again func()) func(*reader) (time.Time, error) {
	return func(r *reader) (at time.Time, err error) {
		if err := r.client.Do(ctx, "CLIENT", "PAUSE", 5000, "WRITE").Err(); err != nil {
			return at, err
		}
		if err := r.read(ctx); err != nil {
			return at, err
		}
		at = time.Now()
		again()
		return at, nil
	}
}
