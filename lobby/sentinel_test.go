package lobby

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/internal/redistest"
)

// The master dies, Sentinel makes its replica the master: Run finds it by itself.
func TestSentinelFailover(t *testing.T) {
	t.Parallel()
	master := redistest.Start(t)
	t.Cleanup(master.Close)
	replica := redistest.Start(t, "--replicaof", "127.0.0.1", fmt.Sprint(master.Port()))
	t.Cleanup(replica.Close)
	awaitReplica(t, master) // else the sentinel would not know of it in time
	sentinel := redistest.StartSentinel(t, master)
	t.Cleanup(sentinel.Close)

	s := &store{url: "redis://" + sentinel.Addr() + "?master_name=m", prefix: newPrefix(), clock: time.Now}
	a := s.node(t, "a", func(c *Config) { c.Heartbeat, c.Timeout = 50*time.Millisecond, time.Second })
	o := &owner{rooms: []Room{claim(t, a, "r")}}
	stop := run(a, o)
	defer stop()
	awaitSentinelSeesReplica(t, sentinel.Addr())
	master.Kill()
	eventually(t, "the loss is noticed", func() bool { return !a.Up() })
	eventually(t, "the new master is found", a.Up)
	stop()
	if got := listed(t, a); !slices.Equal(got, []string{"r"}) {
		t.Fatalf("listed %v", got)
	}
}

func awaitReplica(t *testing.T, master *redistest.Server) {
	c := redis.NewClient(&redis.Options{Addr: master.Addr()})
	defer c.Close()
	eventually(t, "the replica is in step", func() bool {
		return strings.Contains(c.Info(t.Context(), "replication").Val(), "state=online")
	})
}

func awaitSentinelSeesReplica(t *testing.T, addr string) {
	c := redis.NewSentinelClient(&redis.Options{Addr: addr})
	defer c.Close()
	eventually(t, "the sentinel knows the replica", func() bool {
		replicas, err := c.Replicas(t.Context(), "m").Result()
		return err == nil && len(replicas) == 1
	})
}
