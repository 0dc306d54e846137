// Package match is the match service: players wait in queues for a match, alone or as
// a party.
package match

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/apierr"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/party"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// Matchmaker is what the service asks; *matchmaker.Matchmaker is one. Any goroutine.
type Matchmaker interface {
	Queues() []*queue.Config
	Queue(name string) (*queue.Config, bool)
	Enqueue(ctx context.Context, a matchmaker.Asked) (matchmaker.Status, error)
	Status(ctx context.Context, id string) (matchmaker.Status, error)
	Watch(ctx context.Context, id string, tell func(matchmaker.Status) error) error
	Cancel(ctx context.Context, id, why string) (matchmaker.Status, error)
	Accept(ctx context.Context, id, user string, yes bool) (matchmaker.Status, error)
	Explain(ctx context.Context, id string) (queue.Explanation, matchmaker.Status, error)
	Overview(ctx context.Context) ([]matchmaker.Overview, error)
	TicketFor(match *queue.Match, user string) (lobby.Join, error)
}

// Config is what a Service serves and how.
type Config struct {
	// Matchmaker has the queues; nil: there are none, and every call but ListQueues is
	// refused.
	Matchmaker Matchmaker
	Lobby      *lobby.Lobby
	// Users tells who asks; nil knows nobody.
	Users *identity.Users
	// JoinMessage hands a seat out to who asks, NodeURL is where they reach a node that
	// names a URL.
	JoinMessage func(ctx context.Context, j lobby.Join, withCode bool) *pb.Join
	NodeURL     func(ctx context.Context, node, named string) string
	Limits      Limits
	Log         *slog.Logger
}

// Service is the Connect service over the queues. Any goroutine.
type Service struct {
	Config
	parties *party.Parties
	guard   *guard
	listed  listed
	ending  chan struct{} // closed by EndWatches
	end     sync.Once
}

// New returns a Service.
func New(c Config) *Service {
	return &Service{Config: c, parties: party.New(c.Lobby), guard: newGuard(c.Limits), ending: make(chan struct{})}
}

// EndWatches ends every watch, so that a shutdown need not wait for them: who watches
// goes on at another node.
func (s *Service) EndWatches() { s.end.Do(func() { close(s.ending) }) }

// ProbePath is what clients GET to measure the round-trip time to a node.
const ProbePath = "/probe"

// Routes adds the service to a mux. calls is what its calls may take of the node,
// probes what probing may.
func (s *Service) Routes(mux *http.ServeMux, calls, probes *door.Share, options ...connect.HandlerOption) {
	path, service := metronomev1connect.NewMatchServiceHandler(s, append(apierr.Limits(), options...)...)
	// What waits for the store, for who holds a party, or for the node that leads a
	// queue takes no place of those that compute.
	mux.Handle(path, calls.Stream(withController(service)))
	mux.Handle(metronomev1connect.MatchServiceListQueuesProcedure, calls.Brief(apierr.MaxRequest, service))
	mux.Handle("GET "+ProbePath, probes.Stream(http.HandlerFunc(probe)))
}

// probe answers with nothing, to pages of any origin.
func probe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

// controller is the key of a request's http.ResponseController.
type controller struct{}

func withController(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), controller{}, http.NewResponseController(w))))
	})
}

// sendTimeout is how long a watcher may take to read a message. Threat: memory held
// for who does not read.
const sendTimeout = 10 * time.Second

// lasting begins a watch: its request has been read, and it may last.
func lasting(ctx context.Context) {
	if rc, ok := ctx.Value(controller{}).(*http.ResponseController); ok {
		_ = rc.SetReadDeadline(time.Time{}) // one that cannot ends early, and is opened again
	}
}

// send sends one message of a watch, unless the watcher does not read.
func send[M any](ctx context.Context, stream *connect.ServerStream[M], m *M) error {
	if rc, ok := ctx.Value(controller{}).(*http.ResponseController); ok {
		if err := rc.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
			return connect.NewError(connect.CodeInternal, err)
		}
	}
	return stream.Send(m)
}

