package backend

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// RemoveUser implements the service.
func (s *Service) RemoveUser(ctx context.Context, req *connect.Request[pb.RemoveUserRequest]) (*connect.Response[pb.RemoveUserResponse], error) {
	m := req.Msg
	if m.GetUser() == "" {
		return nil, s.errorFor(invalid("user: who is to be removed?"))
	}
	err := s.Node.Act(ctx, m.GetRoom(), node.Act{Kick: m.GetUser(), Reason: m.GetReason()})
	s.note(ctx, req.Peer(), "remove user", m.GetRoom(), "user "+m.GetUser()+": "+m.GetReason(), err)
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.RemoveUserResponse{}), nil
}

// AnnounceToRoom implements the service.
func (s *Service) AnnounceToRoom(ctx context.Context, req *connect.Request[pb.AnnounceToRoomRequest]) (*connect.Response[pb.AnnounceToRoomResponse], error) {
	line := text.Line(req.Msg.GetText())
	if line == "" {
		return nil, s.errorFor(invalid("text: an announcement needs words"))
	}
	err := s.Node.Act(ctx, req.Msg.GetRoom(), node.Act{Announce: line})
	s.note(ctx, req.Peer(), "announce", req.Msg.GetRoom(), line, err)
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.AnnounceToRoomResponse{}), nil
}

// BanOf reads a ban. Errors: lobby.ErrInvalid.
func BanOf(m *pb.BanInfo, by string) (lobby.Ban, error) {
	b := lobby.Ban{User: m.GetUser(), Reason: text.Line(m.GetReason()), By: by}
	if m.GetAddress() != "" {
		at, err := netip.ParseAddr(m.GetAddress())
		if prefix, prefixErr := netip.ParsePrefix(m.GetAddress()); err != nil && prefixErr == nil {
			at, err = prefix.Addr(), nil
		}
		if err != nil {
			return b, invalid("address %.60q: want an address such as 203.0.113.7 or 2001:db8::1", m.GetAddress())
		}
		b.Address = door.AddressOf(at)
		if prefix, err := netip.ParsePrefix(m.GetAddress()); err == nil && prefix.Addr().Unmap() == prefix.Addr() && prefix.Bits() < b.Address.Bits() {
			return b, invalid("address %.60q: a ban is of one IPv4 address or of the /64 of an IPv6 one, not of a larger network", m.GetAddress())
		}
	}
	if m.GetUntilUnix() != 0 {
		b.Until = time.Unix(m.GetUntilUnix(), 0)
	}
	return b, nil
}

// BanMessage is a ban as callers see it.
func BanMessage(b lobby.Ban) *pb.BanInfo {
	m := &pb.BanInfo{User: b.User, Reason: b.Reason, By: b.By, SinceUnix: b.Since.Unix()}
	if b.Address.IsValid() {
		m.Address = b.Address.String()
	}
	if !b.Until.IsZero() {
		m.UntilUnix = b.Until.Unix()
	}
	return m
}

// Ban implements the service.
func (s *Service) Ban(ctx context.Context, req *connect.Request[pb.BanRequest]) (*connect.Response[pb.BanResponse], error) {
	b, err := BanOf(req.Msg.GetBan(), callerOf(ctx))
	if err == nil {
		err = s.Lobby.Ban(ctx, b)
		s.note(ctx, req.Peer(), "ban", b.Key(), b.Reason, err)
	}
	if err != nil {
		return nil, s.errorFor(err)
	}
	s.Node.EndBanned()
	return connect.NewResponse(&pb.BanResponse{}), nil
}

// Unban implements the service.
func (s *Service) Unban(ctx context.Context, req *connect.Request[pb.UnbanRequest]) (*connect.Response[pb.UnbanResponse], error) {
	b, err := BanOf(&pb.BanInfo{User: req.Msg.GetUser(), Address: req.Msg.GetAddress()}, "")
	if err == nil {
		err = s.Lobby.Unban(ctx, b.Key())
		s.note(ctx, req.Peer(), "unban", b.Key(), "", err)
	}
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.UnbanResponse{}), nil
}

// ListBans implements the service.
func (s *Service) ListBans(context.Context, *connect.Request[pb.ListBansRequest]) (*connect.Response[pb.ListBansResponse], error) {
	out := &pb.ListBansResponse{}
	for _, b := range s.Lobby.Bans() {
		out.Ban = append(out.Ban, BanMessage(b))
	}
	return connect.NewResponse(out), nil
}

// WatchOutcomes implements the service.
func (s *Service) WatchOutcomes(ctx context.Context, req *connect.Request[pb.WatchOutcomesRequest], stream *connect.ServerStream[pb.WatchOutcomesResponse]) error {
	if s.Outbox == nil {
		return connect.NewError(connect.CodeUnimplemented, errors.New("this node has no outbox"))
	}
	select {
	case s.watches <- struct{}{}:
		defer func() { <-s.watches }()
	default:
		return connect.NewError(connect.CodeResourceExhausted, errors.New("too many are watching this node's outbox"))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-s.ending:
			cancel()
		case <-ctx.Done():
		}
	}()
	place := req.Msg.GetPlace()
	for w, err := range s.Outbox.Watch(ctx, place) {
		if err != nil {
			return connect.NewError(connect.CodeAborted, err)
		}
		m := &pb.WatchOutcomesResponse{Id: w.Entry.ID, Kind: w.Entry.Kind, Body: string(w.Entry.Body), Place: w.Place}
		if err := stream.Send(m); err != nil {
			return err
		}
	}
	return nil
}
