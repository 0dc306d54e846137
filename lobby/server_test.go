package lobby

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// server is a redis-server that the tests started.
type server struct {
	dir  string
	port int
	args []string
	cmd  *exec.Cmd
}

func redisBinary(t *testing.T) string {
	path, err := exec.LookPath("redis-server")
	if err == nil {
		return path
	}
	if os.Getenv("CI") != "" {
		t.Fatal("redis-server is not installed, and CI is set: the lobby must be tested on a real one")
	}
	t.Skip("NOT TESTED ON A REAL REDIS: redis-server is not installed (apt-get install redis-server)")
	return ""
}

// startServer starts a redis-server on a free port; another port when somebody
// was faster.
func startServer(t *testing.T, args ...string) *server {
	t.Helper()
	redisBinary(t)
	dir, err := os.MkdirTemp("", "lobby-redis")
	must(t, err)
	for range 5 {
		s := &server{dir: dir, port: freePort(t), args: args}
		if s.launch(t) {
			return s
		}
	}
	t.Fatal("redis-server does not start; its log is in " + dir)
	return nil
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *server) addr() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// launch starts the process and waits until it answers. It keeps nothing on
// disk, so that a kill loses everything.
func (s *server) launch(t *testing.T) bool {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(t, err)
	defer log.Close()
	args := append([]string{"--port", fmt.Sprint(s.port), "--bind", "127.0.0.1", "--dir", s.dir, "--save", ""}, s.args...)
	s.cmd = exec.Command(redisBinary(t), args...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	must(t, s.cmd.Start())
	return s.answers(t)
}

func (s *server) answers(t *testing.T) bool {
	c := redis.NewClient(&redis.Options{Addr: s.addr(), MaxRetries: -1, DialerRetries: 1})
	defer c.Close()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if c.Ping(t.Context()).Err() == nil {
			return true
		}
		<-tick.C
	}
	s.kill()
	return false
}

func (s *server) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// shared is one server for all tests, who keep apart by their prefixes.
type shared struct {
	once   sync.Once
	args   []string
	query  string
	server *server
}

var (
	sharedSingle  shared
	sharedCluster = shared{args: []string{"--cluster-enabled", "yes"}, query: "?cluster=true"}
)

func stopSharedServers() {
	for _, s := range []*shared{&sharedSingle, &sharedCluster} {
		if s.server != nil {
			s.server.kill()
			os.RemoveAll(s.server.dir)
		}
	}
}

func sharedStore(t *testing.T, sh *shared) *store {
	t.Helper()
	redisBinary(t)
	sh.once.Do(func() {
		sh.server = startServer(t, sh.args...)
		if sh.query != "" {
			formCluster(t, sh.server)
		}
	})
	if sh.server == nil {
		t.Fatal("the shared redis-server did not start")
	}
	return sh.server.store(t, sh.query)
}

// formCluster makes a cluster of one node, which still refuses scripts whose
// keys are not all in one slot.
func formCluster(t *testing.T, s *server) {
	c := redis.NewClient(&redis.Options{Addr: s.addr()})
	defer c.Close()
	must(t, c.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err())
	eventually(t, "the cluster is ready", func() bool { return c.Set(t.Context(), "ready", 1, 0).Err() == nil })
}

func ownStore(t *testing.T) *store {
	t.Helper()
	s := startServer(t)
	t.Cleanup(func() { s.kill(); os.RemoveAll(s.dir) })
	return s.store(t, "")
}

func (s *server) store(t *testing.T, query string) *store {
	st := &store{
		signal: func(sig os.Signal) error { return s.cmd.Process.Signal(sig) },
		url:    "redis://" + s.addr() + query, prefix: newPrefix(), clock: time.Now,
		stop: func(*testing.T) { s.kill() },
		start: func(t *testing.T) {
			if !s.launch(t) {
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
