package match

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// mate is one of a party.
type mate struct{ code, token string }

func (r *rig) createParty(t *testing.T, name string) mate {
	t.Helper()
	answer, err := r.api.CreateParty(t.Context(), connect.NewRequest(&pb.CreatePartyRequest{Name: name}))
	if err != nil {
		t.Fatal(err)
	}
	return mate{answer.Msg.GetParty().GetCode(), answer.Msg.GetMemberToken()}
}

func (r *rig) joinParty(t *testing.T, code, name string) mate {
	t.Helper()
	answer, err := r.api.JoinParty(t.Context(), connect.NewRequest(&pb.JoinPartyRequest{Code: code, Name: name}))
	if err != nil {
		t.Fatal(err)
	}
	return mate{answer.Msg.GetParty().GetCode(), answer.Msg.GetMemberToken()}
}

func (r *rig) ready(t *testing.T, m mate, ready bool) *pb.Party {
	t.Helper()
	answer, err := r.api.SetReady(t.Context(), connect.NewRequest(&pb.SetReadyRequest{Code: m.code, MemberToken: m.token, Ready: ready, Latency: map[string]uint32{"eu": 80}}))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg.GetParty()
}

func (r *rig) enqueueAs(t *testing.T, m mate, queue string) (*pb.EntryStatus, error) {
	t.Helper()
	answer, err := r.api.Enqueue(t.Context(), connect.NewRequest(&pb.EnqueueRequest{Queue: queue, Party: m.code, MemberToken: m.token, Latency: map[string]uint32{"eu": 20}}))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetStatus(), nil
}

// watchParty opens a party's watch, and returns what reads it until a state.
func (r *rig) watchParty(t *testing.T, m mate) (until func(what string, wanted func(*pb.Party) bool) *pb.Party, end func() error) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	stream, err := r.api.WatchParty(ctx, connect.NewRequest(&pb.WatchPartyRequest{Code: m.code, MemberToken: m.token}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = stream.Close()
	})
	until = func(what string, wanted func(*pb.Party) bool) *pb.Party {
		t.Helper()
		for stream.Receive() {
			if p := stream.Msg().GetParty(); wanted(p) {
				return p
			}
		}
		t.Fatalf("the watch ended before %s: %v", what, stream.Err())
		return nil
	}
	return until, func() error {
		for stream.Receive() {
		}
		return stream.Err()
	}
}

