package lobby

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// Lobby is one node's part of the lobby. Open makes one.
type Lobby struct {
	cfg    Config
	keys   keys
	client redis.UniversalClient
	store  *embedded // nil with a real Redis
	ring   keyring
	offset atomic.Int64 // store's clock minus ours, ms
	down   atomic.Bool  // the last beat of Run failed
	asked  latency      // of the store

	mu      sync.Mutex
	mine    map[string]uint64               // rooms claimed or asserted here: id -> epoch
	settled map[string]map[string]time.Time // for the next beat: room -> reservation -> end of its hold
}

// startTimeout is how long Open waits for the store's first answer.
const startTimeout = 5 * time.Second

// Open connects to the store, or makes the embedded one, and agrees with the
// other nodes on the signing key. It does not announce the node: Run or Beat
// does. Errors: ErrInvalid for the configuration, ErrUnavailable for the store.
func Open(ctx context.Context, cfg Config) (*Lobby, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	quietClient(cfg.Log)
	l := &Lobby{
		cfg: cfg, keys: newKeys(cfg.Prefix),
		mine: map[string]uint64{}, settled: map[string]map[string]time.Time{},
	}
	if cfg.URL == "" {
		l.store = newEmbedded(cfg.Clock)
		l.client = l.store.client(cfg.Timeout)
	} else {
		client, err := newClient(cfg.URL, cfg.Timeout)
		if err != nil {
			return nil, err
		}
		l.client = client
	}
	if err := l.greet(ctx); err != nil {
		return nil, errors.Join(err, l.disconnect())
	}
	cfg.Log.Info("lobby open", "store", redact(cfg.URL), "node", cfg.NodeID, "url", cfg.NodeURL)
	return l, nil
}

// greet waits for the store's first answer and fetches clock and key.
func (l *Lobby) greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	before := l.cfg.Clock()
	now, err := l.client.Time(ctx).Result()
	if err == nil {
		l.sync(before, now)
		err = l.agreeOnKey(ctx)
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: cannot use Redis at %s: %w; start it there, correct the URL, "+
		"or leave the URL empty to use the embedded store", ErrUnavailable, redact(l.cfg.URL), err)
}

// Close takes the node out of the directory, if the store answers, ends its
// rooms' leases so that other nodes may claim them, and disconnects. Call it
// after Run has returned; once.
func (l *Lobby) Close(ctx context.Context) error {
	return errors.Join(l.leave(ctx), l.disconnect())
}

func (l *Lobby) disconnect() error {
	err := l.client.Close()
	if l.store != nil {
		l.store.close()
	}
	return err
}

// sync notes how far the store's clock is from ours, given when it was asked.
func (l *Lobby) sync(asked, store time.Time) {
	now := l.cfg.Clock()
	l.offset.Store(store.Sub(asked.Add(now.Sub(asked) / 2)).Milliseconds())
}

// now is the store's time as far as we know.
func (l *Lobby) now() time.Time {
	return l.cfg.Clock().Add(time.Duration(l.offset.Load()) * time.Millisecond)
}

// NodeID is this node's name in the directory.
func (l *Lobby) NodeID() string { return l.cfg.NodeID }

var quietOnce sync.Once

// quietClient sends what the client would print on standard error to the log of
// the first lobby opened; what matters reaches callers as errors.
func quietClient(log *slog.Logger) {
	quietOnce.Do(func() { redis.SetLogger(clientLog{log}) })
}

type clientLog struct{ log *slog.Logger }

func (c clientLog) Printf(_ context.Context, format string, args ...any) {
	c.log.Debug("redis client", "message", fmt.Sprintf(format, args...))
}
