//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/metronome-server/metronome/bench/local"
	"github.com/metronome-server/metronome/internal/hist"
)

// process is a child that does not outlive this program.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // then: how
}

// start runs a program on a core, or anywhere when core is empty.
func start(core string, out io.Writer, program string, args ...string) (*process, error) {
	if core != "" {
		program, args = "taskset", append([]string{"-c", core, program}, args...)
	}
	p := &process{cmd: exec.Command(program, args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// signal sends a signal; to a process that has ended it does nothing.
func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// stopLimit is how long a process has to end by itself.
const stopLimit = 20 * time.Second

// stop asks the process to end and kills it when it does not. It returns how it
// ended, and after how long.
func (p *process) stop() (how string, took time.Duration) {
	from := time.Now()
	p.signal(syscall.SIGCONT)
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopLimit):
		p.signal(syscall.SIGKILL)
		<-p.done
		return "killed", time.Since(from)
	}
	return fmt.Sprintf("exit %d", p.cmd.ProcessState.ExitCode()), time.Since(from)
}

// residentMB is the process's resident memory; 0 when it has ended.
func (p *process) residentMB() float64 {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "statm"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseFloat(fields[1], 64)
	return pages * float64(os.Getpagesize()) / (1 << 20)
}

// allow bounds the process's descriptors; 0 leaves them.
func (p *process) allow(descriptors uint64) error {
	if descriptors == 0 {
		return nil
	}
	limit := unix.Rlimit{Cur: descriptors, Max: descriptors}
	return unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_NOFILE, &limit, nil)
}

// node is a running server.
type node struct {
	*process
	address string
}

// serve starts a server without bots of its own and waits until it answers.
func serve(ctx context.Context, o options, binary string, flags ...string) (*node, error) {
	address, err := local.FreeAddress(ctx)
	if err != nil {
		return nil, err
	}
	p, err := start(o.server, io.Discard, binary, append([]string{"serve", "--listen", address, "--bots", "0"}, flags...)...)
	if err != nil {
		return nil, err
	}
	n := &node{p, address}
	err = local.Until(ctx, 100*time.Millisecond, func() bool {
		status, _, _ := n.get(ctx, "/readyz")
		return status == http.StatusOK || n.ended()
	})
	if err == nil && n.ended() {
		err = fmt.Errorf("it ended at once: %w", p.err)
	}
	if err != nil {
		n.stop()
		return nil, fmt.Errorf("the server %s does not become ready: %w", binary, err)
	}
	return n, nil
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// serveRedis starts a Redis of its own that keeps nothing on disk.
func serveRedis(ctx context.Context, o options) (*process, string, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, "", err
	}
	address, err := local.FreeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, "", err
	}
	p, err := start(o.load, io.Discard, program, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no")
	if err != nil {
		return nil, "", err
	}
	err = local.Until(ctx, 100*time.Millisecond, func() bool {
		conn, failed := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if failed == nil {
			_ = conn.Close()
		}
		return failed == nil
	})
	if err != nil {
		p.stop()
		return nil, "", fmt.Errorf("redis-server does not answer: %w", err)
	}
	return p, "redis://" + address, nil
}

// stats is what is read of GET /stats, totals since the server began.
type stats struct {
	Lost  uint64      `json:"ticks_lost"`
	Seats int         `json:"seats"`
	Late  hist.Counts `json:"late"`
}

// askTimeout bounds one question to the server.
const askTimeout = 3 * time.Second

// honest is the HTTP client that no attack shares.
var honest = &http.Client{Timeout: askTimeout, Transport: &http.Transport{DisableKeepAlives: true}}

// get asks the server from the bots' address, not from an attacker's.
func (n *node) get(ctx context.Context, path string) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.address+path, nil)
	if err != nil {
		return 0, nil, err
	}
	answer, err := honest.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err = io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}

// ask reads the statistics, again and again while the server refuses.
func (n *node) ask(ctx context.Context) (s stats, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*askTimeout)
	defer cancel()
	return s, local.Until(ctx, 100*time.Millisecond, func() bool {
		status, body, failed := n.get(ctx, "/stats")
		return failed == nil && status == http.StatusOK && json.Unmarshal(body, &s) == nil
	})
}
