package backend

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/metronome-server/metronome/gateway/api"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

const (
	// maxSeats is how many users a match may name: its record is read whole.
	maxSeats = 256
	// matchKept is how long a match can be asked for, and its request id is known.
	matchKept = 24 * time.Hour
	// matchTicket is how long a user's URL is good. Why five minutes: it goes from the
	// backend to the client, which may have to load the map first.
	matchTicket = 5 * time.Minute
	// usualPatience and maxPatience are how long a match waits for its players.
	usualPatience = time.Minute
	maxPatience   = time.Hour
	// makingTime is how long a request id is held by who makes its match. Longer than
	// making one may take on all the nodes that are asked.
	makingTime = 15 * time.Second
	// makingPoll is how often who asks with the same id looks whether it is there.
	makingPoll = 100 * time.Millisecond

	matchShelf   = "matches"
	requestShelf = "requests"
	listShelf    = "match-list"
	// listed is how many matches ListMatches shows.
	listed = 1000
)

// match is what the store keeps of a match.
type match struct {
	ID        string    `json:"id"`
	Mode      string    `json:"mode"`
	Node      string    `json:"node"`
	URL       string    `json:"url"`
	Epoch     uint64    `json:"epoch"`
	Created   time.Time `json:"created"`
	RequestID string    `json:"request"`
	Players   []player  `json:"players,omitempty"`
}

type player struct {
	User   string `json:"user"`
	Name   string `json:"name,omitempty"`
	Team   uint8  `json:"team,omitempty"`
	Rating int32  `json:"rating,omitempty"`
	Bot    bool   `json:"bot,omitempty"`
	Data   []byte `json:"data,omitempty"`
}

// request is what the store keeps of a request id.
type request struct {
	// Digest is of what was asked for: the same id with other wishes is an error.
	Digest string `json:"digest"`
	// Match is its id, once it is made; until then Maker is who makes it.
	Match string `json:"match,omitempty"`
	Maker string `json:"maker,omitempty"`
}

// CreateMatch implements the service.
func (s *Service) CreateMatch(ctx context.Context, req *connect.Request[pb.CreateMatchRequest]) (*connect.Response[pb.CreateMatchResponse], error) {
	m, err := s.createMatch(ctx, req.Msg)
	s.note(ctx, req.Peer(), "create match", m.ID, fmt.Sprintf("request %s, %d seats of %s", req.Msg.GetRequestId(), len(req.Msg.GetSeat()), req.Msg.GetMode()), err)
	if err != nil {
		return nil, s.errorFor(err)
	}
	answer, err := s.matchMessage(m)
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.CreateMatchResponse{Match: answer}), nil
}

func (s *Service) createMatch(ctx context.Context, m *pb.CreateMatchRequest) (match, error) {
	o, players, err := s.opening(m)
	if err != nil {
		return match{}, err
	}
	made, mine, err := s.holdRequest(ctx, m)
	if err != nil || made.ID != "" {
		return made, err
	}
	join, err := s.Node.Open(ctx, o)
	if err != nil {
		s.letRequestGo(ctx, m.GetRequestId(), mine)
		return match{}, err
	}
	r := join.Room
	made = match{
		ID: r.ID, Mode: r.Mode, Node: r.Node, URL: r.URL, Epoch: r.Epoch, Created: r.Created, RequestID: m.GetRequestId(), Players: players,
	}
	return s.keepMatch(ctx, made, mine)
}

// opening reads a request. Errors: lobby.ErrInvalid, room.ErrUnknownMode,
// sim.ErrParam, a user who is banned.
func (s *Service) opening(m *pb.CreateMatchRequest) (node.Opening, []player, error) {
	mode, ok := s.Rooms.Mode(m.GetMode())
	if !ok {
		return node.Opening{}, nil, fmt.Errorf("%w %q", room.ErrUnknownMode, m.GetMode())
	}
	patience := cmp.Or(time.Duration(m.GetPatienceSeconds())*time.Second, usualPatience)
	switch n := len(m.GetSeat()); {
	case !validID(m.GetRequestId()):
		return node.Opening{}, nil, invalid("request_id: want 1 to 64 of letters, digits, '-', '_' and '.'")
	case n == 0 || n > mode.Seats || n > maxSeats:
		return node.Opening{}, nil, invalid("seat: %d users, want 1 to %d", n, min(mode.Seats, maxSeats))
	case patience > maxPatience:
		return node.Opening{}, nil, invalid("patience_seconds: %d, want at most %d", m.GetPatienceSeconds(), maxPatience/time.Second)
	}
	o := node.Opening{Region: m.GetRegion(), Wish: room.Wish{
		Mode: mode.Name, Seats: len(m.GetSeat()), OneMatch: true, Private: true, Metadata: m.GetMetadata(), Patience: patience,
	}}
	for _, name := range slices.Sorted(maps.Keys(m.GetParams())) {
		o.Wish.Params = append(o.Wish.Params, sim.Param{Name: name, Value: m.GetParams()[name]})
	}
	if err := sim.CheckParams(s.Rooms.Params(mode.Name), o.Wish.Params); err != nil {
		return node.Opening{}, nil, err
	}
	var players []player
	seen := map[string]bool{}
	for i, seat := range m.GetSeat() {
		p, err := s.playerOf(seat, i)
		if err == nil && seen[p.UserID] {
			err = invalid("user %q is named twice", p.UserID)
		}
		if err != nil {
			return node.Opening{}, nil, err
		}
		seen[p.UserID] = true
		o.Wish.Invited = append(o.Wish.Invited, node.InvitedOf(p))
		players = append(players, player{p.UserID, p.Name, p.Team, p.Rating, p.Bot, p.Data})
	}
	return o, players, nil
}

