// Package redistest starts Redis servers for tests.
package redistest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a redis-server that a test started.
type Server struct {
	dir  string
	port int
	args []string
	cmd  *exec.Cmd
}

// Need skips a test where there is no redis-server, and fails it in CI.
func Need(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("redis-server is not installed, and CI is set: this must be tested on a real one")
	}
	t.Skip("NOT TESTED ON A REAL REDIS: redis-server is not installed (apt-get install redis-server)")
}

// Start starts a redis-server with further arguments on a free port; another port
// when somebody was faster. Close it.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	Need(t)
	dir, err := os.MkdirTemp("", "metronome-redis")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		s := &Server{dir: dir, port: FreePort(t), args: args}
		if s.Launch(t) {
			return s
		}
	}
	t.Fatal("redis-server does not start; its log is in " + dir)
	return nil
}

// FreePort is a port of this machine that nobody listens on now.
func FreePort(t testing.TB) int {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// Addr is its host and port.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// Port is its port on this machine.
func (s *Server) Port() int { return s.port }

// StartSentinel starts a sentinel that watches a master by the name m. A replica that
// is not in step by then it learns of too late.
func StartSentinel(t testing.TB, master *Server) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "metronome-sentinel")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{dir: dir, port: FreePort(t)}
	conf := filepath.Join(dir, "sentinel.conf")
	text := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor m 127.0.0.1 %d 1\n"+
		"sentinel down-after-milliseconds m 500\nsentinel failover-timeout m 5000\n", s.port, dir, master.port)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command("redis-server", conf, "--sentinel") //nolint:noctx // it outlives the test's context
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if !s.answers(t) {
		t.Fatal("the sentinel does not answer")
	}
	return s
}

// Launch starts the process, again after Kill, and reports whether it answers. It
// keeps nothing on disk, so that a kill loses everything.
func (s *Server) Launch(t testing.TB) bool {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	args := append([]string{"--port", fmt.Sprint(s.port), "--bind", "127.0.0.1", "--dir", s.dir, "--save", ""}, s.args...)
	s.cmd = exec.Command("redis-server", args...) //nolint:noctx // it outlives the test's context
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return s.answers(t)
}

func (s *Server) answers(t testing.TB) bool {
	c := redis.NewClient(&redis.Options{Addr: s.Addr(), MaxRetries: -1, DialerRetries: 1})
	defer func() { _ = c.Close() }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if c.Ping(t.Context()).Err() == nil {
			return true
		}
		<-tick.C
	}
	s.Kill()
	return false
}

// Kill ends the process at once.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// Signal sends the process a signal.
func (s *Server) Signal(sig os.Signal) error { return s.cmd.Process.Signal(sig) }

// Close kills the server and removes what it left.
func (s *Server) Close() {
	s.Kill()
	_ = os.RemoveAll(s.dir)
}