// A party comes together, waits, is told the same, and each is given their own seat.
func TestPartyOneWay(t *testing.T) {
	r := start(t, nil)
	ann := r.createParty(t, "Ann")
	bob := r.joinParty(t, strings.ToLower(ann.code[:3])+"-"+ann.code[3:], "Bob")
	annSees, _ := r.watchParty(t, ann)
	p := annSees("two", func(p *pb.Party) bool { return len(p.GetMember()) == 2 })
	if a, b := p.GetMember()[0], p.GetMember()[1]; !a.GetLeader() || !a.GetYou() || b.GetLeader() || b.GetYou() || b.GetName() != "Bob" || !b.GetHere() {
		t.Errorf("the party is %v", p)
	}
	_, err := r.enqueueAs(t, ann, "squads")
	wantCode(t, err, connect.CodeFailedPrecondition, "Bob is not")
	r.ready(t, bob, true)
	annSees("Bob ready", func(p *pb.Party) bool { return p.GetMember()[1].GetReady() })
	_, err = r.enqueueAs(t, bob, "squads")
	wantCode(t, err, connect.CodePermissionDenied, "Ann leads")
	s, err := r.enqueueAs(t, ann, "squads")
	if err != nil {
		t.Fatal(err)
	}
	if a := r.asked[0]; a.Party != ann.code || len(a.Members) != 2 || a.Members[0].Name != "Ann" || a.Latency["eu"] != 80 {
		t.Errorf("the matchmaker was asked %+v", a)
	}
	if len(s.GetMember()) != 2 || !s.GetMember()[0].GetYou() || s.GetParty() != ann.code {
		t.Errorf("enqueued as %v", s)
	}
	bobSees, _ := r.watchParty(t, bob)
	p = bobSees("the entry", func(p *pb.Party) bool { return p.GetEntry() == s.GetEntry() })
	if p.GetQueue() != "squads" || p.GetMember()[1].GetReady() {
		t.Errorf("the party is %v", p)
	}
	_, err = r.enqueueAs(t, ann, "squads")
	wantCode(t, err, connect.CodeFailedPrecondition, "Bob is not")
	_, err = r.api.JoinParty(t.Context(), connect.NewRequest(&pb.JoinPartyRequest{Code: ann.code, Name: "Cid"}))
	wantCode(t, err, connect.CodeFailedPrecondition, "waits in a queue")
	_, err = r.api.Enqueue(t.Context(), connect.NewRequest(&pb.EnqueueRequest{Queue: "squads", Party: ann.code, MemberToken: "guessed"}))
	wantCode(t, err, connect.CodePermissionDenied, "not in this party")

	watches := []*watching{r.watch(t, s.GetEntry(), ann.token, ""), r.watch(t, s.GetEntry(), bob.token, "")}
	for _, w := range watches {
		w.until("waiting", inState("waiting"))
	}
	r.set(s.GetEntry(), func(s *matchmaker.Status) { s.State, s.Match = queue.Open, matchOf(s, queue.Open) })
	for i, w := range watches {
		own := r.entries[s.GetEntry()].Members[i].User
		if got := w.until("open", inState("open")); !strings.Contains(got.GetJoin().GetUrl(), "ticket="+own+"-") || !got.GetMember()[i].GetYou() {
			t.Errorf("member %d is told %v", i, got)
		}
	}
	r.ready(t, bob, true)
	_, err = r.enqueueAs(t, ann, "squads")
	wantCode(t, err, connect.CodeAlreadyExists, s.GetEntry())
	r.set(s.GetEntry(), func(s *matchmaker.Status) { s.State = queue.Played })
	if s, err = r.enqueueAs(t, ann, "squads"); err != nil || s.GetEntry() != "squads.2" {
		t.Errorf("the party's next entry is %v, %v", s, err)
	}
}

// Who comes back with their member token is who they were.
func TestPartyRejoin(t *testing.T) {
	r := start(t, nil)
	ann := r.createParty(t, "Ann")
	r.joinParty(t, ann.code, "Bob")
	answer, err := r.api.JoinParty(t.Context(), connect.NewRequest(&pb.JoinPartyRequest{Code: ann.code, MemberToken: ann.token}))
	if err != nil {
		t.Fatal(err)
	}
	if p := answer.Msg.GetParty(); answer.Msg.GetMemberToken() != ann.token || len(p.GetMember()) != 2 || !p.GetMember()[0].GetYou() {
		t.Errorf("back as %v", answer.Msg)
	}
	_, end := r.watchParty(t, mate{ann.code, "guessed"})
	wantCode(t, end(), connect.CodePermissionDenied, "not in this party")
	_, end = r.watchParty(t, mate{"!", ann.token})
	wantCode(t, end(), connect.CodeNotFound, "no party")
}

// Whatever takes a member off takes the party out of its queue, and says who.
func TestPartyLeavesQueue(t *testing.T) {
	for name, c := range map[string]struct {
		do  func(t *testing.T, r *rig, ann, bob mate) error
		why string
	}{
		"leave": {func(t *testing.T, r *rig, _, bob mate) error {
			_, err := r.api.LeaveParty(t.Context(), connect.NewRequest(&pb.LeavePartyRequest{Code: bob.code, MemberToken: bob.token}))
			return err
		}, "Bob left"},
		"remove": {func(t *testing.T, r *rig, ann, _ mate) error {
			_, err := r.api.RemoveMember(t.Context(), connect.NewRequest(&pb.RemoveMemberRequest{Code: ann.code, MemberToken: ann.token, Number: 2}))
			return err
		}, "Bob was taken out"},
		"not ready": {func(t *testing.T, r *rig, _, bob mate) error {
			r.ready(t, bob, false)
			return nil
		}, "Bob is not ready"},
		"cancel": {func(t *testing.T, r *rig, _, bob mate) error {
			_, err := r.api.CancelEntry(t.Context(), connect.NewRequest(&pb.CancelEntryRequest{Entry: "squads.1", MemberToken: bob.token}))
			return err
		}, "canceled by Bob"},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, nil)
			ann := r.createParty(t, "Ann")
			bob := r.joinParty(t, ann.code, "Bob")
			r.ready(t, bob, true)
			s, err := r.enqueueAs(t, ann, "squads")
			if err != nil {
				t.Fatal(err)
			}
			w := r.watch(t, s.GetEntry(), ann.token, "")
			w.until("waiting", inState("waiting"))
			if err := c.do(t, r, ann, bob); err != nil {
				t.Fatal(err)
			}
			if s := w.until("canceled", inState("canceled")); !strings.HasPrefix(s.GetWhy(), c.why) {
				t.Errorf("canceled since %q, want %q", s.GetWhy(), c.why)
			}
		})
	}
}

