package lobby

import (
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/internal/redistest"
)

// shared is one server for all tests, who keep apart by their prefixes.
type shared struct {
	once   sync.Once
	args   []string
	query  string
	server *redistest.Server
}

var (
	sharedSingle  shared
	sharedCluster = shared{args: []string{"--cluster-enabled", "yes"}, query: "?cluster=true"}
)

func stopSharedServers() {
	for _, s := range []*shared{&sharedSingle, &sharedCluster} {
		if s.server != nil {
			s.server.Close()
		}
	}
}

func sharedStore(t *testing.T, sh *shared) *store {
	t.Helper()
	redistest.Need(t)
	sh.once.Do(func() {
		sh.server = redistest.Start(t, sh.args...)
		if sh.query != "" {
			formCluster(t, sh.server)
		}
	})
	if sh.server == nil {
		t.Fatal("the shared redis-server did not start")
	}
	return storeIn(t, sh.server, sh.query)
}

// formCluster makes a cluster of one node, which still refuses scripts whose
// keys are not all in one slot.
func formCluster(t *testing.T, s *redistest.Server) {
	c := redis.NewClient(&redis.Options{Addr: s.Addr()})
	defer c.Close()
	must(t, c.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err())
	eventually(t, "the cluster is ready", func() bool { return c.Set(t.Context(), "ready", 1, 0).Err() == nil })
}

func ownStore(t *testing.T) *store {
	t.Helper()
	s := redistest.Start(t)
	t.Cleanup(s.Close)
	return storeIn(t, s, "")
}

func storeIn(t *testing.T, s *redistest.Server, query string) *store {
	st := &store{
		signal: s.Signal,
		url:    "redis://" + s.Addr() + query, prefix: newPrefix(), clock: time.Now,
		stop: func(*testing.T) { s.Kill() },
		start: func(t *testing.T) {
			if !s.Launch(t) {
				t.Fatal("redis-server did not come back")
			}
		},
	}
	st.look(t)
	st.pass = func(t *testing.T, d time.Duration) {
		t.Helper()
		start, err := st.raw.Time(t.Context()).Result()
		must(t, err)
		eventually(t, "the store's clock passes "+d.String(), func() bool {
			now, err := st.raw.Time(t.Context()).Result()
			return err == nil && now.Sub(start) > d
		})
	}
	return st
}
