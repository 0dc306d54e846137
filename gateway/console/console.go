// Package console is the operator's view of a node: streams of what happens, and
// a few operations.
package console

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/apierr"
	"github.com/metronome-server/metronome/gateway/audit"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/events"
	"github.com/metronome-server/metronome/gateway/history"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/outbox"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
)

const (
	// MaxWatches is how many may watch a node at once. Threat: memory and CPU. A
	// page is one.
	MaxWatches = 64
	// watchEvery is how often a watched seat's trace is sent; everything else
	// comes every watchTurns of it.
	watchEvery = 250 * time.Millisecond
	watchTurns = 4
	// watchWrite is how long one message of a watch may take to leave. Threat: a
	// watcher that does not read.
	watchWrite = 10 * time.Second
	// askTimeout bounds what is asked of a room, which answers at its next tick.
	askTimeout = 5 * time.Second
)

// Config is what a console shows and to whom.
type Config struct {
	Node  *node.Node
	Rooms *room.Registry
	Lobby *lobby.Lobby
	// AdminKey opens the console, MinAdminKey bytes or more. Empty: only Open does.
	AdminKey string
	// Open lets clients on this machine in while there is no key.
	Open bool
	// Records says whether rooms are recorded.
	Records bool
	// Version of the program, shown to people.
	Version string
	// Share is what operators may take of the node.
	Share *door.Share
	// Outbox is what leaves the rooms; nil: nothing is kept of it.
	Outbox *outbox.Outbox
	// Drain has the node take nobody new and end its rooms after their matches, and
	// returns at once; it is called once at most, on a handler's goroutine. Nil:
	// operators cannot.
	Drain func()
	// Audit writes down what operators do.
	Audit *audit.Log
	// Cluster asks other nodes; nil: there are none.
	Cluster Cluster
	// Events and History are what this node remembers.
	Events  *events.Log
	History *history.History
	// OpenRecording opens a file of a room that has ended, by its name; nil: nothing
	// is recorded.
	OpenRecording func(name string) (file io.ReadCloser, bytes int64, err error)
	// Queues tells of the queues; nil: there are none.
	Queues Queues
	Log    *slog.Logger
}

// Console is the Connect service that operators use.
type Console struct {
	Config
	gate     *gate
	started  time.Time
	ending   chan struct{} // closed by EndWatches
	end      sync.Once
	watches  chan struct{} // a place per watch
	nodes    nodeList
	draining atomic.Bool // Drain was called
	looks    looks
	own      ownLook
	carried  map[string]carried
	queued   queueHistory
	asking   context.Context // of questions to other nodes; EndWatches ends it
	stop     context.CancelFunc
}

// New returns a console.
func New(c Config) *Console {
	console := &Console{
		Config: c, gate: newGate(c.AdminKey, c.Open), started: time.Now(),
		ending: make(chan struct{}), watches: make(chan struct{}, MaxWatches),
	}
	console.carried = console.carriedHere()
	console.asking, console.stop = context.WithCancel(context.Background())
	return console
}

// EndWatches ends every watch, so that a shutdown need not wait for operators
// who look, and what is asked of other nodes for them.
func (c *Console) EndWatches() {
	c.end.Do(func() { close(c.ending) })
	c.stop()
}

// Watches is how many watch now.
func (c *Console) Watches() int { return len(c.watches) }

// Routes adds the console's API, all of it behind the gate.
func (c *Console) Routes(mux *http.ServeMux, options ...connect.HandlerOption) {
	options = append(append(apierr.Limits(), connect.WithRequireConnectProtocolHeader()), options...)
	path, api := metronomev1connect.NewConsoleServiceHandler(c, options...)
	mux.Handle(path, c.guard(c.Share.Brief(apierr.MaxRequest, api)))
	// What may wait for another node takes no place of those that compute.
	waits := c.guard(c.Share.Stream(api))
	for method := range c.carried {
		mux.Handle(path+method, waits)
	}
	mux.Handle(metronomev1connect.ConsoleServiceWatchProcedure, waits)
	mux.Handle("GET /console/recordings/{room}", c.guard(c.Share.Stream(http.HandlerFunc(c.recording))))
}