// A party of whom one closes the page does not wait for a match that they would miss.
func TestPartyWithoutSomebody(t *testing.T) {
	var skew atomic.Int64
	r := start(t, func(c *Config) {
		l, err := lobby.Open(t.Context(), lobby.Config{Log: c.Log, Clock: func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }})
		if err != nil {
			t.Fatal(err)
		}
		c.Lobby = l
	})
	ann := r.createParty(t, "Ann")
	bob := r.joinParty(t, ann.code, "Bob")
	r.ready(t, bob, true)
	s, err := r.enqueueAs(t, ann, "squads")
	if err != nil {
		t.Fatal(err)
	}
	w := r.watch(t, s.GetEntry(), ann.token, "")
	w.until("waiting", inState("waiting"))
	annSees, _ := r.watchParty(t, ann)
	skew.Store(int64(time.Minute))
	// Ann's own watch writes down that she is here before anybody judges by the clock.
	annSees("Ann here and Bob away", func(p *pb.Party) bool { return p.GetMember()[0].GetHere() && !p.GetMember()[1].GetHere() })
	r.set("", nil)
	if s := w.until("canceled", inState("canceled")); s.GetWhy() != "Bob went away" {
		t.Errorf("canceled since %q", s.GetWhy())
	}
}

func TestPartyThatCannotQueue(t *testing.T) {
	r := start(t, nil)
	ann := r.createParty(t, "Ann")
	r.mu.Lock()
	r.down = matchmaker.ErrInvalid
	r.mu.Unlock()
	_, err := r.enqueueAs(t, ann, "duel")
	wantCode(t, err, connect.CodeInvalidArgument, "")
	r.mu.Lock()
	r.down = nil
	r.mu.Unlock()
	// It was given back at once: nobody waits for a hold.
	if _, err := r.enqueueAs(t, ann, "duel"); err != nil {
		t.Error(err)
	}
}

func TestWrongCodes(t *testing.T) {
	r := start(t, nil)
	r.from = "203.0.113.7"
	ann := r.createParty(t, "Ann")
	for range wrongCodePerAddress.Burst {
		_, err := r.api.JoinParty(t.Context(), connect.NewRequest(&pb.JoinPartyRequest{Code: "AAAAAA"}))
		wantCode(t, err, connect.CodeNotFound, "no party")
	}
	_, err := r.api.JoinParty(t.Context(), connect.NewRequest(&pb.JoinPartyRequest{Code: ann.code}))
	wantCode(t, err, connect.CodeResourceExhausted, "wrong codes")
	r.from = "203.0.113.8"
	for range 2 * wrongCodePerAddress.Burst {
		_, err := r.api.JoinParty(t.Context(), connect.NewRequest(&pb.JoinPartyRequest{Code: ann.code, MemberToken: ann.token}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPartyRate(t *testing.T) {
	r := start(t, nil)
	r.from = "203.0.113.7"
	for range partyPerAddress.Burst {
		r.createParty(t, "Ann")
	}
	_, err := r.api.CreateParty(t.Context(), connect.NewRequest(&pb.CreatePartyRequest{}))
	wantCode(t, err, connect.CodeResourceExhausted, "too many parties")
}