// untilEnding is a context that EndWatches ends too; release it.
func (s *Service) untilEnding(ctx context.Context) (_ context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() { // ends with release
		select {
		case <-s.ending:
			cancel(errStopping)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

var (
	errStopping = connect.NewError(connect.CodeUnavailable, errors.New("this node is stopping; watch on at another"))
	errNoQueues = connect.NewError(connect.CodeFailedPrecondition, errors.New("this server has no queues: start it with --queues FILE"))
	// errWhose: a call for an entry came without what shows whose it is.
	errWhose = connect.NewError(connect.CodeUnauthenticated, errors.New("give the member_token that came with the entry or the party, or your user token"))
	errNotIn = connect.NewError(connect.CodePermissionDenied, errors.New("this entry is not yours: the member_token, or the user token, is another's"))
)

var causes = []apierr.Row{
	apierr.For(matchmaker.ErrNoEntry, connect.CodeNotFound, "nobody knows this entry; it may be long over: enqueue again"),
	apierr.For(matchmaker.ErrNotOffered, connect.CodeFailedPrecondition, "there is nothing to accept, or it is too late"),
	apierr.For(matchmaker.ErrBusy, connect.CodeResourceExhausted, "the queue is full; try again later"),
	apierr.For(matchmaker.ErrUnavailable, connect.CodeUnavailable, "the queues' store does not answer; try again in a few seconds"),
	apierr.For(lobby.ErrUnavailable, connect.CodeUnavailable, "the queues' store does not answer; try again in a few seconds"),
	apierr.For(lobby.ErrBusy, connect.CodeUnavailable, "the party is being enqueued, or changes too often at once; ask again"),
	apierr.For(lobby.ErrShelfFull, connect.CodeResourceExhausted, "there are too many parties; try again later"),
	apierr.For(identity.ErrNoKeys, connect.CodeUnavailable, identity.ErrNoKeys.Error()),
	apierr.For(identity.ErrNoJudge, connect.CodeUnavailable, identity.ErrNoJudge.Error()),
	apierr.For(party.ErrNoParty, connect.CodeNotFound, party.ErrNoParty.Error()),
	apierr.For(party.ErrNotMember, connect.CodePermissionDenied, party.ErrNotMember.Error()),
	apierr.For(party.ErrNoMember, connect.CodeNotFound, party.ErrNoMember.Error()),
	apierr.For(party.ErrFull, connect.CodeResourceExhausted, party.ErrFull.Error()),
	apierr.For(context.Canceled, connect.CodeCanceled, "the call was given up"),
	apierr.For(context.DeadlineExceeded, connect.CodeDeadlineExceeded, "it took too long; try again"),
}

// wrapped are errors that say more than their kind.
var wrapped = []struct {
	kind error
	code connect.Code
}{
	{party.ErrLeaderOnly, connect.CodePermissionDenied},
	{party.ErrNotReady, connect.CodeFailedPrecondition},
	{matchmaker.ErrInvalid, connect.CodeInvalidArgument},
	{lobby.ErrInvalid, connect.CodeInvalidArgument},
	{identity.ErrToken, connect.CodeUnauthenticated},
	{identity.ErrNeeded, connect.CodeUnauthenticated},
}

// errorFor is what a caller is told. What went wrong inside is for the log.
func (s *Service) errorFor(err error) error {
	if coded, ok := errors.AsType[*connect.Error](err); ok {
		return coded
	}
	for _, w := range wrapped {
		if errors.Is(err, w.kind) {
			return connect.NewError(w.code, errors.New(strings.TrimPrefix(err.Error(), lobby.ErrInvalid.Error()+": ")))
		}
	}
	if queued, ok := errors.AsType[*matchmaker.QueuedError](err); ok {
		return queuedError(queued.Entry)
	}
	if elsewhere, ok := errors.AsType[*party.ElsewhereError](err); ok {
		return connect.NewError(connect.CodeFailedPrecondition, elsewhere)
	}
	if banned, ok := errors.AsType[*lobby.BannedError](err); ok {
		return connect.NewError(connect.CodePermissionDenied, banned)
	}
	if known := apierr.Find(causes, err); known != nil {
		return known
	}
	s.Log.Error("a call of the match API failed", "err", err)
	return connect.NewError(connect.CodeInternal, errors.New("that failed here, and it is not your doing; the server's log says why"))
}

// queuedError says that somebody waits already, and as which entry.
func queuedError(entry string) error {
	err := connect.NewError(connect.CodeAlreadyExists,
		errors.New("who asks, or somebody of the party, waits already or is in a match that has just been made: "+entry+"; watch or cancel that"))
	if detail, fault := connect.NewErrorDetail(&pb.EntryQueued{Entry: entry}); fault == nil {
		err.AddDetail(detail)
	}
	return err
}
