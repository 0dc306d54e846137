package lobby

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startSentinel watches a master. It must not start before the master's replica
// is in step: it would not know of the replica in time.
func startSentinel(t *testing.T, master *server) (addr string) {
	dir := t.TempDir()
	conf := filepath.Join(dir, "sentinel.conf")
	text := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor m 127.0.0.1 %d 1\n"+
		"sentinel down-after-milliseconds m 500\nsentinel failover-timeout m 5000\n", freePort(t), dir, master.port)
	must(t, os.WriteFile(conf, []byte(text), 0o600))
	s := &server{dir: dir, cmd: exec.Command(redisBinary(t), conf, "--sentinel")}
	fmt.Sscanf(text, "port %d", &s.port)
	must(t, s.cmd.Start())
	t.Cleanup(s.kill)
	if !s.answers(t) {
		t.Fatal("the sentinel does not answer")
	}
	return s.addr()
}

// The master dies, Sentinel makes its replica the master: Run finds it by itself.
func TestSentinelFailover(t *testing.T) {
	t.Parallel()
	master := startServer(t)
	killed := false
	t.Cleanup(func() {
		if !killed {
			master.kill()
		}
		os.RemoveAll(master.dir)
	})
	replica := startServer(t, "--replicaof", "127.0.0.1", fmt.Sprint(master.port))
	t.Cleanup(func() { replica.kill(); os.RemoveAll(replica.dir) })
	awaitReplica(t, master)
	sentinel := startSentinel(t, master)

	s := &store{url: "redis://" + sentinel + "?master_name=m", prefix: newPrefix(), clock: time.Now}
	a := s.node(t, "a", func(c *Config) { c.Heartbeat, c.Timeout = 50*time.Millisecond, time.Second })
	o := &owner{rooms: []Room{claim(t, a, "r")}}
	stop := run(a, o)
	defer stop()
	awaitSentinelSeesReplica(t, sentinel)
	master.kill()
	killed = true
	eventually(t, "the loss is noticed", func() bool { return !a.Up() })
	eventually(t, "the new master is found", a.Up)
	stop()
	if got := listed(t, a); !slices.Equal(got, []string{"r"}) {
		t.Fatalf("listed %v", got)
	}
}

func awaitReplica(t *testing.T, master *server) {
	c := redis.NewClient(&redis.Options{Addr: master.addr()})
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
