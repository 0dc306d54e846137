package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"connectrpc.com/connect"
	"github.com/metronome-server/metronome/bench/local"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// node is one that is killed and started again, always at the same address.
type node struct {
	name    string
	address string
	log     string
	command []string
	proxy   *proxy // to the store; nil: it goes there itself
	cmd     *exec.Cmd
	ended   chan struct{}
}

func (n *node) url() string { return "http://" + n.address }

// start starts the process and waits until it is ready.
func (n *node) start(ctx context.Context) error {
	out, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	n.cmd = exec.CommandContext(ctx, n.command[0], n.command[1:]...)
	n.cmd.Stdout, n.cmd.Stderr = out, out
	if err = n.cmd.Start(); err != nil {
		return err
	}
	n.ended = make(chan struct{})
	cmd, ended := n.cmd, n.ended
	go func() { // ends with the process
		_ = cmd.Wait()
		close(ended)
	}()
	return local.Until(ctx, 10*time.Millisecond, func() bool { return local.Ready(ctx, n.url()) })
}

func (n *node) signal(s syscall.Signal) { _ = n.cmd.Process.Signal(s) }

// kill ends the process at once.
func (n *node) kill() {
	n.signal(syscall.SIGKILL)
	<-n.ended
}

// where asks a node where a room is.
func (n *node) where(ctx context.Context, room string) (*pb.FindRoomResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	answer, err := metronomev1connect.NewLobbyServiceClient(http.DefaultClient, n.url()).FindRoom(ctx, connect.NewRequest(&pb.FindRoomRequest{Id: room}))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// store is a Redis that can be killed.
type store struct {
	dir, address string
	keeps        bool   // its data, on disk
	of           *store // whose replica it begins as; nil: it is a master
	cmd          *exec.Cmd
}

func (s *store) start(ctx context.Context) error {
	host, port, _ := net.SplitHostPort(s.address)
	keeps := "no"
	if s.keeps {
		keeps = "yes"
	}
	args := []string{"--bind", host, "--port", port, "--save", "", "--dir", s.dir, "--appendonly", keeps, "--loglevel", "warning"}
	if s.of != nil {
		of, ofPort, _ := net.SplitHostPort(s.of.address)
		args = append(args, "--replicaof", of+" "+ofPort)
	}
	s.cmd = exec.CommandContext(ctx, "redis-server", args...)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	return local.Until(ctx, 10*time.Millisecond, func() bool { return s.answers(ctx) })
}

// answers reports whether the store has read its data and answers.
func (s *store) answers(ctx context.Context) bool {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	b := make([]byte, 7)
	_, err = c.Write([]byte("PING\r\n"))
	if err == nil {
		_, err = io.ReadFull(c, b)
	}
	return err == nil && string(b) == "+PONG\r\n"
}

func (s *store) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// proxy is the way of one node to the store, which can be cut.
type proxy struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	open     map[net.Conn]bool
	cut      bool // nobody is let through
	stuck    *sync.Cond
	stands   bool // what goes through stands still
}

func newProxy(ctx context.Context, to string) (*proxy, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: l, to: to, open: map[net.Conn]bool{}}
	p.stuck = sync.NewCond(&p.mu)
	go p.run(ctx) // ends with the listener
	return p, nil
}

func (p *proxy) run(ctx context.Context) {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		d, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.to)
		p.mu.Lock()
		if err != nil || p.cut {
			p.mu.Unlock()
			_ = c.Close()
			if d != nil {
				_ = d.Close()
			}
			continue
		}
		p.open[c], p.open[d] = true, true
		p.mu.Unlock()
		go p.carry(c, d) // both end with either connection
		go p.carry(d, c)
	}
}

// carry hands on what comes, unless everything stands still.
func (p *proxy) carry(to, from net.Conn) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		p.mu.Lock()
		for p.stands {
			p.stuck.Wait()
		}
		p.mu.Unlock()
		if n > 0 {
			if _, failed := to.Write(b[:n]); failed != nil {
				err = failed
			}
		}
		if err != nil {
			_, _ = to.Close(), from.Close()
			p.mu.Lock()
			delete(p.open, to)
			delete(p.open, from)
			p.mu.Unlock()
			return
		}
	}
}

// set cuts the way, or has everything on it stand still, or mends it.
func (p *proxy) set(cut, stands bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.stands = cut, stands
	if cut {
		for c := range p.open {
			_ = c.Close()
		}
	}
	p.stuck.Broadcast()
}

// startNodes starts the nodes, each with a way of its own to the store, unless a sentinel
// says where that is.
func startNodes(ctx context.Context, o options, dir string, s *store, w *watched) (nodes []*node, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for i := range o.nodes {
		p, failed := newProxy(ctx, s.address)
		if failed != nil {
			return nil, failed
		}
		address, failed := local.FreeAddress(ctx)
		if failed != nil {
			return nil, failed
		}
		url := "redis://" + p.listener.Addr().String()
		if w != nil {
			url = w.url()
		}
		n := &node{name: fmt.Sprintf("n%d", i), address: address, log: filepath.Join(dir, fmt.Sprintf("n%d.log", i)), proxy: p}
		n.command = []string{
			self, "serve", "--listen", address, "--redis", url, "--survive", o.survive, "--bots", "0", "--open", "no",
			"--handshakes-per-second", "0", "--calls-per-second", "0", "--drain-delay", "0s", "--secret", "0123456789abcdef", "--admin-key", key,
		}
		if err = n.start(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", n.name, err)
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}
