package outbox

import (
	"context"
	"log/slog"
	"sync"
)

// recorder keeps lines of a log.
type recorder struct {
	mu    sync.Mutex
	lines []slog.Record
}

func (r *recorder) logger() *slog.Logger { return slog.New(r) }

func (r *recorder) Enabled(context.Context, slog.Level) bool { return true }
func (r *recorder) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *recorder) WithGroup(string) slog.Handler            { return r }

func (r *recorder) Handle(_ context.Context, line slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
	return nil
}

// count is how many lines have a message.
func (r *recorder) count(message string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, line := range r.lines {
		if line.Message == message {
			n++
		}
	}
	return n
}

// sum adds up the numbers under a key.
func (r *recorder) sum(key string) (n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, line := range r.lines {
		line.Attrs(func(a slog.Attr) bool {
			switch {
			case a.Key != key:
			case a.Value.Kind() == slog.KindUint64:
				n += int64(a.Value.Uint64())
			case a.Value.Kind() == slog.KindInt64:
				n += a.Value.Int64()
			}
			return true
		})
	}
	return n
}
