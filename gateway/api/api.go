// Package api is the lobby service: clients find, make and join rooms.
package api

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/apierr"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// Service is the Connect service over the lobby and this node's rooms.
type Service struct {
	Config
	guard *guard
}

// Config is what a Service serves and how.
type Config struct {
	Node  *node.Node
	Rooms *room.Registry
	Lobby *lobby.Lobby
	// URLByRequest has clients find this node's rooms where their request found the
	// node: no URL was set.
	URLByRequest bool
	// Users tells who asks; nil knows nobody.
	Users  *identity.Users
	Limits Limits
	Log    *slog.Logger
}

// New returns a Service.
func New(c Config) *Service { return &Service{c, newGuard(c.Limits, c.Rooms, c.Lobby)} }

// Handler returns the path below which the service answers, and its handler.
func (s *Service) Handler(options ...connect.HandlerOption) (string, http.Handler) {
	return metronomev1connect.NewLobbyServiceHandler(s, append(apierr.Limits(), options...)...)
}

// ListRooms implements the service.
func (s *Service) ListRooms(ctx context.Context, req *connect.Request[pb.ListRoomsRequest]) (*connect.Response[pb.ListRoomsResponse], error) {
	m := req.Msg
	rooms, next, err := s.Lobby.List(lobby.Query{
		Mode: m.GetMode(), Metadata: m.GetMetadata(), WithFreeSeat: m.GetWithFreeSeat(),
		PageSize: int(min(m.GetPageSize(), 200)), Page: m.GetPage(),
	})
	if err != nil {
		return nil, s.ErrorFor(err)
	}
	out := &pb.ListRoomsResponse{NextPage: next}
	for _, r := range rooms {
		out.Room = append(out.Room, s.roomMessage(ctx, r, false))
	}
	return connect.NewResponse(out), nil
}

// CreateRoom implements the service.
func (s *Service) CreateRoom(ctx context.Context, req *connect.Request[pb.CreateRoomRequest]) (*connect.Response[pb.CreateRoomResponse], error) {
	m := req.Msg
	if err := s.guard.checkReserve(ctx); err != nil {
		return nil, err
	}
	if err := s.guard.checkCreate(ctx); err != nil {
		return nil, err
	}
	who, err := s.player(ctx, req.Header(), m.GetName())
	if err != nil {
		return nil, s.ErrorFor(err)
	}
	params, err := s.paramsFor(m)
	if err != nil {
		return nil, s.ErrorFor(err)
	}
	w := room.Wish{Params: params, Mode: m.GetMode(), Private: m.GetPrivate(), Metadata: m.GetMetadata(), Seats: int(min(m.GetSeats(), 1<<30))}
	join, err := s.Node.Open(ctx, node.Opening{Wish: w, Player: &who})
	if err != nil {
		return nil, s.ErrorFor(err)
	}
	s.guard.created(ctx, join.Room.ID)
	return connect.NewResponse(&pb.CreateRoomResponse{Join: s.JoinMessage(ctx, join, true)}), nil
}

// player tells who asks, and that they may.
func (s *Service) player(ctx context.Context, h http.Header, name string) (lobby.Player, error) {
	who, err := s.Users.Of(ctx, h, name)
	if err == nil {
		err = s.Lobby.CheckBans(who.UserID, door.CallerOf(ctx).Address)
	}
	return who, err
}

// paramsFor returns what a room is to be made with. It looks at them before
// anything is made or counted. Errors: room.ErrUnknownMode, sim.ErrParam.
func (s *Service) paramsFor(m *pb.CreateRoomRequest) ([]sim.Param, error) {
	mode, ok := s.Rooms.Mode(m.GetMode())
	if !ok {
		return nil, room.ErrUnknownMode
	}
	var params []sim.Param
	for _, name := range slices.Sorted(maps.Keys(m.GetParams())) {
		params = append(params, sim.Param{Name: name, Value: m.GetParams()[name]})
	}
	return params, sim.CheckParams(s.Rooms.Params(mode.Name), params)
}

// JoinRoom implements the service.
func (s *Service) JoinRoom(ctx context.Context, req *connect.Request[pb.JoinRoomRequest]) (*connect.Response[pb.JoinRoomResponse], error) {
	if err := s.guard.checkReserve(ctx); err != nil {
		return nil, err
	}
	who, err := s.player(ctx, req.Header(), req.Msg.GetName())
	if err != nil {
		return nil, s.ErrorFor(err)
	}
	var join lobby.Join
	byCode := false
	switch by := req.Msg.GetBy().(type) {
	case *pb.JoinRoomRequest_Code:
		byCode = true
		join, err = s.guard.byCode(ctx, func() (lobby.Join, error) { return s.Lobby.ReserveByCode(ctx, by.Code, who) })
	case *pb.JoinRoomRequest_Id:
		join, err = s.Node.Join(ctx, by.Id, who)
	default:
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("give the room's id or its code"))
	}
	if err != nil {
		return nil, s.ErrorFor(err)
	}
	return connect.NewResponse(&pb.JoinRoomResponse{Join: s.JoinMessage(ctx, join, byCode)}), nil
}

// FindRoom implements the service.
func (s *Service) FindRoom(ctx context.Context, req *connect.Request[pb.FindRoomRequest]) (*connect.Response[pb.FindRoomResponse], error) {
	at, ok := s.Node.Where(req.Msg.GetId())
	if !ok && !s.Lobby.KnowsAll() {
		return nil, s.ErrorFor(lobby.ErrUnavailable) // nobody is to give up a seat for that
	}
	if !ok {
		return nil, s.ErrorFor(lobby.ErrRoomNotFound)
	}
	answer := &pb.FindRoomResponse{Epoch: at.Epoch, Kept: at.Kept}
	if at.URL != "" {
		answer.Url = node.RoomURL(s.NodeURL(ctx, at.Node, at.URL), at.ID)
	}
	return connect.NewResponse(answer), nil
}

