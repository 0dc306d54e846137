package lobby

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// embedded is the store of a lobby without Redis: the same commands and scripts,
// in this process, on no port. Its clock stands still but for the caller, who
// moves it on before each command, so that leases and TTLs run.
type embedded struct {
	mini  *miniredis.Miniredis
	clock func() time.Time
	start time.Time

	mu   sync.Mutex
	last time.Time
}

// clockStep is the least that the embedded clock moves by: each move looks at
// every key that has a TTL.
const clockStep = 20 * time.Millisecond

func newEmbedded(clock func() time.Time) *embedded {
	now := clock()
	mini := miniredis.NewMiniRedis()
	mini.SetTime(now.Round(0))
	mini.ClockTTL(true)
	return &embedded{mini: mini, clock: clock, start: now, last: now}
}

func (e *embedded) client(timeout time.Duration) redis.UniversalClient {
	o := &redis.Options{
		Addr:   "embedded",
		Dialer: func(context.Context, string, string) (net.Conn, error) { return e.mini.Dial() },
	}
	tune(o, timeout)
	c := redis.NewClient(o)
	c.AddHook(e)
	return c
}

// advance sets the store's clock. It follows time passed, not the wall clock,
// so that a correction of the machine's time ends no lease.
func (e *embedded) advance() {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock()
	if now.Sub(e.last) < clockStep {
		return
	}
	e.last = now
	e.mini.SetTime(e.start.Round(0).Add(now.Sub(e.start)))
}

// DialHook, ProcessHook and ProcessPipelineHook make it a redis.Hook.
func (e *embedded) DialHook(next redis.DialHook) redis.DialHook { return next }

func (e *embedded) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		e.advance()
		return next(ctx, cmd)
	}
}

func (e *embedded) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (e *embedded) close() { e.mini.Close() }