// playerOf reads one named seat. A bot without a user is one of this match.
func (s *Service) playerOf(seat *pb.MatchSeat, i int) (lobby.Player, error) {
	p := lobby.Player{
		UserID: seat.GetUser(), Name: lobby.CleanName(seat.GetName()), Team: uint8(seat.GetTeam()), Rating: seat.GetRating(),
		Bot: seat.GetBot(), Data: seat.GetData(),
	}
	if p.UserID == "" && p.Bot {
		p.UserID = fmt.Sprintf("bot:%d", i+1)
	}
	switch {
	case p.UserID == "":
		return p, invalid("seat %d names no user", i+1)
	case seat.GetTeam() > sim.MaxTeam:
		return p, invalid("user %q: team %d, want at most %d", p.UserID, seat.GetTeam(), sim.MaxTeam)
	}
	if err := p.Check(); err != nil {
		return p, fmt.Errorf("user %q: %w", p.UserID, err)
	}
	if err := s.Node.CheckBans(p.UserID, ""); err != nil {
		return p, connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf("user %q is banned", p.UserID))
	}
	return p, nil
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", lobby.ErrInvalid, fmt.Sprintf(format, args...))
}

func validID(s string) bool {
	const may = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	return s != "" && len(s) <= 64 && strings.Trim(s, may) == ""
}

// holdRequest takes a request id for this call: mine is what holds it. When a match
// of the id is there, or somebody else makes it, it returns that one.
func (s *Service) holdRequest(ctx context.Context, m *pb.CreateMatchRequest) (made match, mine string, err error) {
	text, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return match{}, "", err
	}
	sum := sha256.Sum256(text)
	digest := hex.EncodeToString(sum[:])
	mine = encode(request{Digest: digest, Maker: id.Unique()})
	for began := time.Now(); ; {
		current, kept, err := s.Lobby.Keep(ctx, lobby.Document{Shelf: requestShelf, Key: m.GetRequestId(), Text: mine, For: makingTime, Fresh: true})
		if err != nil || kept {
			return match{}, mine, err
		}
		var other request
		if err = json.Unmarshal([]byte(current), &other); err != nil {
			return match{}, "", err
		}
		switch {
		case other.Digest != digest:
			return match{}, "", connect.NewError(connect.CodeAlreadyExists, errors.New("this request_id was used for another match"))
		case other.Match != "":
			made, err = s.findMatch(ctx, other.Match)
			return made, "", err
		case time.Since(began) > makingTime:
			return match{}, "", connect.NewError(connect.CodeUnavailable, errors.New("the match is being made; ask again in a few seconds"))
		}
		select {
		case <-time.After(makingPoll):
		case <-ctx.Done():
			return match{}, "", ctx.Err()
		}
	}
}

// letRequestGo gives a request id up whose match was not made.
func (s *Service) letRequestGo(ctx context.Context, requestID, mine string) {
	_, _, err := s.Lobby.Keep(context.WithoutCancel(ctx), lobby.Document{Shelf: requestShelf, Key: requestID, Was: mine})
	if err != nil {
		s.Log.Debug("a request id is held until its time is over", "err", err)
	}
}

