package match

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/apierr"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/party"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// CreateParty implements the service.
func (s *Service) CreateParty(ctx context.Context, req *connect.Request[pb.CreatePartyRequest]) (*connect.Response[pb.CreatePartyResponse], error) {
	if s.Matchmaker == nil {
		return nil, errNoQueues
	}
	m, token, err := s.newcomer(ctx, req.Header(), req.Msg.GetName())
	if err != nil {
		return nil, s.errorFor(err)
	}
	if err = s.guard.checkParty(ctx); err != nil {
		return nil, err
	}
	p, err := s.parties.Create(ctx, party.Member{Member: m})
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.CreatePartyResponse{Party: s.partyMessage(&p, party.Who{Proof: m.Proof}), MemberToken: token}), nil
}

// JoinParty implements the service.
func (s *Service) JoinParty(ctx context.Context, req *connect.Request[pb.JoinPartyRequest]) (*connect.Response[pb.JoinPartyResponse], error) {
	if s.Matchmaker == nil {
		return nil, errNoQueues
	}
	was := req.Msg.GetMemberToken()
	if len(was) > maxMemberToken {
		return nil, invalid("member_token has %d bytes, want at most %d", len(was), maxMemberToken)
	}
	m, token, err := s.newcomer(ctx, req.Header(), req.Msg.GetName())
	if err != nil {
		return nil, s.errorFor(err)
	}
	p, err := s.byCode(ctx, req.Msg.GetCode(), func(code string) (party.Party, error) {
		if was != "" { // only who has a token already can come with one: all are made here
			p, fault := s.parties.Get(ctx, code)
			if fault != nil || p.Find(party.Who{Proof: proofOf(was)}) != nil {
				m.Proof, token = proofOf(was), was
				return p, fault
			}
		}
		return s.parties.Join(ctx, code, party.Member{Member: m}, func(entry string) error { return s.checkNotQueued(ctx, entry) })
	})
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.JoinPartyResponse{Party: s.partyMessage(&p, party.Who{Proof: m.Proof}), MemberToken: token}), nil
}

// checkNotQueued says that nobody joins a party whose entry is not over.
func (s *Service) checkNotQueued(ctx context.Context, entry string) error {
	err := s.checkOver(ctx, entry)
	if connect.CodeOf(err) == connect.CodeAlreadyExists {
		return connect.NewError(connect.CodeFailedPrecondition, errors.New("the party waits in a queue, or its match has just been made; join it after that, or ask it to cancel"))
	}
	return err
}

// byCode has a party's code tried, and counts it when it is wrong.
func (s *Service) byCode(ctx context.Context, said string, try func(code string) (party.Party, error)) (party.Party, error) {
	caller := door.CallerOf(ctx)
	if v := s.guard.codes.Take(caller); !v.Allowed {
		return party.Party{}, apierr.TooMany("too many wrong codes were tried; wait a few seconds", v.Wait)
	}
	code, ok := lobby.CleanCode(said)
	if !ok {
		return party.Party{}, party.ErrNoParty
	}
	p, err := try(code)
	if !errors.Is(err, party.ErrNoParty) {
		s.guard.codes.Return(caller)
	}
	return p, err
}

// memberOf reads whose call it is, and of which party.
func (s *Service) memberOf(ctx context.Context, h map[string][]string, said, token string) (code string, who party.Who, err error) {
	if s.Matchmaker == nil {
		return "", who, errNoQueues
	}
	if who, err = s.whoAsks(ctx, h, token); err != nil {
		return "", who, s.errorFor(err)
	}
	code, ok := lobby.CleanCode(said)
	if !ok {
		return "", who, s.errorFor(party.ErrNoParty)
	}
	return code, who, nil
}

