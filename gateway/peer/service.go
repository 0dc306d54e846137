package peer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// MaxRequest bounds a call between nodes, bytes: a match of 500 named users, each
// with all the data that it may bring.
const MaxRequest = 512 << 10

// MaxJournal bounds the journal of a room that moves, bytes. Threat: memory, of a node
// that was broken into. Why 16 MB: the largest room that was measured has one.
const MaxJournal = 16 << 20

// limitOf is how long a call of a procedure may be, bytes.
func limitOf(procedure string) int64 {
	if strings.HasSuffix(procedure, metronomev1connect.NodeServiceTakeRoomProcedure) {
		return MaxJournal
	}
	return MaxRequest
}

// Service answers other nodes. Any goroutine.
type Service struct {
	Node  *node.Node
	Rooms *room.Registry
	Lobby *lobby.Lobby
	// Console does what operators of other nodes want of this one.
	Console Console
	Queues  Queues // nil: there are none
	Log     *slog.Logger

	warned atomic.Int64 // when the last forged call was logged, Unix s
	pulses ending
}

// warnEvery is how often forged calls are logged, seconds. Threat: a log that an
// attacker fills.
const warnEvery = 10

// Signed lets calls through whose token a node has made, and refuses others before
// their bodies are read or anything is counted against the nodes that may call.
func (s *Service) Signed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.Lobby.CallSigned(r.Context(), r.Header.Get(header)); err != nil {
			s.refuseForged(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Service) refuseForged(w http.ResponseWriter, r *http.Request, err error) {
	if now, last := time.Now().Unix(), s.warned.Load(); now-last >= warnEvery && s.warned.CompareAndSwap(last, now) {
		s.Log.Warn("a call that no node has signed for this one; more of them are not logged for a while", "remote", r.RemoteAddr, "err", err)
	}
	w.Header().Set("Connection", "close") // or the rest of the body would be read
	_ = connect.NewErrorWriter().Write(w, r, codeFor(err))
}

// Handler returns the path below which the service answers, and its handler, which
// lets in only calls that a node has signed for this one.
func (s *Service) Handler() (string, http.Handler) {
	path, handler := metronomev1connect.NewNodeServiceHandler(s, connect.WithReadMaxBytes(MaxJournal), connect.WithCompression("gzip", nil, nil))
	return path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limitOf(r.URL.Path)))
		if err != nil {
			http.Error(w, "the call cannot be read", http.StatusBadRequest)
			return
		}
		if err := s.Lobby.CheckCall(r.Context(), r.Header.Get(header), where(r.URL.Path), body); err != nil {
			s.refuseForged(w, r, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		r = r.WithContext(context.WithValue(r.Context(), controller{}, http.NewResponseController(w)))
		handler.ServeHTTP(w, r)
	})
}

// OpenRoom implements the service.
func (s *Service) OpenRoom(ctx context.Context, req *connect.Request[pb.OpenRoomRequest]) (*connect.Response[pb.OpenRoomResponse], error) {
	m := req.Msg
	if s.Rooms.Fingerprint(m.GetMode()) != m.GetFingerprint() {
		return nil, codeFor(errOtherGame)
	}
	if err := checkPlayers(m); err != nil {
		return nil, codeFor(err)
	}
	join, err := s.Node.OpenHere(ctx, openingOf(m))
	if err != nil {
		return nil, codeFor(err)
	}
	left := s.Node.Capacity()
	answer := responseOf(join)
	answer.FreeRooms, answer.FreeSeats, answer.Load = uint32(max(left.FreeRooms, 0)), uint32(max(left.FreeSeats, 0)), left.Load
	return connect.NewResponse(answer), nil
}

// TakeRoom implements the service.
func (s *Service) TakeRoom(ctx context.Context, req *connect.Request[pb.TakeRoomRequest]) (*connect.Response[pb.TakeRoomResponse], error) {
	there, err := s.Node.TakeHere(ctx, req.Msg.GetJournal(), req.Msg.GetFrom(), req.Msg.GetEpoch())
	if err != nil {
		return nil, codeFor(err)
	}
	return connect.NewResponse(&pb.TakeRoomResponse{Url: there}), nil
}

// ActOnRoom implements the service.
func (s *Service) ActOnRoom(_ context.Context, req *connect.Request[pb.ActOnRoomRequest]) (*connect.Response[pb.ActOnRoomResponse], error) {
	var a node.Act
	switch act := req.Msg.GetAct().(type) {
	case *pb.ActOnRoomRequest_Close:
		a.Close = &act.Close
	case *pb.ActOnRoomRequest_Announce:
		a.Announce = act.Announce
	case *pb.ActOnRoomRequest_Kick:
		a.Kick, a.Reason = act.Kick.GetUser(), act.Kick.GetReason()
	case *pb.ActOnRoomRequest_Invite:
		for _, to := range act.Invite.GetInvitation() {
			p := playerOf(to.GetPlayer())
			if err := p.Check(); err != nil {
				return nil, codeFor(err)
			}
			a.Invite = append(a.Invite, node.Invitation{Player: p, Instead: to.GetInstead()})
		}
	}
	if err := s.Node.ActHere(req.Msg.GetRoom(), a); err != nil {
		return nil, codeFor(err)
	}
	return connect.NewResponse(&pb.ActOnRoomResponse{}), nil
}