// keepMatch writes a match down. When another call has made one of the same id
// meanwhile, because this one took too long, that one counts and this one ends.
func (s *Service) keepMatch(ctx context.Context, m match, mine string) (match, error) {
	ctx = context.WithoutCancel(ctx)
	_, _, err := s.Lobby.Keep(ctx, lobby.Document{Shelf: matchShelf, Key: m.ID, Text: encode(m), For: matchKept})
	kept := false
	current := ""
	if err == nil {
		var held request
		_ = json.Unmarshal([]byte(mine), &held) // it is ours
		final := encode(request{Digest: held.Digest, Match: m.ID})
		current, kept, err = s.Lobby.Keep(ctx, lobby.Document{Shelf: requestShelf, Key: m.RequestID, Text: final, For: matchKept, Was: mine})
	}
	if kept {
		short := m
		short.Players = nil
		err = s.Lobby.KeepLast(ctx, lobby.Document{Shelf: listShelf, Key: m.ID, Text: encode(short), For: matchKept}, listed)
		return m, err
	}
	reason := "the match is played in another room"
	s.endRoom(ctx, m.ID, reason)
	if err != nil {
		return match{}, err
	}
	var other request
	if json.Unmarshal([]byte(current), &other) != nil || other.Match == "" {
		return match{}, connect.NewError(connect.CodeUnavailable, errors.New("making the match took too long; ask again"))
	}
	return s.findMatch(ctx, other.Match)
}

// endRoom ends a room that nobody will come to.
func (s *Service) endRoom(ctx context.Context, id, reason string) {
	if err := s.Node.Act(ctx, id, node.Act{Close: &reason}); err != nil {
		s.Log.Warn("a room that nobody will come to is left to its patience", "room", id, "err", err)
	}
}

func encode(v any) string {
	text, _ := json.Marshal(v) // strings, numbers and times always marshal
	return string(text)
}

// findMatch reads a match. Errors: lobby.ErrRoomNotFound, lobby.ErrUnavailable.
func (s *Service) findMatch(ctx context.Context, id string) (m match, err error) {
	text, err := s.Lobby.Fetch(ctx, matchShelf, id)
	if err == nil && text == "" {
		err = lobby.ErrRoomNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &m)
	}
	return m, err
}

// matchMessage is a match with a new URL for each user.
func (s *Service) matchMessage(m match) (*pb.Match, error) {
	out := m.message()
	r := lobby.Room{ID: m.ID, Epoch: m.Epoch, URL: m.URL}
	for _, p := range m.Players {
		join, err := s.Lobby.TicketFor(r, lobby.Player{UserID: p.User, Name: p.Name, Team: p.Team, Rating: p.Rating, Bot: p.Bot, Data: p.Data}, matchTicket)
		if err != nil {
			return nil, err
		}
		out.Url = append(out.Url, &pb.MatchURL{User: p.User, Url: api.RoomURL(m.URL, join), ExpiresUnix: join.Expires.Unix()})
	}
	return out, nil
}

func (m match) message() *pb.Match {
	return &pb.Match{Id: m.ID, Mode: m.Mode, Node: m.URL, Epoch: m.Epoch, CreatedUnix: m.Created.Unix(), RequestId: m.RequestID}
}

// GetMatch implements the service.
func (s *Service) GetMatch(ctx context.Context, req *connect.Request[pb.GetMatchRequest]) (*connect.Response[pb.GetMatchResponse], error) {
	m, err := s.findMatch(ctx, req.Msg.GetId())
	if err != nil {
		return nil, s.errorFor(err)
	}
	answer, err := s.matchMessage(m)
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.GetMatchResponse{Match: answer}), nil
}

// ListMatches implements the service.
func (s *Service) ListMatches(ctx context.Context, _ *connect.Request[pb.ListMatchesRequest]) (*connect.Response[pb.ListMatchesResponse], error) {
	documents, err := s.Lobby.Shelf(ctx, listShelf)
	if err != nil {
		return nil, s.errorFor(err)
	}
	var list []match
	for _, text := range documents {
		var m match
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return nil, s.errorFor(err)
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b match) int { return cmp.Or(b.Created.Compare(a.Created), strings.Compare(a.ID, b.ID)) })
	out := &pb.ListMatchesResponse{}
	for _, m := range list {
		out.Match = append(out.Match, m.message())
	}
	return connect.NewResponse(out), nil
}

// EndRoom implements the service.
func (s *Service) EndRoom(ctx context.Context, req *connect.Request[pb.EndRoomRequest]) (*connect.Response[pb.EndRoomResponse], error) {
	reason := req.Msg.GetReason()
	err := s.Node.Act(ctx, req.Msg.GetRoom(), node.Act{Close: &reason})
	s.note(ctx, req.Peer(), "end room", req.Msg.GetRoom(), reason, err)
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.EndRoomResponse{}), nil
}
