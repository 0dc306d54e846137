package backend

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/apierr"
	"github.com/metronome-server/metronome/gateway/audit"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/outbox"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// MaxRequest bounds one request, bytes: a match of maxSeats named users with all
// the data that they may bring.
const MaxRequest = 256 << 10

// Config is what a Service serves and to whom.
type Config struct {
	Node  *node.Node
	Rooms *room.Registry
	Lobby *lobby.Lobby
	// Outbox is what WatchOutcomes shows; nil: nothing.
	Outbox *outbox.Outbox
	// KeyFile has the server keys; "": there are none, and every call is refused.
	KeyFile string
	Audit   *audit.Log
	Log     *slog.Logger
}

// Service is the Connect service for backends. Any goroutine.
type Service struct {
	Config
	keys    *keyRing
	guesses *door.Limit
	watches chan struct{} // a place per watch
	ending  chan struct{} // closed by EndWatches
	end     sync.Once
}

// maxWatches is how many may watch a node's outbox at once. Threat: memory.
const maxWatches = 16

// wrongKeys may come from an address. Threat: what is refused costs time; a key
// cannot be guessed.
var wrongKeys = door.Rate{PerSecond: 0.1, Burst: 10}

// New returns a Service. Errors: the key file's.
func New(c Config) (*Service, error) {
	keys, err := openKeys(c.KeyFile, c.Log)
	if err != nil {
		return nil, err
	}
	return &Service{
		Config: c, keys: keys, guesses: &door.Limit{PerAddress: wrongKeys}, watches: make(chan struct{}, maxWatches), ending: make(chan struct{}),
	}, nil
}

// EndWatches ends every watch, so that a shutdown need not wait for them.
func (s *Service) EndWatches() { s.end.Do(func() { close(s.ending) }) }

// Routes adds the service to a mux. share is what backends may take of the node.
func (s *Service) Routes(mux *http.ServeMux, share *door.Share, options ...connect.HandlerOption) {
	options = append([]connect.HandlerOption{connect.WithReadMaxBytes(MaxRequest), connect.WithCompression("gzip", nil, nil)}, options...)
	path, service := metronomev1connect.NewServerServiceHandler(s, options...)
	mux.Handle(path, s.guard(share.Brief(MaxRequest, service)))
	mux.Handle(metronomev1connect.ServerServiceWatchOutcomesProcedure, s.guard(share.Stream(service)))
}

// scopes are what each method needs.
var scopes = map[string]string{
	metronomev1connect.ServerServiceCreateMatchProcedure:    ScopeMatch,
	metronomev1connect.ServerServiceGetMatchProcedure:       ScopeMatch,
	metronomev1connect.ServerServiceListMatchesProcedure:    ScopeMatch,
	metronomev1connect.ServerServiceEndRoomProcedure:        ScopeMatch,
	metronomev1connect.ServerServiceRemoveUserProcedure:     ScopeModerate,
	metronomev1connect.ServerServiceAnnounceToRoomProcedure: ScopeModerate,
	metronomev1connect.ServerServiceBanProcedure:            ScopeModerate,
	metronomev1connect.ServerServiceUnbanProcedure:          ScopeModerate,
	metronomev1connect.ServerServiceListBansProcedure:       ScopeModerate,
	metronomev1connect.ServerServiceWatchOutcomesProcedure:  ScopeWatch,
}

// Why a call is not let in. Each says what to do.
var (
	errNoKeys   = errors.New("this server has no server keys: make one with 'metronome keys' and start it with --server-keys FILE")
	errNeedKey  = errors.New(`a server key is needed: send it as "Authorization: Bearer KEY"`)
	errWrongKey = errors.New("that is no key of this server")
	errManyKeys = errors.New("too many wrong keys came from this address; wait a minute")
	errScope    = errors.New("this key is not for that; make one with the scope")
)

type callerKey struct{}

// callerOf is the name of the key by which a call came.
func callerOf(ctx context.Context) string {
	name, _ := ctx.Value(callerKey{}).(string)
	return name
}

// guard lets in calls with a key of the right scope.
func (s *Service) guard(next http.Handler) http.Handler {
	refuse := connect.NewErrorWriter()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		key, err := s.check(r)
		if err != nil {
			s.Log.Info("a backend's call refused", "remote", r.RemoteAddr, "reason", err.Message())
			door.HoldBack(w, r, func() { _ = refuse.Write(w, r, err) })
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, key.Name)))
	})
}

func (s *Service) check(r *http.Request) (Key, *connect.Error) {
	if s.KeyFile == "" {
		return Key{}, connect.NewError(connect.CodePermissionDenied, errNoKeys)
	}
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || secret == "" {
		return Key{}, connect.NewError(connect.CodeUnauthenticated, errNeedKey)
	}
	// A right key is let in whatever came before from its address: it cannot be
	// guessed, and behind a proxy others share the address.
	key, ok := s.keys.find(secret)
	if !ok {
		if v := s.guesses.Take(door.CallerOf(r.Context())); !v.Allowed {
			err := connect.NewError(connect.CodeResourceExhausted, errManyKeys)
			door.SetRetryAfter(err.Meta(), http.StatusTooManyRequests, v.Wait)
			return Key{}, err
		}
		return Key{}, connect.NewError(connect.CodeUnauthenticated, errWrongKey)
	}
	at := strings.LastIndex(r.URL.Path, "/metronome.v1.")
	scope := scopes[r.URL.Path[max(at, 0):]]
	if !slices.Contains(key.Scopes, scope) {
		return Key{}, connect.NewError(connect.CodePermissionDenied, errors.New(errScope.Error()+" "+scope))
	}
	return key, nil
}

var causes = []apierr.Row{
	apierr.For(lobby.ErrRoomNotFound, connect.CodeNotFound, "no such room; it may have ended"),
	apierr.For(lobby.ErrUnavailable, connect.CodeUnavailable, "the lobby's store does not answer; try again in a few seconds"),
	apierr.For(lobby.ErrBusy, connect.CodeUnavailable, "too many rooms change at once; ask again"),
	apierr.For(lobby.ErrShelfFull, connect.CodeResourceExhausted, "the store keeps no more of these"),
	apierr.For(lobby.ErrNoBan, connect.CodeNotFound, "there is no such ban"),
	apierr.For(room.ErrNodeFull, connect.CodeResourceExhausted, "no node has space for another room; try again later"),
	apierr.For(room.ErrStopping, connect.CodeUnavailable, "the node is stopping; try another"),
	apierr.For(room.ErrBusy, connect.CodeUnavailable, "the room has too much to do; try again"),
	apierr.For(node.ErrPeer, connect.CodeUnavailable, "a node does not answer; try again in a few seconds"),
}

// errorFor is what a backend is told; what went wrong inside is for the log.
func (s *Service) errorFor(err error) error {
	if coded, ok := errors.AsType[*connect.Error](err); ok {
		return coded
	}
	if known := apierr.Find(causes, err); known != nil {
		return known
	}
	if errors.Is(err, lobby.ErrInvalid) || errors.Is(err, room.ErrUnknownMode) || errors.Is(err, sim.ErrParam) {
		return connect.NewError(connect.CodeInvalidArgument, err)
	}
	s.Log.Error("a call of the server API failed", "err", err)
	return connect.NewError(connect.CodeInternal, errors.New("that failed here, and it is not your doing; the server's log says why"))
}

// note writes an act into the audit.
func (s *Service) note(ctx context.Context, peer connect.Peer, what, on, detail string, err error) {
	s.Audit.Note(ctx, lobby.Act{Who: callerOf(ctx), Remote: peer.Addr, What: what, On: on, Detail: detail}, err)
}
