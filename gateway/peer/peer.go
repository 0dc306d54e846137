// Package peer is how nodes ask each other: Connect calls over HTTP, each signed
// by the node that asks for the node that is asked.
package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
)

const (
	// callTimeout is how long another node may take. Why 2 s: who wants a seat waits,
	// and the next node may have one.
	callTimeout = 2 * time.Second
	// header has the token of a call.
	header = "Metronome-Node"
)

// Client asks other nodes. Any goroutine.
type Client struct {
	lobby *lobby.Lobby
	http  *http.Transport
}

// NewClient returns a Client that signs as the lobby's node.
func NewClient(l *lobby.Lobby) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 16
	return &Client{l, transport}
}

// Close closes what is idle.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// at returns the service of a node.
func (c *Client) at(n lobby.Node) (metronomev1connect.NodeServiceClient, error) {
	if n.NodeURL == "" {
		return nil, fmt.Errorf("%w: it has no URL for other nodes", node.ErrPeer)
	}
	asker := &http.Client{
		Transport: signing{c, n.ID}, Timeout: callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return metronomev1connect.NewNodeServiceClient(asker, strings.TrimSuffix(n.NodeURL, "/"), connect.WithReadMaxBytes(MaxRequest)), nil
}

// signing signs requests for one node.
type signing struct {
	client *Client
	node   string
}

// RoundTrip implements http.RoundTripper.
func (s signing) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		return nil, err
	}
	signed := r.Clone(r.Context())
	signed.Body, signed.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	signed.Header.Set(header, s.client.lobby.SignCall(s.node, where(r.URL.Path), body))
	return s.client.http.RoundTrip(signed)
}

// where is the method that a path names, whatever path stands before it.
func where(path string) string {
	return path[strings.LastIndex(path, "/")+1:]
}

// Open implements node.Peers.
func (c *Client) Open(ctx context.Context, at lobby.Node, o node.Opening) (lobby.Join, lobby.Capacity, error) {
	service, err := c.at(at)
	if err != nil {
		return lobby.Join{}, lobby.Capacity{}, err
	}
	answer, err := service.OpenRoom(ctx, connect.NewRequest(openingMessage(o, at.Modes[o.Wish.Mode])))
	if err != nil {
		return lobby.Join{}, lobby.Capacity{}, errorOf(err)
	}
	m := answer.Msg
	join := lobby.Join{Room: roomOf(m, at.ID), Ticket: m.GetTicket(), Expires: time.UnixMilli(m.GetExpiresUnixMs()), Made: m.GetMade()}
	return join, lobby.Capacity{FreeRooms: int(m.GetFreeRooms()), FreeSeats: int(m.GetFreeSeats()), Load: m.GetLoad()}, nil
}

// Take implements node.Peers.
func (c *Client) Take(ctx context.Context, at lobby.Node, journal []byte, epoch uint64) (string, error) {
	service, err := c.at(at)
	if err != nil {
		return "", err
	}
	answer, err := service.TakeRoom(ctx, connect.NewRequest(&pb.TakeRoomRequest{Journal: journal, Epoch: epoch, From: c.lobby.NodeID()}))
	if err != nil {
		return "", errorOf(err)
	}
	return answer.Msg.GetUrl(), nil
}

// Act implements node.Peers.
func (c *Client) Act(ctx context.Context, at lobby.Node, id string, a node.Act) error {
	service, err := c.at(at)
	if err != nil {
		return err
	}
	m := &pb.ActOnRoomRequest{Room: id}
	switch {
	case a.Close != nil:
		m.Act = &pb.ActOnRoomRequest_Close{Close: *a.Close}
	case a.Announce != "":
		m.Act = &pb.ActOnRoomRequest_Announce{Announce: a.Announce}
	case a.Kick != "":
		m.Act = &pb.ActOnRoomRequest_Kick{Kick: &pb.KickUser{User: a.Kick, Reason: a.Reason}}
	case len(a.Invite) > 0:
		invite := &pb.InviteUsers{}
		for _, to := range a.Invite {
			invite.Invitation = append(invite.Invitation, &pb.Invitation{Player: playerMessage(&to.Player), Instead: to.Instead})
		}
		m.Act = &pb.ActOnRoomRequest_Invite{Invite: invite}
	}
	_, err = service.ActOnRoom(ctx, connect.NewRequest(m))
	return errorOf(err)
}

// codes are how errors travel.
var codes = []struct {
	err  error
	code connect.Code
}{
	{room.ErrNodeFull, connect.CodeResourceExhausted},
	{room.ErrStopping, connect.CodeUnavailable},
	{lobby.ErrUnavailable, connect.CodeUnavailable},
	{lobby.ErrRoomNotFound, connect.CodeNotFound},
	{lobby.ErrBusy, connect.CodeAborted},
	{room.ErrBusy, connect.CodeAborted},
	{room.ErrFull, connect.CodeAlreadyExists},
	{room.ErrLocked, connect.CodePermissionDenied},
	{errOtherGame, connect.CodeFailedPrecondition},
	{lobby.ErrCallForged, connect.CodeUnauthenticated},
}

// errOtherGame: the node has another build of the game.
var errOtherGame = errors.New("this node has another build of the game")

// errorOf is what a call's error means here.
func errorOf(err error) error {
	if err == nil {
		return nil
	}
	switch connect.CodeOf(err) {
	case connect.CodeResourceExhausted:
		return fmt.Errorf("%w: %w", room.ErrNodeFull, err)
	case connect.CodeNotFound:
		return lobby.ErrRoomNotFound
	case connect.CodeAlreadyExists:
		return room.ErrFull
	case connect.CodePermissionDenied:
		return room.ErrLocked
	case connect.CodeInvalidArgument:
		return fmt.Errorf("%w: %w", lobby.ErrInvalid, err)
	default:
		return fmt.Errorf("%w: %w", node.ErrPeer, err)
	}
}