func codeFor(err error) *connect.Error {
	for _, row := range codes {
		if errors.Is(err, row.err) {
			return connect.NewError(row.code, err)
		}
	}
	if errors.Is(err, lobby.ErrInvalid) || errors.Is(err, room.ErrUnknownMode) || errors.Is(err, sim.ErrParam) {
		return connect.NewError(connect.CodeInvalidArgument, err)
	}
	return connect.NewError(connect.CodeInternal, err)
}

// What follows brings messages into words of the lobby and back.

func playerMessage(p *lobby.Player) *pb.PlayerInfo {
	if p == nil {
		return nil
	}
	return &pb.PlayerInfo{User: p.UserID, Name: p.Name, Team: uint32(p.Team), Rating: p.Rating, Bot: p.Bot, Data: p.Data}
}

func playerOf(m *pb.PlayerInfo) lobby.Player {
	return lobby.Player{
		UserID: m.GetUser(), Name: m.GetName(), Team: uint8(m.GetTeam()), Rating: m.GetRating(), Bot: m.GetBot(), Data: m.GetData(),
	}
}

// checkPlayers says what is wrong with those whom an opening names. The node that
// asks has looked at them too; one of another version may do so otherwise. Errors:
// lobby.ErrInvalid.
func checkPlayers(m *pb.OpenRoomRequest) error {
	for _, who := range append(slices.Clone(m.GetInvited()), m.GetPlayer()) {
		if p := playerOf(who); p.Check() != nil {
			return p.Check()
		}
	}
	return nil
}

func openingMessage(o node.Opening, fingerprint string) *pb.OpenRoomRequest {
	w := o.Wish
	m := &pb.OpenRoomRequest{
		Id: w.ID, Mode: w.Mode, Fingerprint: fingerprint, Seats: uint32(w.Seats), Private: w.Private, Metadata: w.Metadata,
		Params: map[string]string{}, OneMatch: w.OneMatch, PatienceSeconds: uint32(w.Patience / time.Second), Player: playerMessage(o.Player),
	}
	for _, p := range w.Params {
		m.Params[p.Name] = p.Value
	}
	for _, who := range w.Invited {
		m.Invited = append(m.Invited, &pb.PlayerInfo{
			User: who.UserID, Name: who.Name, Team: uint32(who.Team), Rating: who.Rating, Bot: who.Bot, Data: who.Data,
		})
	}
	if o.Find != nil {
		m.Find, m.Avoid = true, o.Find.Avoid
	}
	return m
}

func openingOf(m *pb.OpenRoomRequest) node.Opening {
	o := node.Opening{Wish: room.Wish{
		ID: m.GetId(), Mode: m.GetMode(), Seats: int(m.GetSeats()), Private: m.GetPrivate(), Metadata: m.GetMetadata(),
		OneMatch: m.GetOneMatch(), Patience: time.Duration(m.GetPatienceSeconds()) * time.Second,
	}}
	for _, name := range slices.Sorted(maps.Keys(m.GetParams())) {
		o.Wish.Params = append(o.Wish.Params, sim.Param{Name: name, Value: m.GetParams()[name]})
	}
	for _, who := range m.GetInvited() {
		p := playerOf(who)
		o.Wish.Invited = append(o.Wish.Invited, node.InvitedOf(p))
	}
	if m.Player != nil {
		p := playerOf(m.GetPlayer())
		o.Player = &p
		if m.GetFind() {
			o.Find = &lobby.Wanted{Mode: m.GetMode(), Metadata: m.GetMetadata(), Avoid: m.GetAvoid()}
		}
	}
	return o
}

func responseOf(j lobby.Join) *pb.OpenRoomResponse {
	r := j.Room
	taken, fillers := r.Occupied()
	return &pb.OpenRoomResponse{
		Room: &pb.Room{
			Id: r.ID, Mode: r.Mode, Code: r.Code, Seats: uint32(r.Seats), Taken: uint32(taken), Bots: uint32(r.Bots), Fillers: uint32(fillers), State: string(r.State),
			Metadata: r.Metadata, Private: r.Private, Node: r.URL, CreatedUnix: r.Created.Unix(), TickHz: uint32(r.TickHz),
			Spectators: uint32(r.Spectators),
		},
		Epoch: r.Epoch, Ticket: j.Ticket, ExpiresUnixMs: j.Expires.UnixMilli(), Made: j.Made,
	}
}

func roomOf(m *pb.OpenRoomResponse, node string) lobby.Room {
	r := m.GetRoom()
	return lobby.Room{
		ID: r.GetId(), Mode: r.GetMode(), Epoch: m.GetEpoch(), Code: r.GetCode(), Seats: int(r.GetSeats()), Taken: int(r.GetTaken()) - int(r.GetFillers()),
		Bots: int(r.GetBots()), Fillers: int(r.GetFillers()), Private: r.GetPrivate(), State: lobby.RoomState(r.GetState()), Metadata: r.GetMetadata(),
		Created: time.Unix(r.GetCreatedUnix(), 0), TickHz: int(r.GetTickHz()), Spectators: int(r.GetSpectators()), URL: r.GetNode(), Node: node,
	}
}
