package lobby

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// store is one kind of store under test. The same tests run on all of them.
type store struct {
	url    string           // "": in memory
	memory *memoryDirectory // then
	prefix string
	raw    redis.UniversalClient // for looking at keys; nil in memory
	clock  func() time.Time
	pass   func(t *testing.T, d time.Duration) // lets the store's clock pass d
	stop   func(t *testing.T)                  // kills the server
	start  func(t *testing.T)                  // starts it again where it was
	signal func(os.Signal) error               // to the server
}

var prefixes atomic.Int64

func newPrefix() string { return fmt.Sprintf("test%d", prefixes.Add(1)) }

// each runs a test on every kind of store, with no data in it.
func each(t *testing.T, test func(t *testing.T, s *store)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { t.Parallel(); test(t, memoryStore()) })
	t.Run("redis", func(t *testing.T) { t.Parallel(); test(t, sharedStore(t, &sharedSingle)) })
	t.Run("cluster", func(t *testing.T) { t.Parallel(); test(t, sharedStore(t, &sharedCluster)) })
}

// eachRedis runs a test on both kinds of Redis.
func eachRedis(t *testing.T, test func(t *testing.T, s *store)) {
	t.Helper()
	t.Run("redis", func(t *testing.T) { t.Parallel(); test(t, sharedStore(t, &sharedSingle)) })
	t.Run("cluster", func(t *testing.T) { t.Parallel(); test(t, sharedStore(t, &sharedCluster)) })
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

func memoryStore() *store {
	clock := &fakeClock{t: time.Unix(1_800_000_000, 0)}
	s := &store{memory: newMemory(clock.now), prefix: newPrefix(), clock: clock.now}
	s.memory.shared = true
	s.pass = func(_ *testing.T, d time.Duration) { clock.add(d) }
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
		Heartbeat: 100 * time.Millisecond, Lease: time.Minute, Reservation: time.Minute, Timeout: 10 * time.Second,
		Clock: s.clock, Log: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&cfg)
	}
	l, err := s.open(t, cfg)
	must(t, err)
	t.Cleanup(func() { l.Close(context.Background()) })
	return l
}

func (s *store) open(t *testing.T, cfg Config) (*Lobby, error) {
	if s.memory == nil {
		return Open(t.Context(), cfg)
	}
	return openOn(t.Context(), cfg.withDefaults(), s.memory, &latency{})
}

// long makes a lease that outlasts a test of thousands of rooms, however slow the
// machine: without a heartbeat nobody renews it.
func long(c *Config) { c.Lease = fence / 2 }

// short makes a lease that a test can outwait.
func short(c *Config) {
	c.Lease, c.Heartbeat, c.Timeout = shortLease, 100*time.Millisecond, shortLease-1
}

const shortLease = time.Second

// lose empties the store, as one without persistence is after a restart.
func (s *store) lose(t *testing.T) {
	t.Helper()
	if s.memory != nil {
		s.memory.reset()
		return
	}
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

// rooms are a Source.
type rooms struct {
	draining bool
	capacity Capacity
	banned   func()
	list     []Room
}

func (r rooms) Draining() bool { return r.draining }

func (r rooms) Capacity() Capacity { return r.capacity }

func (r rooms) EndBanned() {
	if r.banned != nil {
		r.banned()
	}
}

func (r rooms) Room(id string) (Room, bool) {
	for _, room := range r.list {
		if room.ID == id {
			return room, true
		}
	}
	return Room{}, false
}

// beat asserts rooms and returns the ids of those lost.
func beat(t *testing.T, l *Lobby, list ...Room) []string {
	t.Helper()
	lost, err := l.Beat(t.Context(), rooms{list: list})
	must(t, err)
	return ids(lost)
}

// listed returns the ids of all public rooms, in order.
func listed(t *testing.T, l *Lobby) []string {
	t.Helper()
	return ids(query(t, l, Query{PageSize: maxPage}))
}

// query returns the first page of a query, with the index up to date.
func query(t *testing.T, l *Lobby, q Query) []Room {
	t.Helper()
	must(t, l.catchUp(t.Context(), time.Now()))
	got, _, err := l.List(q)
	must(t, err)
	return got
}

// room returns a public room as others see it; the zero value when there is none.
func room(t *testing.T, l *Lobby, id string) Room {
	t.Helper()
	for _, r := range query(t, l, Query{PageSize: maxPage}) {
		if r.ID == id {
			return r
		}
	}
	return Room{}
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
	j, err := l.Reserve(t.Context(), room, Player{Name: name})
	must(t, err)
	return j
}
