package gateway

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
)

const (
	// maxWatches is how many may watch a node at once. Threat: memory and CPU. A
	// page is one.
	maxWatches = 64
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

// console is the operator's view of a node.
type console struct {
	*Server
	gate    *consoleGate
	started time.Time
	ending  chan struct{} // closed by EndWatches
	end     sync.Once
	watches chan struct{} // a place per watch
	nodes   nodeList
}

func newConsole(s *Server) *console {
	return &console{
		Server: s, gate: &consoleGate{key: s.AdminKey, open: s.Open}, started: time.Now(),
		ending: make(chan struct{}), watches: make(chan struct{}, maxWatches),
	}
}

// EndWatches ends every watch, so that a shutdown need not wait for operators
// who look. Handler comes before it.
func (s *Server) EndWatches() { s.console.end.Do(func() { close(s.console.ending) }) }

// routes adds the console's API, all of it behind the gate.
func (c *console) routes(mux *http.ServeMux) {
	// Without compression: a millisecond of CPU per message, for an operator's few kB.
	path, api := metronomev1connect.NewConsoleServiceHandler(c, append(connectLimits(),
		connect.WithRequireConnectProtocolHeader(), connect.WithCompression("gzip", nil, nil))...)
	mux.Handle(path, c.guard(api))
	mux.Handle("GET /console/recordings/{room}", c.guard(http.HandlerFunc(c.recording)))
}

// controller is the key of a request's http.ResponseController.
type controller struct{}

// guard lets in who may see the console.
func (c *console) guard(next http.Handler) http.Handler {
	refuse := connect.NewErrorWriter()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if err := c.gate.check(r); err != nil {
			c.Log.Info("console refused", "remote", r.RemoteAddr, "reason", err.Message())
			_ = refuse.Write(w, r, err)
			return
		}
		ctx := context.WithValue(r.Context(), controller{}, http.NewResponseController(w))
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Watch implements the service.
func (c *console) Watch(ctx context.Context, req *connect.Request[pb.WatchRequest], stream *connect.ServerStream[pb.WatchResponse]) error {
	select {
	case c.watches <- struct{}{}:
		defer func() { <-c.watches }()
	default:
		return connect.NewError(connect.CodeAborted, errors.New("too many are watching this node; close a console"))
	}
	v := &view{console: c, since: req.Msg.GetSince()}
	if id := req.Msg.GetRoom(); id != "" {
		if err := v.open(ctx, id, req.Msg.GetSeat()); err != nil {
			return err
		}
		defer v.close()
	}
	return c.watch(ctx, v, stream)
}

// watch sends a view until somebody goes.
func (c *console) watch(ctx context.Context, v *view, stream *connect.ServerStream[pb.WatchResponse]) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for turn := 0; ; turn++ {
		m, err := v.message(ctx, turn%watchTurns == 0)
		if errors.Is(err, room.ErrClosed) {
			return c.roomEnded()
		}
		if err != nil {
			return consoleError(err)
		}
		if m != nil {
			if err := send(ctx, stream, m); err != nil {
				return err
			}
		}
		select {
		case <-tick.C:
		case <-v.ended(): // at once: an operator who closed the room waits for it
			return c.roomEnded()
		case <-c.ending:
			return errStopping
		case <-ctx.Done():
			return nil
		}
	}
}

// errStopping has the watchers come back.
var errStopping = connect.NewError(connect.CodeUnavailable, errors.New("the server is stopping"))

// roomEnded says why a watched room is over.
func (c *console) roomEnded() error {
	if c.Node.State() >= NodeDraining {
		return errStopping
	}
	return consoleError(room.ErrClosed)
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

var consoleCauses = []apiCause{
	{room.ErrClosed, connect.CodeNotFound, "the room has ended"},
	{room.ErrNoSeat, connect.CodeNotFound, "nobody of that name sits there any more"},
	{room.ErrBusy, connect.CodeUnavailable, "the room is busy; try again"},
	{room.ErrNotRecorded, connect.CodeFailedPrecondition, "this server records nothing; start it with --record DIR"},
	{context.DeadlineExceeded, connect.CodeUnavailable, "the room does not answer"},
}

func consoleError(err error) error {
	var known *connect.Error
	if errors.As(err, &known) {
		return err
	}
	if answer := coded(consoleCauses, err); answer != nil {
		return answer
	}
	return connect.NewError(connect.CodeInternal, err)
}
