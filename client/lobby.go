package client

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// Lobby asks a server for rooms and seats; when it is gone, another node of the same
// deployment. Any goroutine may use it. Errors of its methods are *connect.Error;
// ComebackOf says what they mean.
type Lobby struct {
	servers *servers
	token   string
}

// servers are the nodes that may be asked, the one that answered last first.
type servers struct {
	transport *http.Client
	mu        sync.Mutex
	list      []string
}

const (
	// maxAnswer bounds what the lobby may answer, bytes: 200 rooms with metadata.
	// Threat: a wrong server that makes a client allocate.
	maxAnswer = 4 << 20
	// maxServers is how many nodes a client asks in turn.
	maxServers = 9
	// nextAfter is how long a node may take while there is another to be asked.
	nextAfter = 5 * time.Second
)

// NewLobby makes one for a server's base URL, as in http://127.0.0.1:8080 or, for
// one below a path, https://host/game.
// transport is http.DefaultClient when nil.
func NewLobby(server string, transport *http.Client) (*Lobby, error) {
	base, err := baseURL(server)
	if err != nil {
		return nil, err
	}
	if transport == nil {
		transport = http.DefaultClient
	}
	return &Lobby{servers: &servers{transport: transport, list: []string{base}}}, nil
}

func baseURL(server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("server URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", fmt.Errorf("server URL %q: want http://host:port", redact(u))
	}
	base := url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return strings.TrimRight(base.String(), "/"), nil
}

// As returns the lobby for a user, by the token that their backend signed for them.
func (l *Lobby) As(token string) *Lobby { return &Lobby{l.servers, token} }

// Learn takes nodes in that a server has named (Session.Nodes): they are asked when
// the ones before do not answer. What is no URL is left out.
func (l *Lobby) Learn(nodes []string) {
	s := l.servers
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, node := range nodes {
		base, err := baseURL(node)
		if err == nil && !slices.Contains(s.list, base) && len(s.list) < maxServers {
			s.list = append(s.list, base)
		}
	}
}

// order are the nodes as they are to be asked.
func (s *servers) order() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}

// prefer has a node that answered be asked first. The others stay: they may come
// back.
func (s *servers) prefer(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.list, base); i > 0 {
		s.list = slices.Insert(slices.Delete(s.list, i, i+1), 0, base)
	}
}

// ask sends a message to the first node that answers. service makes the client of
// one of its services.
func ask[C, T, A any](ctx context.Context, l *Lobby, service func(connect.HTTPClient, string, ...connect.ClientOption) C, message *T, method func(C, context.Context, *connect.Request[T]) (*connect.Response[A], error)) (*A, error) {
	list := l.servers.order()
	for i, base := range list {
		answer, err := askOne(ctx, l, service(answering{l.servers.transport}, base, connect.WithReadMaxBytes(maxAnswer)), message, method, i+1 < len(list))
		if err == nil {
			l.servers.prefer(base)
			return answer, nil
		}
		if i+1 == len(list) || ctx.Err() != nil || !nodeIsGone(err) {
			return nil, err
		}
	}
	return nil, nil // not possible: there is always one
}

func askOne[C, T, A any](ctx context.Context, l *Lobby, api C, message *T, method func(C, context.Context, *connect.Request[T]) (*connect.Response[A], error), others bool) (*A, error) {
	if others {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, nextAfter)
		defer cancel()
	}
	answer, err := method(api, ctx, requestOf(l, message))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// requestOf is a request by whoever the lobby is asked as.
func requestOf[T any](l *Lobby, message *T) *connect.Request[T] {
	r := connect.NewRequest(message)
	if l.token != "" {
		r.Header().Set("Authorization", "Bearer "+l.token)
	}
	return r
}

// nodeIsGone reports whether another node may answer what this one did not.
func nodeIsGone(err error) bool {
	switch connect.CodeOf(err) {
	case connect.CodeUnavailable, connect.CodeDeadlineExceeded:
		return true
	default:
		return false
	}
}

// answering is an HTTP client that keeps what somebody else says in the lobby's
// place, such as a proxy that is too busy: connect would drop the header that says
// how long.
type answering struct{ transport *http.Client }

// Do implements connect.HTTPClient.
func (a answering) Do(request *http.Request) (*http.Response, error) {
	response, err := a.transport.Do(request)
	if err != nil || response.StatusCode != http.StatusTooManyRequests && response.StatusCode < 500 {
		return response, err
	}
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind == "application/json" {
		return response, nil // the lobby's own
	}
	defer response.Body.Close()
	return nil, refusal(response)
}

// QuickPlay reserves a seat in the fullest fitting room of a mode, or in a new
// one; an empty mode is the server's first. avoid are the ids of at most 8 rooms not
// to be sent to, such as one that the player was removed from.
func (l *Lobby) QuickPlay(ctx context.Context, mode, name string, avoid ...string) (*pb.Join, error) {
	answer, err := ask(ctx, l, metronomev1connect.NewLobbyServiceClient, &pb.QuickPlayRequest{Mode: mode, Name: name, Avoid: avoid}, metronomev1connect.LobbyServiceClient.QuickPlay)
	return answer.GetJoin(), err
}

// CreateRoom makes a room and reserves its first seat.
func (l *Lobby) CreateRoom(ctx context.Context, r *pb.CreateRoomRequest) (*pb.Join, error) {
	answer, err := ask(ctx, l, metronomev1connect.NewLobbyServiceClient, r, metronomev1connect.LobbyServiceClient.CreateRoom)
	return answer.GetJoin(), err
}

// JoinRoom reserves a seat in the room with an id.
func (l *Lobby) JoinRoom(ctx context.Context, id, name string) (*pb.Join, error) {
	return l.join(ctx, &pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Id{Id: id}, Name: name})
}

// JoinPrivate reserves a seat in the room with a code.
func (l *Lobby) JoinPrivate(ctx context.Context, code, name string) (*pb.Join, error) {
	return l.join(ctx, &pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Code{Code: code}, Name: name})
}

func (l *Lobby) join(ctx context.Context, r *pb.JoinRoomRequest) (*pb.Join, error) {
	answer, err := ask(ctx, l, metronomev1connect.NewLobbyServiceClient, r, metronomev1connect.LobbyServiceClient.JoinRoom)
	return answer.GetJoin(), err
}

// ListRooms lists public rooms, fullest first; next is the request's page for
// more, empty when there are none.
func (l *Lobby) ListRooms(ctx context.Context, r *pb.ListRoomsRequest) (rooms []*pb.Room, next string, err error) {
	answer, err := ask(ctx, l, metronomev1connect.NewLobbyServiceClient, r, metronomev1connect.LobbyServiceClient.ListRooms)
	return answer.GetRoom(), answer.GetNextPage(), err
}
