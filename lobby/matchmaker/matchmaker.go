package matchmaker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// What a caller can tell apart.
var (
	ErrUnknownQueue = errors.New("no such queue")
	ErrNoEntry      = errors.New("nobody knows this entry; it may be long over")
	ErrNotOffered   = errors.New("there is nothing to accept, or it is too late")
	ErrInvalid      = errors.New("this cannot be queued")
	ErrBusy         = errors.New("the queue is full; try again later")
	ErrUnavailable  = store.ErrUnavailable
)

// QueuedError says that a member waits already, or plays.
type QueuedError struct {
	User  string
	Entry string // where
}

func (e *QueuedError) Error() string {
	return fmt.Sprintf("%s is in a queue already, or in a match that has just been made (%s); leave that first", e.User, e.Entry)
}

// Rooms are where matches are played. Its methods may take seconds. Any goroutine.
type Rooms interface {
	// Open opens a match's room, on the node that fits. Asked again for the same match
	// it finds the room that is there.
	Open(ctx context.Context, m *queue.Match, c *queue.Config) (Place, error)
	// Invite lets the players of a match into the room of a match that goes on, all or
	// none, each to the seat of Seat.Instead. Asked again for the same match it changes
	// nothing.
	Invite(ctx context.Context, m *queue.Match, c *queue.Config) error
	// Attendance tells of each match, by its room, who has come. Matches whose node does
	// not answer are left out.
	Attendance(ctx context.Context, matches []*queue.Match) map[string]Attendance
	// Close ends the room of a match that is off, with what players read. Of one that was
	// to go into a room that is there, it takes back the invitations, and the room stays.
	Close(ctx context.Context, m *queue.Match, reason string)
}

// Place is where a match is played.
type Place struct {
	Room, Node, URL string
	Epoch           uint64
}

// Attendance is who has come to a match.
type Attendance struct {
	Gone bool            // there is no such room
	Came map[string]bool // users who have taken a seat, also those who left again
	Left map[string]bool // of them who have none any more, and others may have it
}

// Peers are the other nodes. Any goroutine.
type Peers interface {
	// Alive reports whether a node is there.
	Alive(node string) bool
	// Nodes are all that are there, this one among them.
	Nodes() []string
	// Explain asks the node that leads a queue why entries wait.
	Explain(ctx context.Context, node, queue string, entries []string) (map[string]queue.Explanation, error)
}

// Config is what a Matchmaker is made of.
type Config struct {
	Node  string // this one
	Store store.Store
	Rooms Rooms
	Peers Peers
	// Lobby signs tickets.
	Lobby *lobby.Lobby
	// NewMatcher makes a queue's matcher; nil: queue.NewMatcher.
	NewMatcher func(*queue.Config) queue.Matcher
	// Lease is how long a leader is believed to live after it was last heard of; 0: 3 s.
	Lease time.Duration
	// Grace is how long an entry waits that nobody watches; 0: 10 s.
	Grace time.Duration
	// Note is told what happens to entries and matches, on the leader's goroutine; nil:
	// nobody is.
	Note func(queueName string, e Event)
	Log  *slog.Logger
}

// Event is one thing that a leader saw: one of its fields is set.
type Event struct {
	At      time.Time
	Entry   *queue.Entry // came
	Match   *queue.Match // was made, or ended
	Ended   *store.Ended // left without a match
	Entered *queue.Entry // who has ended
}

// Matchmaker is a node's part of the queues. Any goroutine.
type Matchmaker struct {
	Config
	mu      sync.Mutex
	queues  map[string]*running
	order   []*queue.Config
	ctx     context.Context
	stopped bool
	wait    sync.WaitGroup
	putting chan struct{} // one for each entry on its way into the store
}

// running is one queue on this node.
type running struct {
	m      *Matchmaker
	name   string
	config atomic.Pointer[queue.Config]
	hub    *hub
	closed atomic.Bool // the configuration has it no more

	asking sync.Mutex // while it is asked for born, which mu is for

	mu   sync.Mutex
	term *term  // while this node leads it
	says said   // what the leader has published last
	born string // when the store had the queue from, as of the last entry
}

// New returns a Matchmaker. Close ends it.
func New(c Config) *Matchmaker {
	if c.NewMatcher == nil {
		c.NewMatcher = queue.NewMatcher
	}
	if c.Lease == 0 {
		c.Lease = 3 * time.Second
	}
	if c.Grace == 0 {
		c.Grace = 10 * time.Second
	}
	if c.Note == nil {
		c.Note = func(string, Event) {}
	}
	return &Matchmaker{Config: c, queues: map[string]*running{}, putting: make(chan struct{}, putMost)}
}

// Run has the node take part until ctx ends, and returns when all that it began has
// ended; leases are given up.
func (m *Matchmaker) Run(ctx context.Context) {
	m.mu.Lock()
	m.ctx = ctx
	for _, r := range m.queues {
		m.begin(r)
	}
	m.mu.Unlock()
	<-ctx.Done()
	m.mu.Lock()
	m.stopped = true
	m.mu.Unlock()
	m.wait.Wait()
}

// begin starts a queue. Under the lock.
func (m *Matchmaker) begin(r *running) {
	m.wait.Go(func() { r.lead(m.ctx) })
	m.wait.Go(func() { r.hub.run(m.ctx) })
	m.wait.Go(func() { r.hub.keepHouse(m.ctx) })
}

// SetQueues has the node serve these queues from now on. Entries that fit a changed
// queue wait on; those of one that is gone are told so.
func (m *Matchmaker) SetQueues(queues []*queue.Config) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.order = queues
	known := map[string]bool{}
	for _, c := range queues {
		known[c.Name] = true
		r := m.queues[c.Name]
		if r != nil {
			r.config.Store(c)
			r.closed.Store(false)
			continue
		}
		r = &running{m: m, name: c.Name}
		r.config.Store(c)
		r.hub = newHub(r)
		m.queues[c.Name] = r
		if m.ctx != nil && !m.stopped {
			m.begin(r)
		}
	}
	for name, r := range m.queues { // those that are gone run on, to tell who waits
		r.closed.Store(!known[name])
	}
}

// Queues are those that the node serves, in the file's order.
func (m *Matchmaker) Queues() []*queue.Config {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.order
}

// Queue returns a queue by its name.
func (m *Matchmaker) Queue(name string) (*queue.Config, bool) {
	r, err := m.queue(name)
	if err != nil || r.closed.Load() {
		return nil, false
	}
	return r.config.Load(), true
}

func (m *Matchmaker) queue(name string) (*running, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.queues[name]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("%w %q", ErrUnknownQueue, name)
}
