package chaos

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

const (
	storeTimeout = 300 * time.Millisecond // of one question to Redis
	queueLease   = 800 * time.Millisecond
	nodeLease    = 900 * time.Millisecond
	heartbeat    = 150 * time.Millisecond
	grace        = 1500 * time.Millisecond
	prefix       = "chaos"
)

// nodeConfig is what a node process is told as it starts.
type nodeConfig struct {
	Node   string
	Redis  string // address of the proxy before it
	Rooms  string // URL of the rooms
	Seed   uint64
	Skew   time.Duration // of its clock
	Faults bool
	Queues []*queue.Config
}

// command is what a node is told to do, a line of JSON.
type command struct {
	Do     string            `json:"do"` // enqueue, watch, leave, cancel, accept, queues, faults, stop
	N      int               `json:"n"`  // of the answer; of leave: whose watch ends
	Asked  *matchmaker.Asked `json:"asked,omitempty"`
	Entry  string            `json:"entry,omitempty"`
	User   string            `json:"user,omitempty"`
	Yes    bool              `json:"yes,omitempty"`
	Queues []*queue.Config   `json:"queues,omitempty"`
}

// said is what a node says, a line of JSON.
type said struct {
	N      int                `json:"n,omitempty"` // of the command; 0: by itself
	Ready  bool               `json:"ready,omitempty"`
	Fault  *stepFault         `json:"fault,omitempty"`
	Status *matchmaker.Status `json:"status,omitempty"`
	Done   bool               `json:"done,omitempty"` // nothing follows
	Err    string             `json:"err,omitempty"`
	Kind   errKind            `json:"kind,omitempty"`   // of Err
	Holder string             `json:"holder,omitempty"` // the entry that has a member
}

// errKind is what a client can tell apart.
type errKind string

const (
	isQueued      errKind = "queued"
	isNoEntry     errKind = "no entry"
	isNotOffered  errKind = "not offered"
	isRefused     errKind = "refused" // for good: nothing was done
	isUnavailable errKind = "unavailable"
)

func kindOf(err error) errKind {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, matchmaker.ErrNoEntry):
		return isNoEntry
	case errors.Is(err, matchmaker.ErrNotOffered):
		return isNotOffered
	case errors.Is(err, matchmaker.ErrUnknownQueue), errors.Is(err, matchmaker.ErrInvalid):
		return isRefused
	}
	if _, ok := errors.AsType[*matchmaker.QueuedError](err); ok {
		return isQueued
	}
	return isUnavailable
}

// port is how a node says something. Any goroutine.
type port struct {
	mu  sync.Mutex
	out io.Writer
}

func (p *port) say(s said) {
	line, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.out.Write(append(line, '\n')); err != nil {
		os.Exit(0) // the test is over
	}
}

// runNode is a node process: a matchmaker in a lobby. It ends when its input does.
func runNode(text string) int {
	var c nodeConfig
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	p := &port{out: os.Stdout}
	log := slog.New(slog.DiscardHandler)
	l, err := lobby.Open(context.Background(), lobby.Config{
		URL: "redis://" + c.Redis, Prefix: prefix, NodeID: c.Node, Heartbeat: heartbeat, Lease: nodeLease, Timeout: storeTimeout, Log: log,
		Clock: func() time.Time { return time.Now().Add(c.Skew) },
	})
	if err != nil {
		return 3
	}
	client, _, _ := l.Redis()
	steps := newSteps(c.Seed, p, c.Faults)
	m := matchmaker.New(matchmaker.Config{
		Node: c.Node, Store: faulty{store.NewRedis(client, prefix, storeTimeout, l.Now), steps}, Rooms: remoteRooms{c.Rooms}, Peers: peers{l}, Lobby: l,
		Lease: queueLease, Grace: grace, Log: log,
	})
	m.SetQueues(allQueues()) // like one that was there before some were taken away
	m.SetQueues(c.Queues)
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { l.Run(ctx, nobody{}, func(lobby.Room) {}) })
	wait.Go(func() { m.Run(ctx) })
	p.say(said{Ready: true})
	n := &server{m: m, p: p, steps: steps, ctx: ctx, watches: map[int]context.CancelFunc{}}
	n.serve(os.Stdin)
	cancel()
	wait.Wait()
	_ = l.Close(context.Background()) // Redis may be gone
	return 0
}

// server does what a node is told to.
type server struct {
	m     *matchmaker.Matchmaker
	p     *port
	steps *steps
	ctx   context.Context

	mu      sync.Mutex
	watches map[int]context.CancelFunc
}

func (s *server) serve(in io.Reader) {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var c command
		if err := json.Unmarshal(line, &c); err != nil {
			panic(err)
		}
		switch c.Do {
		case "queues":
			s.m.SetQueues(c.Queues)
		case "faults":
			s.steps.set(c.Yes)
		case "stop":
			return
		case "leave":
			s.mu.Lock()
			if leave := s.watches[c.N]; leave != nil {
				leave()
			}
			s.mu.Unlock()
		case "watch":
			ctx, cancel := context.WithCancel(s.ctx)
			s.mu.Lock()
			s.watches[c.N] = cancel
			s.mu.Unlock()
			go s.watch(ctx, c)
		default:
			go s.answer(c)
		}
	}
}

func (s *server) watch(ctx context.Context, c command) {
	err := s.m.Watch(ctx, c.Entry, func(status matchmaker.Status) error {
		s.p.say(said{N: c.N, Status: &status})
		return nil
	})
	s.mu.Lock()
	s.watches[c.N]()
	delete(s.watches, c.N)
	s.mu.Unlock()
	s.done(c.N, nil, err)
}

func (s *server) answer(c command) {
	var status matchmaker.Status
	var err error
	switch c.Do {
	case "enqueue":
		status, err = s.m.Enqueue(s.ctx, *c.Asked)
	case "cancel":
		status, err = s.m.Cancel(s.ctx, c.Entry, "changed their mind")
	case "accept":
		status, err = s.m.Accept(s.ctx, c.Entry, c.User, c.Yes)
	default:
		panic(c.Do)
	}
	s.done(c.N, &status, err)
}

func (s *server) done(n int, status *matchmaker.Status, err error) {
	end := said{N: n, Done: true, Status: status, Kind: kindOf(err)}
	if err != nil {
		end.Err, end.Status = err.Error(), nil
	}
	if queued, ok := errors.AsType[*matchmaker.QueuedError](err); ok {
		end.Holder = queued.Entry
	}
	s.p.say(end)
}

// peers are the nodes of a lobby. It implements matchmaker.Peers.
type peers struct{ lobby *lobby.Lobby }

func (p peers) Alive(id string) bool {
	_, known := p.lobby.Peer(id)
	return known || id == p.lobby.NodeID()
}

func (p peers) Nodes() []string {
	var ids []string
	for _, n := range p.lobby.Peers() {
		ids = append(ids, n.ID)
	}
	if len(ids) == 0 {
		ids = append(ids, p.lobby.NodeID())
	}
	return ids
}

func (p peers) Explain(context.Context, string, string, []string) (map[string]queue.Explanation, error) {
	return nil, errors.New("nodes of this test do not ask each other")
}

// nobody is a node without rooms of its own. It implements lobby.Source.
type nobody struct{}

func (nobody) Draining() bool                 { return false }
func (nobody) Capacity() lobby.Capacity       { return lobby.Capacity{} }
func (nobody) EndBanned()                     {}
func (nobody) Room(string) (lobby.Room, bool) { return lobby.Room{}, false }
