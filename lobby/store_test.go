package lobby

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// store is one kind of store under test. The same tests run on all of them.
type store struct {
	url    string
	prefix string
	raw    redis.UniversalClient // for looking at keys
	clock  func() time.Time
	pass   func(t *testing.T, d time.Duration) // lets the store's clock pass d
	stop   func(t *testing.T)                  // kills the server
	start  func(t *testing.T)                  // starts it again where it was
}

var prefixes atomic.Int64

func newPrefix() string { return fmt.Sprintf("test%d", prefixes.Add(1)) }

// each runs a test on every kind of store, with no data in it.
func each(t *testing.T, test func(t *testing.T, s *store)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { t.Parallel(); test(t, miniStore(t)) })
	t.Run("redis", func(t *testing.T) { t.Parallel(); test(t, sharedStore(t, &sharedSingle)) })
	t.Run("cluster", func(t *testing.T) { t.Parallel(); test(t, sharedStore(t, &sharedCluster)) })
}

// eachOwn is each with a server that the test may kill.
func eachOwn(t *testing.T, test func(t *testing.T, s *store)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { t.Parallel(); test(t, miniStore(t)) })
	t.Run("redis", func(t *testing.T) { t.Parallel(); test(t, ownStore(t)) })
}

// fakeClock stands still until told.
type fakeClock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *fakeClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *fakeClock) add(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	return c.t
}

func miniStore(t *testing.T) *store {
	clock := &fakeClock{t: time.Unix(1_800_000_000, 0)}
	m := miniredis.NewMiniRedis()
	m.SetTime(clock.now())
	m.ClockTTL(true)
	must(t, m.Start())
	t.Cleanup(m.Close)
	s := &store{
		url: "redis://" + m.Addr(), prefix: newPrefix(), clock: clock.now,
		pass: func(_ *testing.T, d time.Duration) { m.SetTime(clock.add(d)) },
		stop: func(*testing.T) { m.Close(); m.FlushAll() },
		start: func(t *testing.T) {
			must(t, m.Restart())
		},
	}
	s.look(t)
	return s
}

// look opens the client for looking at keys.
func (s *store) look(t *testing.T) {
	c, err := newClient(s.url, time.Second)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	s.raw = c
}

// node opens a lobby on the store; it is closed at the end. The leases are long
// unless change makes them short.
func (s *store) node(t *testing.T, id string, change ...func(*Config)) *Lobby {
	t.Helper()
	cfg := Config{
		URL: s.url, Prefix: s.prefix, NodeID: id, NodeURL: "ws://" + id + ".test:8080", Version: "test",
		Lease: time.Minute, Reservation: time.Minute, Timeout: 10 * time.Second,
		Clock: s.clock, Log: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&cfg)
	}
	l, err := Open(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { l.Close(context.Background()) })
	return l
}

// short makes a lease that a test can outwait.
func short(c *Config) {
	c.Lease, c.Heartbeat, c.Timeout = shortLease, 100*time.Millisecond, shortLease-1
}

const shortLease = time.Second

// lose empties the store, as one without persistence is after a restart.
func (s *store) lose(t *testing.T) {
	t.Helper()
	for _, key := range s.all(t) {
		must(t, s.raw.Del(t.Context(), key).Err())
	}
}

// all returns every key of the test.
func (s *store) all(t *testing.T) []string {
	t.Helper()
	keys, err := s.raw.Keys(t.Context(), "{"+s.prefix+"}:*").Result()
	must(t, err)
	return keys
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually asks again and again until ok, for at most half a minute.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("never: " + what)
		}
	}
}

// claim lists a room of 4 seats.
func claim(t *testing.T, l *Lobby, id string, change ...func(*Room)) Room {
	t.Helper()
	r := Room{ID: id, Mode: "ffa", Seats: 4, TickHz: 30}
	for _, c := range change {
		c(&r)
	}
	r, err := l.Claim(t.Context(), r)
	must(t, err)
	return r
}

// beat asserts rooms and returns the ids of those lost.
func beat(t *testing.T, l *Lobby, rooms ...Room) []string {
	t.Helper()
	lost, err := l.Beat(t.Context(), func() NodeState { return NodeState{Rooms: rooms} })
	must(t, err)
	return ids(lost)
}

// listed returns the ids of all public rooms, in order.
func listed(t *testing.T, l *Lobby) []string {
	t.Helper()
	rooms, _, err := l.List(t.Context(), Query{PageSize: maxPage})
	must(t, err)
	return ids(rooms)
}

func ids(rooms []Room) []string {
	list := []string{}
	for _, r := range rooms {
		list = append(list, r.ID)
	}
	return list
}

func reserve(t *testing.T, l *Lobby, room, name string) Join {
	t.Helper()
	j, err := l.Reserve(t.Context(), room, name)
	must(t, err)
	return j
}