// QuickPlay implements the service.
func (s *Service) QuickPlay(ctx context.Context, req *connect.Request[pb.QuickPlayRequest]) (*connect.Response[pb.QuickPlayResponse], error) {
	m := req.Msg
	if err := s.guard.checkReserve(ctx); err != nil {
		return nil, err
	}
	who, err := s.player(ctx, req.Header(), m.GetName())
	if err != nil {
		return nil, s.ErrorFor(err)
	}
	mode, ok := s.Rooms.Mode(m.GetMode())
	if !ok {
		return nil, s.ErrorFor(room.ErrUnknownMode)
	}
	checked := false
	join, err := s.Node.Play(ctx, lobby.Wanted{Mode: mode.Name, Metadata: m.GetMetadata(), Avoid: m.GetAvoid()}, who, func() error {
		refused := s.guard.checkCreate(ctx)
		checked = refused == nil
		return refused
	})
	if checked && !join.Made {
		s.guard.creations.Return(door.CallerOf(ctx))
	}
	if err != nil {
		return nil, s.ErrorFor(err)
	}
	if join.Made {
		s.guard.created(ctx, join.Room.ID)
	}
	return connect.NewResponse(&pb.QuickPlayResponse{Join: s.JoinMessage(ctx, join, false)}), nil
}

var causes = []apierr.Row{
	apierr.For(lobby.ErrRoomNotFound, connect.CodeNotFound, "no such room; it may have ended"),
	apierr.For(lobby.ErrRoomFull, connect.CodeResourceExhausted, "the room is full"),
	apierr.For(lobby.ErrRoomLocked, connect.CodeFailedPrecondition, "the room takes no new players"),
	apierr.For(lobby.ErrBusy, connect.CodeUnavailable, "too many rooms change at once; ask again"),
	apierr.For(lobby.ErrUnavailable, connect.CodeUnavailable, "the lobby's store does not answer; try again in a few seconds"),
	apierr.For(identity.ErrNoKeys, connect.CodeUnavailable, identity.ErrNoKeys.Error()),
	apierr.For(identity.ErrNoJudge, connect.CodeUnavailable, identity.ErrNoJudge.Error()),
	apierr.For(room.ErrNodeFull, connect.CodeResourceExhausted, "no node has space for another room; try again later"),
	apierr.For(node.ErrPeer, connect.CodeUnavailable, "no node that has space answers; try again in a few seconds"),
	apierr.For(room.ErrStopping, connect.CodeUnavailable, "this node is stopping; try another"),
}

// ErrorFor is what a caller is told. What went wrong inside, such as a path, is
// for the log.
func (s *Service) ErrorFor(err error) error {
	if coded, ok := errors.AsType[*connect.Error](err); ok {
		return coded
	}
	if known := apierr.Find(causes, err); known != nil {
		return known
	}
	if banned, ok := errors.AsType[*lobby.BannedError](err); ok {
		return connect.NewError(connect.CodePermissionDenied, banned)
	}
	if errors.Is(err, identity.ErrToken) || errors.Is(err, identity.ErrNeeded) {
		return connect.NewError(connect.CodeUnauthenticated, err)
	}
	if errors.Is(err, lobby.ErrInvalid) || errors.Is(err, room.ErrUnknownMode) || errors.Is(err, sim.ErrParam) {
		return connect.NewError(connect.CodeInvalidArgument, err)
	}
	s.Log.Error("a call of the lobby API failed", "err", err)
	return connect.NewError(connect.CodeInternal, errors.New("that failed here, and it is not your doing; the server's log says why"))
}

// roomMessage is a listing as clients see it; its code only for who has it.
func (s *Service) roomMessage(ctx context.Context, r lobby.Room, withCode bool) *pb.Room {
	taken, fillers := r.Occupied()
	m := &pb.Room{
		Id: r.ID, Mode: r.Mode, Seats: uint32(r.Seats), Taken: uint32(taken), Bots: uint32(r.Bots), Fillers: uint32(fillers), State: string(r.State),
		Metadata: r.Metadata, Private: r.Private, Node: s.NodeURL(ctx, r.Node, r.URL), CreatedUnix: r.Created.Unix(), TickHz: uint32(r.TickHz),
		Spectators: uint32(r.Spectators),
	}
	if withCode {
		m.Code = r.Code
	}
	return m
}

// JoinMessage hands a reservation out: until its ticket is used or has expired, the
// caller has one more promised.
func (s *Service) JoinMessage(ctx context.Context, j lobby.Join, withCode bool) *pb.Join {
	s.guard.reserved(ctx, j)
	return &pb.Join{Room: s.roomMessage(ctx, j.Room, withCode), Url: RoomURL(s.NodeURL(ctx, j.Room.Node, j.Room.URL), j), ExpiresUnix: j.Expires.Unix()}
}

// NodeURL is where clients reach a node that names a URL: another node there, this
// one, if no URL was set, as the caller has reached it.
func (s *Service) NodeURL(ctx context.Context, id, named string) string {
	caller := door.CallerOf(ctx)
	if !s.URLByRequest || id != s.Lobby.NodeID() || caller.Host == "" {
		return named
	}
	return caller.Scheme + "://" + caller.Host
}

// RoomURL is where the ticket's WebSocket is opened: on the room's own node.
func RoomURL(base string, j lobby.Join) string {
	return node.RoomURL(base, j.Room.ID) + "?ticket=" + url.QueryEscape(j.Ticket)
}
