package match

import (
	"context"
	"errors"
	"strings"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/party"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// Enqueue implements the service.
func (s *Service) Enqueue(ctx context.Context, req *connect.Request[pb.EnqueueRequest]) (*connect.Response[pb.EnqueueResponse], error) {
	m := req.Msg
	c, err := s.queueNamed(m.GetQueue())
	if err != nil {
		return nil, err
	}
	says, err := stand(m.GetRole(), m.GetLatency())
	if err != nil {
		return nil, err
	}
	if err = s.guard.checkEnqueue(ctx); err != nil {
		return nil, err
	}
	answer := &pb.EnqueueResponse{}
	var status matchmaker.Status
	var who party.Who
	if m.GetParty() != "" {
		if who, err = s.whoAsks(ctx, req.Header(), m.GetMemberToken()); err == nil {
			status, err = s.enqueueParty(ctx, c, m, who, says)
		}
	} else {
		var member queue.Member
		if member, answer.MemberToken, err = s.newcomer(ctx, req.Header(), m.GetName()); err == nil {
			member.Roles = says.Roles
			who = party.Who{Proof: member.Proof}
			status, err = s.Matchmaker.Enqueue(ctx, matchmaker.Asked{Queue: c.Name, Members: []queue.Member{member}, Latency: says.Latency, Stay: m.GetStay()})
		}
	}
	if err != nil {
		return nil, s.errorFor(err)
	}
	s.guard.enqueued(ctx, status.ID, time.Now().Add(c.Limit.After+enqueuedSlack))
	answer.Status = s.statusMessage(&status, who.Among(status.Members))
	return connect.NewResponse(answer), nil
}

// enqueuedSlack is how long beyond its limit an entry counts against its address, when
// nobody has told that it is over.
const enqueuedSlack = time.Minute

// enqueueParty has a party wait as one entry. Meanwhile nobody comes or goes.
func (s *Service) enqueueParty(ctx context.Context, c *queue.Config, m *pb.EnqueueRequest, who party.Who, says party.Stand) (matchmaker.Status, error) {
	code, ok := lobby.CleanCode(m.GetParty())
	if !ok {
		return matchmaker.Status{}, party.ErrNoParty
	}
	held, err := s.parties.Hold(ctx, code, who, says, func(entry string) error { return s.checkOver(ctx, entry) })
	if err != nil {
		return matchmaker.Status{}, err
	}
	status, err := s.Matchmaker.Enqueue(ctx, matchmaker.Asked{
		Queue: c.Name, Members: held.InOrder(held.Leader), Latency: held.Latency(), Party: code, Stay: m.GetStay(),
	})
	if err != nil {
		// What the store does not take back now ends by itself in a few seconds.
		return matchmaker.Status{}, errors.Join(err, s.parties.Release(context.WithoutCancel(ctx), held))
	}
	if _, err = s.parties.Enqueued(context.WithoutCancel(ctx), held, c.Name, status.ID); err != nil {
		// Nobody of the party would learn of the entry.
		_, fault := s.Matchmaker.Cancel(context.WithoutCancel(ctx), status.ID, "the party could not be told")
		return matchmaker.Status{}, errors.Join(err, fault)
	}
	return status, nil
}

// checkOver says that an entry of a party is not over.
func (s *Service) checkOver(ctx context.Context, entry string) error {
	status, err := s.Matchmaker.Status(ctx, entry)
	if errors.Is(err, matchmaker.ErrNoEntry) || err == nil && status.State.Final() {
		return nil
	}
	if err != nil {
		return err
	}
	return queuedError(entry)
}

// viewer is who is told of an entry.
type viewer struct {
	who  party.Who
	user string // once they were found among its members
	join *pb.Join
	ends time.Time // of join's ticket
	of   string    // the match that join is of
}

// message is an entry's status as its viewer sees it. Of an entry that has ended the
// store may keep no more than how, which is no secret before who knows its id.
func (s *Service) message(ctx context.Context, status *matchmaker.Status, v *viewer) (*pb.EntryStatus, error) {
	you := v.who.Among(status.Members)
	if you < 0 && (len(status.Members) > 0 || !status.State.Final()) {
		return nil, errNotIn
	}
	m := s.statusMessage(status, you)
	if status.State.Final() || status.State == queue.Open {
		s.guard.waitsNoMore(status.ID)
	}
	if status.State != queue.Open || status.Match == nil || you < 0 {
		return m, nil
	}
	if now := s.Lobby.Now(); v.join == nil || v.of != status.Match.ID || v.ends.Sub(now) < ticketSpare {
		join, err := s.Matchmaker.TicketFor(status.Match, status.Members[you].User)
		if err != nil {
			return nil, err
		}
		v.join, v.ends, v.of = s.JoinMessage(ctx, join, false), join.Expires, status.Match.ID
	}
	m.Join = v.join
	return m, nil
}

// ticketSpare is how long before a ticket ends its holder is given another.
const ticketSpare = 5 * time.Second

// WatchEntry implements the service.
func (s *Service) WatchEntry(ctx context.Context, req *connect.Request[pb.WatchEntryRequest], stream *connect.ServerStream[pb.WatchEntryResponse]) error {
	lasting(ctx)
	v, err := s.viewerOf(ctx, req.Header(), req.Msg.GetEntry(), req.Msg.GetMemberToken())
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
	var company *party.Watcher // of a party's member, who is here while they watch
	defer func() {
		if company != nil {
			company.Close()
		}
	}()
	err = s.Matchmaker.Watch(ctx, req.Msg.GetEntry(), func(status matchmaker.Status) error {
		m, fault := s.message(ctx, &status, v)
		if fault != nil {
			return fault
		}
		if fault = send(ctx, stream, &pb.WatchEntryResponse{Status: m}); fault != nil {
			return fault
		}
		if status.Party == "" || status.State.Final() {
			return nil
		}
		if company == nil {
			if company, fault = s.parties.Watch(ctx, status.Party, v.who); fault != nil {
				company = nil // who has left the party may still see how it ends
				return nil
			}
		}
		s.cancelForAway(ctx, &status, company)
		return nil
	})
	if cause := context.Cause(ctx); cause == errStopping {
		return errStopping
	}
	if err != nil {
		return s.errorFor(err)
	}
	return nil
}

// cancelForAway takes a party out of its queue when somebody of it is away, who would
// not come to the match.
func (s *Service) cancelForAway(ctx context.Context, status *matchmaker.Status, w *party.Watcher) {
	if status.State != queue.Waiting {
		return
	}
	p, err := w.Party()
	if err != nil || p.Entry != status.ID {
		return
	}
	if away := p.Away(s.parties.Now()); len(away) > 0 {
		// What the store does not do now is tried again when the watch next tells.
		_, _ = s.Matchmaker.Cancel(ctx, status.ID, strings.Join(away, ", ")+" went away")
	}
}

// viewerOf is who asks for an entry.
func (s *Service) viewerOf(ctx context.Context, h map[string][]string, entry, token string) (*viewer, error) {
	if s.Matchmaker == nil {
		return nil, errNoQueues
	}
	if err := checkEntry(entry); err != nil {
		return nil, err
	}
	who, err := s.whoAsks(ctx, h, token)
	if err != nil {
		return nil, s.errorFor(err)
	}
	return &viewer{who: who}, nil
}

// ofMember reads an entry for a call of one of its members, and says who of them asks.
func (s *Service) ofMember(ctx context.Context, h map[string][]string, entry, token string) (v *viewer, status matchmaker.Status, err error) {
	if v, err = s.viewerOf(ctx, h, entry, token); err != nil {
		return nil, status, err
	}
	if status, err = s.Matchmaker.Status(ctx, entry); err != nil {
		return nil, status, s.errorFor(err)
	}
	you := v.who.Among(status.Members)
	if you < 0 && (len(status.Members) > 0 || !status.State.Final()) {
		return nil, status, errNotIn
	}
	if you >= 0 {
		v.user = status.Members[you].User
	}
	return v, status, nil
}

// CancelEntry implements the service.
func (s *Service) CancelEntry(ctx context.Context, req *connect.Request[pb.CancelEntryRequest]) (*connect.Response[pb.CancelEntryResponse], error) {
	v, status, err := s.ofMember(ctx, req.Header(), req.Msg.GetEntry(), req.Msg.GetMemberToken())
	if err != nil {
		return nil, err
	}
	if !status.State.Final() {
		why := "canceled"
		if you := v.who.Among(status.Members); len(status.Members) > 1 {
			why = "canceled by " + nameOf(&status.Members[you])
		}
		was := status
		if status, err = s.Matchmaker.Cancel(ctx, req.Msg.GetEntry(), why); err != nil {
			return nil, s.errorFor(err)
		}
		if len(status.Members) == 0 { // it is over, and no more is kept
			status.Members = was.Members
		}
	}
	m, err := s.message(ctx, &status, v)
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.CancelEntryResponse{Status: m}), nil
}