// controller is the key of a request's http.ResponseController.
type controller struct{}

// guard lets in who may see the console.
func (c *Console) guard(next http.Handler) http.Handler {
	refuse := connect.NewErrorWriter()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if err := c.gate.check(r); err != nil {
			c.Log.Info("console refused", "remote", r.RemoteAddr, "reason", err.Message())
			answer := func() { _ = refuse.Write(w, r, err) }
			if r.Header.Get("Authorization") == "" {
				answer() // a page that asks whether it needs a key
				return
			}
			door.HoldBack(w, r, answer)
			return
		}
		ctx := context.WithValue(r.Context(), controller{}, http.NewResponseController(w))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Watch implements the service.
func (c *Console) Watch(ctx context.Context, req *connect.Request[pb.WatchRequest], stream *connect.ServerStream[pb.WatchResponse]) error {
	if rc, ok := ctx.Value(controller{}).(*http.ResponseController); ok {
		_ = rc.SetReadDeadline(time.Time{}) // it has been read, and lasts
	}
	select {
	case c.watches <- struct{}{}:
		defer func() { <-c.watches }()
	default:
		return errWatched
	}
	v := &view{Console: c, since: req.Msg.GetSince(), overviews: true}
	switch id := req.Msg.GetRoom(); {
	case id == "":
	case c.here(req.Msg.GetNode()):
		if err := v.open(ctx, id, req.Msg.GetSeat()); err != nil {
			return err
		}
		defer v.close()
	default:
		other, err := c.nodeBy(ctx, req.Msg.GetNode())
		if err != nil {
			return err
		}
		var stop func()
		v.far, stop = c.watchFar(ctx, other, req.Msg)
		defer stop()
	}
	return c.watch(ctx, v, func(m *pb.WatchResponse) error { return send(ctx, stream, m) })
}

// WatchHere tells about a room of this node, for an operator of another, until
// somebody goes. Errors: *connect.Error, send's.
func (c *Console) WatchHere(ctx context.Context, m *pb.WatchRequest, send func(*pb.WatchResponse) error) error {
	select {
	case c.watches <- struct{}{}:
		defer func() { <-c.watches }()
	default:
		return errWatched
	}
	v := &view{Console: c, since: m.GetSince()}
	if err := v.open(ctx, m.GetRoom(), m.GetSeat()); err != nil {
		return err
	}
	defer v.close()
	return c.watch(ctx, v, send)
}

// far is what another node tells of a room, or why it tells no more.
type far struct {
	m   *pb.WatchResponse
	err error
}

// watchFar has another node tell of a room; stop ends that and waits for it.
func (c *Console) watchFar(ctx context.Context, other lobby.Node, m *pb.WatchRequest) (heard <-chan far, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	told, done := make(chan far), make(chan struct{})
	tell := func(f far) error {
		select {
		case told <- f:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	go func() { // ends when stop is called, which waits for it
		defer close(done)
		err := c.Cluster.Watch(ctx, other, m, func(m *pb.WatchResponse) error { return tell(far{m: m}) })
		if err == nil {
			err = connect.NewError(connect.CodeUnavailable, errSilent(other.ID))
		}
		_ = tell(far{err: err})
	}()
	return told, func() {
		cancel()
		<-done
	}
}

// farSilence is how long another node may tell nothing of a room: something comes
// every second.
const farSilence = 4 * time.Second

// watch sends a view until somebody goes.
func (c *Console) watch(ctx context.Context, v *view, send func(*pb.WatchResponse) error) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	heard := time.Now() // of another node
	for turn := 0; ; turn++ {
		m, err := v.message(ctx, turn%watchTurns == 0)
		if err != nil {
			return codeFor(err)
		}
		if m != nil {
			if err := send(m); err != nil {
				return err
			}
		}
		if v.far != nil && time.Since(heard) > farSilence {
			return connect.NewError(connect.CodeUnavailable, errors.New("the node of this room does not answer"))
		}
	waiting:
		select {
		case f := <-v.far:
			if f.err != nil {
				return f.err
			}
			heard = time.Now()
			if err := send(f.m); err != nil {
				return err
			}
			goto waiting
		case <-tick.C:
		case <-v.ended(): // at once: an operator who closed the room waits for it
			return c.roomEnded(v.room)
		case <-c.ending:
			return errStopping
		case <-ctx.Done():
			return nil
		}
	}
}

// errWatched: a watch more would be too many.
var errWatched = connect.NewError(connect.CodeAborted, errors.New("too many are watching this node; close a console"))

// errStopping has the watchers come back.
var errStopping = connect.NewError(connect.CodeUnavailable, errors.New("the server is stopping"))

// errMoved has the watchers look for the room at the other nodes.
var errMoved = connect.NewError(connect.CodeNotFound, errors.New("the room goes on at another node"))

// roomEnded says why a watched room is over.
func (c *Console) roomEnded(r *room.Room) error {
	if r.MovedTo() != "" {
		return errMoved
	}
	if c.Node.State() >= node.Draining {
		return errStopping
	}
	return codeFor(room.ErrClosed)
}

// send writes one message, unless the watcher does not read.
func send(ctx context.Context, stream *connect.ServerStream[pb.WatchResponse], m *pb.WatchResponse) error {
	if rc, ok := ctx.Value(controller{}).(*http.ResponseController); ok {
		if err := rc.SetWriteDeadline(time.Now().Add(watchWrite)); err != nil {
			return connect.NewError(connect.CodeInternal, err)
		}
	}
	return stream.Send(m)
}

var causes = []apierr.Row{
	apierr.For(room.ErrClosed, connect.CodeNotFound, "the room has ended"),
	apierr.For(room.ErrNoSeat, connect.CodeNotFound, "nobody of that name sits there any more"),
	apierr.For(room.ErrBusy, connect.CodeUnavailable, "the room is busy; try again"),
	apierr.For(room.ErrNotRecorded, connect.CodeFailedPrecondition, "this server records nothing; start it with --record DIR"),
	apierr.For(room.ErrMoving, connect.CodeAborted, "the room is being moved already"),
	apierr.For(node.ErrSameNode, connect.CodeInvalidArgument, "the room is on that node"),
	apierr.For(node.ErrNoPlace, connect.CodeFailedPrecondition, "no other node takes the room: there is none by that name, none with space, or none with this build of the game"),
	apierr.For(node.ErrPeer, connect.CodeUnavailable, "the other node did not take the room, which goes on where it is"),
	apierr.For(room.ErrNodeFull, connect.CodeResourceExhausted, "the other node has no space for the room"),
	apierr.For(lobby.ErrRoomNotFound, connect.CodeNotFound, "the room has ended"),
	apierr.For(lobby.ErrNoBan, connect.CodeNotFound, "there is no such ban any more"),
	apierr.For(lobby.ErrShelfFull, connect.CodeResourceExhausted, "the store keeps no more bans; end some that are not needed"),
	apierr.For(lobby.ErrUnavailable, connect.CodeUnavailable, "the lobby's store does not answer; try again in a few seconds"),
	apierr.For(outbox.ErrUnknown, connect.CodeNotFound, "there is no such dead letter any more, or its target is not configured"),
	apierr.For(matchmaker.ErrNoEntry, connect.CodeNotFound, "there is no such entry; entries are forgotten some time after their end"),
	apierr.For(context.DeadlineExceeded, connect.CodeUnavailable, "the room does not answer"),
}

func codeFor(err error) error {
	if answer := apierr.Find(causes, err); answer != nil { // also of what another node's answer means
		return answer
	}
	var known *connect.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, lobby.ErrInvalid) {
		faults := strings.ReplaceAll(err.Error(), lobby.ErrInvalid.Error()+": ", "")
		return connect.NewError(connect.CodeInvalidArgument, errors.New(strings.ReplaceAll(faults, "\n", "; ")))
	}
	return connect.NewError(connect.CodeInternal, err)
}
