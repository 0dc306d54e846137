package peer

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
)

const (
	// pulseEvery is how often a node says that it lives, on a connection that each other
	// node keeps open to it.
	pulseEvery = 100 * time.Millisecond
	// silentAfter is from when on a node is in doubt. Why 400 ms: three pulses, and one
	// that is late.
	silentAfter = 400 * time.Millisecond
	// forgottenAfter is how long a node must be silent that is not in the directory any
	// more, to be forgotten. Why 10 s: longer than a lease.
	forgottenAfter = 10 * time.Second
	// lookEvery is how often the list of nodes is looked at.
	lookEvery = 250 * time.Millisecond
)

// ending is closed once. The zero value is ready.
type ending struct {
	begin, end sync.Once
	done       chan struct{}
}

func (e *ending) wait() <-chan struct{} {
	e.begin.Do(func() { e.done = make(chan struct{}) })
	return e.done
}

// EndWatches ends what says that this node lives, so that a shutdown need not wait.
func (s *Service) EndWatches() {
	s.pulses.wait()
	s.pulses.end.Do(func() { close(s.pulses.done) })
}

// WatchPulse implements the service: it says again and again that this node lives.
func (s *Service) WatchPulse(ctx context.Context, _ *connect.Request[pb.WatchPulseRequest], stream *connect.ServerStream[pb.WatchPulseResponse]) error {
	ticker := time.NewTicker(pulseEvery)
	defer ticker.Stop()
	for {
		allowPiece(ctx)
		if err := stream.Send(&pb.WatchPulseResponse{Node: s.Lobby.NodeID()}); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-s.pulses.wait():
			return connect.NewError(connect.CodeUnavailable, room.ErrStopping)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Pulse feels the pulse of all other nodes. It implements node.Vital. Any goroutine.
type Pulse struct {
	client  *Client
	changed chan struct{}
	mu      sync.Mutex
	nodes   map[string]*pulse
}

// pulse is that of one node.
type pulse struct {
	last   time.Time
	gone   bool // nothing listens where it was, or another node does
	cancel context.CancelFunc
}

// NewPulse returns a Pulse that calls as a client does.
func NewPulse(c *Client) *Pulse {
	return &Pulse{client: c, changed: make(chan struct{}, 1), nodes: map[string]*pulse{}}
}

// Run feels the pulse of the nodes of the deployment until ctx ends.
func (p *Pulse) Run(ctx context.Context) {
	var wait sync.WaitGroup
	defer wait.Wait()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		p.follow(ctx, &wait)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// follow begins with nodes that are new, and ends with those that are no more. One that
// cannot reach the store is no more in the directory, and lives.
func (p *Pulse) follow(ctx context.Context, wait *sync.WaitGroup) {
	peers := map[string]lobby.Node{}
	for _, n := range p.client.lobby.Peers() {
		if n.ID != p.client.lobby.NodeID() && n.NodeURL != "" {
			peers[n.ID] = n
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, one := range p.nodes {
		if _, there := peers[id]; !there && time.Since(one.last) > forgottenAfter {
			one.cancel()
			delete(p.nodes, id)
		}
	}
	for id, n := range peers {
		if p.nodes[id] == nil {
			lasting, cancel := context.WithCancel(ctx)
			one := &pulse{last: time.Now(), cancel: cancel}
			p.nodes[id] = one
			wait.Go(func() { p.feel(lasting, n, one) })
		}
	}
}

// feel feels the pulse of one node until ctx ends.
func (p *Pulse) feel(ctx context.Context, at lobby.Node, one *pulse) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		felt, err := p.listen(ctx, at, one)
		if ctx.Err() != nil {
			return
		}
		p.note(one, false, errors.Is(err, errOtherNode) || errors.Is(err, syscall.ECONNREFUSED))
		if felt {
			continue // it may be there again at once
		}
		timer.Reset(pulseEvery)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// errOtherNode: another node is where one was.
var errOtherNode = errors.New("another node answers")

// listen listens to a node until it falls silent, and reports whether it said anything.
func (p *Pulse) listen(ctx context.Context, at lobby.Node, one *pulse) (felt bool, err error) {
	asker := &http.Client{Transport: signing{p.client, at.ID}}
	service := metronomev1connect.NewNodeServiceClient(asker, strings.TrimSuffix(at.NodeURL, "/"), connect.WithReadMaxBytes(MaxRequest))
	stream, err := service.WatchPulse(ctx, connect.NewRequest(&pb.WatchPulseRequest{}))
	if err != nil {
		return false, err
	}
	defer func() { _ = stream.Close() }()
	for stream.Receive() {
		if stream.Msg().GetNode() != at.ID {
			return felt, errOtherNode
		}
		felt = true
		p.note(one, true, false)
	}
	return felt, stream.Err()
}

// note notes what a node said, or that nothing can be heard of it.
func (p *Pulse) note(one *pulse, alive, gone bool) {
	p.mu.Lock()
	if alive {
		one.last = time.Now()
	}
	changed := one.gone != gone
	one.gone = gone
	p.mu.Unlock()
	if changed {
		select {
		case p.changed <- struct{}{}:
		default:
		}
	}
}

// Changed implements node.Vital.
func (p *Pulse) Changed() <-chan struct{} { return p.changed }

// Doubt implements node.Vital.
func (p *Pulse) Doubt(id string) node.Doubt {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch one := p.nodes[id]; {
	case one == nil:
		return node.Unknown
	case one.gone:
		return node.Dead
	case time.Since(one.last) > silentAfter:
		return node.Silent
	}
	return node.Alive
}