// AcceptMatch implements the service.
func (s *Service) AcceptMatch(ctx context.Context, req *connect.Request[pb.AcceptMatchRequest]) (*connect.Response[pb.AcceptMatchResponse], error) {
	v, status, err := s.ofMember(ctx, req.Header(), req.Msg.GetEntry(), req.Msg.GetMemberToken())
	if err != nil {
		return nil, err
	}
	if status, err = s.Matchmaker.Accept(ctx, req.Msg.GetEntry(), v.user, req.Msg.GetYes()); err != nil {
		return nil, s.errorFor(err)
	}
	m, err := s.message(ctx, &status, v)
	if err != nil {
		return nil, s.errorFor(err)
	}
	return connect.NewResponse(&pb.AcceptMatchResponse{Status: m}), nil
}

// ExplainEntry implements the service.
func (s *Service) ExplainEntry(ctx context.Context, req *connect.Request[pb.ExplainEntryRequest]) (*connect.Response[pb.ExplainEntryResponse], error) {
	v, _, err := s.ofMember(ctx, req.Header(), req.Msg.GetEntry(), req.Msg.GetMemberToken())
	if err != nil {
		return nil, err
	}
	why, status, err := s.Matchmaker.Explain(ctx, req.Msg.GetEntry())
	if err != nil {
		return nil, s.errorFor(err)
	}
	m, err := s.message(ctx, &status, v)
	if err != nil {
		return nil, s.errorFor(err)
	}
	m.Reason = reasonMessages(why.Reasons)
	answer := &pb.ExplainEntryResponse{Status: m, Fill: why.Fill, Candidates: uint32(max(why.Candidates, 0)), Seen: uint32(max(why.Seen, 0))}
	for _, l := range status.Lost {
		answer.Lost = append(answer.Lost, &pb.LostMatch{Match: l.Match, AtUnix: l.At.Unix(), Why: l.Why})
	}
	return connect.NewResponse(answer), nil
}
