package lobby

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/internal/id"
	"github.com/redis/go-redis/v9"
)

// Lobby is one node's part of the lobby. Open makes one.
type Lobby struct {
	cfg   Config
	self  string // this process among all that ever had the node's id
	began time.Time
	dir   directory
	ring  *keyring
	down  atomic.Bool  // Run's last question to the store failed
	back  atomic.Int64 // when one after that did not, Unix ns; 0: none failed
	asked *latency     // of a store that is asked over a network

	bans  bans
	calls calls
	peers peers

	index   atomic.Pointer[index]
	pulling sync.Mutex
	fresh   *index    // being filled from the beginning; guarded by pulling
	pulled  time.Time // when the last reading to the stream's end began; the same

	hurry chan struct{} // of 1: the node's record is to be renewed now

	meeting   sync.Mutex   // held by who asks for a key that is unknown
	asserting sync.RWMutex // an assertion on its way undoes no Retire

	mu       sync.Mutex
	mine     map[string]*owned // rooms that this node has claimed and not given up
	claiming map[string]int    // ids of claims on their way
	removals map[string]removeArgs
	order    []string // ids of mine as Run looks at them; may have some that are gone
	next     int      // in order
	strays   bool     // the directory may have rooms of this node that it does not know
}

// startTimeout is how long Open waits for the store's first answers.
const startTimeout = 5 * time.Second

// Open connects to the store, or makes one in this process, announces the node,
// so that others know by which key it signs, and reads which rooms there are. Run
// keeps that up. Errors: ErrInvalid for the configuration, ErrUnavailable for the
// store.
func Open(ctx context.Context, cfg Config) (*Lobby, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	quietClient(cfg.Log)
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if cfg.URL == "" {
		return openOn(ctx, cfg, newMemory(cfg.Clock), &latency{})
	}
	dir, err := openRedis(ctx, cfg)
	if err != nil {
		return nil, cannotUse(cfg, err)
	}
	return openOn(ctx, cfg, dir, &dir.asked)
}

// openOn opens a lobby on a directory.
func openOn(ctx context.Context, cfg Config, dir directory, asked *latency) (*Lobby, error) {
	l := &Lobby{
		cfg: cfg, asked: asked, self: cfg.NodeID + "~" + id.Unique(), began: dir.now(), dir: dir, ring: newKeyring(cfg.secrets()),
		hurry: make(chan struct{}, 1), mine: map[string]*owned{}, claiming: map[string]int{}, removals: map[string]removeArgs{},
	}
	l.index.Store(newIndex())
	l.ring.rotate(dir.now())
	if err := l.renew(ctx, nil); err != nil {
		return nil, errors.Join(cannotUse(cfg, err), dir.close())
	}
	if err := l.catchUp(ctx, time.Now()); err != nil {
		return nil, errors.Join(cannotUse(cfg, err), dir.close())
	}
	cfg.Log.Info("lobby open", "store", redact(cfg.URL), "node", cfg.NodeID, "url", cfg.NodeURL)
	return l, nil
}

func cannotUse(cfg Config, err error) error {
	if errors.Is(err, ErrInvalid) {
		return err
	}
	return fmt.Errorf("%w: cannot use Redis at %s: %w; start it there, correct the URL, "+
		"or leave the URL empty to use the embedded store", ErrUnavailable, redact(cfg.URL), err)
}

// Close takes the node out of the directory, if the store answers, which ends its
// rooms' listings so that other nodes may claim them, and disconnects. Call it
// after Run has returned; once.
func (l *Lobby) Close(ctx context.Context) error {
	return errors.Join(l.dir.leave(ctx, l.self), l.dir.close())
}

// Now is the store's time, the same for all nodes as far as this one knows it. It
// asks nobody.
func (l *Lobby) Now() time.Time { return l.dir.now() }

// Redis returns the client and the key prefix of the store, for what else is kept in
// it; nil when the store is in this process. The lobby closes it.
func (l *Lobby) Redis() (client redis.UniversalClient, prefix string, timeout time.Duration) {
	dir, ok := l.dir.(*redisDirectory)
	if !ok {
		return nil, "", 0
	}
	return dir.client, l.cfg.Prefix, l.cfg.Timeout
}

// NodeURL is where clients reach this node.
func (l *Lobby) NodeURL() string { return l.cfg.NodeURL }

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
