package client

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// Lobby asks a server for rooms and seats. Any goroutine may use it. Errors of
// its methods are *connect.Error; ComebackOf says what they mean.
type Lobby struct {
	api   metronomev1connect.LobbyServiceClient
	token string
}

// maxAnswer bounds what the lobby may answer, bytes: 200 rooms with metadata.
// Threat: a wrong server that makes a client allocate.
const maxAnswer = 4 << 20

// NewLobby makes one for a server's base URL, as in http://127.0.0.1:8080 or, for
// one below a path, https://host/game.
// transport is http.DefaultClient when nil.
func NewLobby(server string, transport *http.Client) (*Lobby, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, fmt.Errorf("server URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("server URL %q: want http://host:port", redact(u))
	}
	if transport == nil {
		transport = http.DefaultClient
	}
	base := url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	api := metronomev1connect.NewLobbyServiceClient(answering{transport}, strings.TrimRight(base.String(), "/"), connect.WithReadMaxBytes(maxAnswer))
	return &Lobby{api: api}, nil
}

// As returns the lobby for a user, by the token that their backend signed for them.
func (l *Lobby) As(token string) *Lobby { return &Lobby{l.api, token} }

// request carries a message, and who sends it.
func request[T any](l *Lobby, message *T) *connect.Request[T] {
	r := connect.NewRequest(message)
	if l.token != "" {
		r.Header().Set("Authorization", "Bearer "+l.token)
	}
	return r
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
	answer, err := l.api.QuickPlay(ctx, request(l, &pb.QuickPlayRequest{Mode: mode, Name: name, Avoid: avoid}))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetJoin(), nil
}

// CreateRoom makes a room and reserves its first seat.
func (l *Lobby) CreateRoom(ctx context.Context, r *pb.CreateRoomRequest) (*pb.Join, error) {
	answer, err := l.api.CreateRoom(ctx, request(l, r))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetJoin(), nil
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
	answer, err := l.api.JoinRoom(ctx, request(l, r))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetJoin(), nil
}

// ListRooms lists public rooms, fullest first; next is the request's page for
// more, empty when there are none.
func (l *Lobby) ListRooms(ctx context.Context, r *pb.ListRoomsRequest) (rooms []*pb.Room, next string, err error) {
	answer, err := l.api.ListRooms(ctx, request(l, r))
	if err != nil {
		return nil, "", err
	}
	return answer.Msg.GetRoom(), answer.Msg.GetNextPage(), nil
}