// LeaveParty implements the service.
func (s *Service) LeaveParty(ctx context.Context, req *connect.Request[pb.LeavePartyRequest]) (*connect.Response[pb.LeavePartyResponse], error) {
	code, who, err := s.memberOf(ctx, req.Header(), req.Msg.GetCode(), req.Msg.GetMemberToken())
	if err != nil {
		return nil, err
	}
	out, was, err := s.parties.Leave(ctx, code, who)
	if err == nil {
		err = s.unqueue(ctx, &was, nameOf(&out.Member)+" left the party")
	}
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.LeavePartyResponse{}), nil
}

// RemoveMember implements the service.
func (s *Service) RemoveMember(ctx context.Context, req *connect.Request[pb.RemoveMemberRequest]) (*connect.Response[pb.RemoveMemberResponse], error) {
	code, who, err := s.memberOf(ctx, req.Header(), req.Msg.GetCode(), req.Msg.GetMemberToken())
	if err != nil {
		return nil, err
	}
	out, p, err := s.parties.Remove(ctx, code, who, req.Msg.GetNumber())
	if err == nil {
		err = s.unqueue(ctx, &p, nameOf(&out.Member)+" was taken out of the party")
	}
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.RemoveMemberResponse{Party: s.partyMessage(&p, who)}), nil
}

// SetReady implements the service.
func (s *Service) SetReady(ctx context.Context, req *connect.Request[pb.SetReadyRequest]) (*connect.Response[pb.SetReadyResponse], error) {
	m := req.Msg
	code, who, err := s.memberOf(ctx, req.Header(), m.GetCode(), m.GetMemberToken())
	if err != nil {
		return nil, err
	}
	says, err := stand(m.GetRole(), m.GetLatency())
	if err != nil {
		return nil, err
	}
	says.Ready = m.GetReady()
	p, err := s.parties.SetReady(ctx, code, who, says)
	if err == nil && !says.Ready {
		err = s.unqueue(ctx, &p, nameOf(&p.Find(who).Member)+" is not ready any more")
	}
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.SetReadyResponse{Party: s.partyMessage(&p, who)}), nil
}

// unqueue takes a party's entry out of its queue, if it still waits.
func (s *Service) unqueue(ctx context.Context, p *party.Party, why string) error {
	if p.Entry == "" {
		return nil
	}
	_, err := s.Matchmaker.Cancel(context.WithoutCancel(ctx), p.Entry, why)
	if errors.Is(err, matchmaker.ErrNoEntry) {
		return nil
	}
	return err
}

// WatchParty implements the service.
func (s *Service) WatchParty(ctx context.Context, req *connect.Request[pb.WatchPartyRequest], stream *connect.ServerStream[pb.WatchPartyResponse]) error {
	lasting(ctx)
	code, who, err := s.memberOf(ctx, req.Header(), req.Msg.GetCode(), req.Msg.GetMemberToken())
	if err != nil {
		return err
	}
	done, err := s.guard.watch(ctx)
	if err != nil {
		return err
	}
	defer done()
	ctx, release := s.untilEnding(ctx)
	defer release()
	w, err := s.parties.Watch(ctx, code, who)
	if err != nil {
		return s.errorFor(err)
	}
	defer w.Close()
	err = w.Tell(ctx, func(p party.Party) error {
		return send(ctx, stream, &pb.WatchPartyResponse{Party: s.partyMessage(&p, who)})
	})
	if context.Cause(ctx) == errStopping {
		return errStopping
	}
	return s.errorFor(err)
}

// partyMessage is a party as who asks sees it.
func (s *Service) partyMessage(p *party.Party, who party.Who) *pb.Party {
	now := s.parties.Now()
	m := &pb.Party{Code: p.Code, Entry: p.Entry, Queue: p.Queue, Most: party.Most}
	you, leader := p.Find(who), p.Leader(now)
	for i := range p.Members {
		one := &p.Members[i]
		m.Member = append(m.Member, &pb.PartyMember{
			Number: one.Number, Name: nameOf(&one.Member), Leader: one == leader, Ready: one.Ready, You: one == you, Here: one.Here(now),
		})
	}
	return m
}
