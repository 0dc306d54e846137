package console

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/backend"
	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
)

// operator is who acts through the console, for bans and the audit.
const operator = "console"

const (
	// listed is how many lines a list has unless more are asked for, and mostListed
	// how many it has at most. Threat: an answer of tens of MB.
	listed     = 200
	mostListed = 1000
)

// lines is how many lines of a list are wanted.
func lines(most uint32) int {
	if most == 0 {
		return listed
	}
	return int(min(most, mostListed))
}

// ListBans implements the service.
func (c *Console) ListBans(context.Context, *connect.Request[pb.ConsoleServiceListBansRequest]) (*connect.Response[pb.ConsoleServiceListBansResponse], error) {
	out := &pb.ConsoleServiceListBansResponse{}
	for _, b := range c.Lobby.Bans() {
		out.Ban = append(out.Ban, backend.BanMessage(b))
	}
	return connect.NewResponse(out), nil
}

// Ban implements the service.
func (c *Console) Ban(ctx context.Context, req *connect.Request[pb.ConsoleServiceBanRequest]) (*connect.Response[pb.ConsoleServiceBanResponse], error) {
	m := req.Msg
	ctx, _ = c.callerOf(ctx, req.Peer().Addr)
	b, err := backend.BanOf(&pb.BanInfo{User: m.GetUser(), Address: m.GetAddress(), Reason: m.GetReason()}, operator)
	if err == nil {
		b, err = c.ban(ctx, b, m.GetSeconds())
	}
	if err != nil {
		return nil, codeFor(err)
	}
	return connect.NewResponse(&pb.ConsoleServiceBanResponse{Ban: backend.BanMessage(b)}), nil
}

// ban bans for so many seconds, 0: without an end, and takes who is banned off
// their seats of this node; the others do so within a heartbeat. It returns the
// ban as it holds. Errors: those of lobby.Ban.
func (c *Console) ban(ctx context.Context, b lobby.Ban, seconds uint32) (lobby.Ban, error) {
	long := "without an end"
	b.Since = time.Now()
	if seconds > 0 {
		d := time.Duration(seconds) * time.Second
		b.Until, long = b.Since.Add(d), "for "+d.String()
	}
	err := c.Lobby.Ban(ctx, b)
	c.note(ctx, "ban", b.Key(), long+": "+b.Reason, err)
	if err != nil {
		return b, err
	}
	c.Node.EndBanned()
	return b, nil
}

// maxBanReason is the longest reason of a ban, bytes. A kick's may be longer.
const maxBanReason = 120

// banKicked bans who was kicked: the user, or the address of somebody unknown.
// Errors: those of ban; that neither is known.
func (c *Console) banKicked(ctx context.Context, who room.SeatInfo, reason string, seconds uint32) (lobby.Ban, error) {
	b := lobby.Ban{User: who.UserID, Reason: text.Cut(reason, maxBanReason), By: operator}
	if b.User == "" {
		var err error
		if b.Address, err = netip.ParsePrefix(who.Key); err != nil {
			return b, connect.NewError(connect.CodeFailedPrecondition, errors.New("neither the user nor the address of that seat is known"))
		}
	}
	return c.ban(ctx, b, seconds)
}

// addressText is a seat's key as people write an address: a single one without
// the length of its prefix.
func addressText(key string) string {
	if p, err := netip.ParsePrefix(key); err == nil && p.IsSingleIP() {
		return p.Addr().String()
	}
	return key
}

// Unban implements the service.
func (c *Console) Unban(ctx context.Context, req *connect.Request[pb.ConsoleServiceUnbanRequest]) (*connect.Response[pb.ConsoleServiceUnbanResponse], error) {
	m := req.Msg
	b, err := backend.BanOf(&pb.BanInfo{User: m.GetUser(), Address: m.GetAddress()}, "")
	if err == nil && (b.User != "") == b.Address.IsValid() {
		err = fmt.Errorf("%w: a ban is of a user or of an address", lobby.ErrInvalid)
	}
	if err != nil {
		return nil, codeFor(err)
	}
	err = c.Lobby.Unban(ctx, b.Key())
	ctx, _ = c.callerOf(ctx, req.Peer().Addr)
	c.note(ctx, "unban", b.Key(), "", err)
	if err != nil {
		return nil, codeFor(err)
	}
	return connect.NewResponse(&pb.ConsoleServiceUnbanResponse{}), nil
}

// ListActs implements the service.
func (c *Console) ListActs(ctx context.Context, req *connect.Request[pb.ListActsRequest]) (*connect.Response[pb.ListActsResponse], error) {
	acts, err := c.Lobby.Acts(ctx)
	if err != nil {
		return nil, codeFor(err)
	}
	out := &pb.ListActsResponse{}
	for _, a := range acts[:min(len(acts), lines(req.Msg.GetMost()))] {
		out.Act = append(out.Act, &pb.ActInfo{
			AtUnix: a.At.Unix(), Who: a.Who, Remote: a.Remote, What: a.What, On: a.On, Detail: a.Detail, Fault: a.Fault, Node: a.Node,
		})
	}
	return connect.NewResponse(out), nil
}
