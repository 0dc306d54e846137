package match

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

func TestListQueues(t *testing.T) {
	r := start(t, nil)
	answer, err := r.api.ListQueues(t.Context(), connect.NewRequest(&pb.ListQueuesRequest{}))
	if err != nil {
		t.Fatal(err)
	}
	duel, squads := answer.Msg.GetQueue()[0], answer.Msg.GetQueue()[1]
	if duel.GetTitle() != "Duel" || duel.GetAcceptSeconds() != 15 || duel.GetLimitSeconds() != 60 || duel.GetEstimateMs() != 1500 || len(duel.GetTeam()) != 2 {
		t.Errorf("duel is %v", duel)
	}
	if squads.GetTitle() != "squads" || squads.GetPartyMost() != 3 || squads.EstimateMs != nil || squads.GetRole()[0].GetTitle() != "Healer" {
		t.Errorf("squads is %v", squads)
	}
	if len(duel.GetRegion()) != 2 || duel.GetRegion()[1].GetProbeUrl() != "" {
		t.Errorf("the regions of duel are %v, want nowhere to probe where no node is", duel.GetRegion())
	}
}

func TestProbe(t *testing.T) {
	r := start(t, nil)
	resp, err := http.Get(r.url + ProbePath)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent || resp.Header.Get("Access-Control-Allow-Origin") != "*" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a probe was answered %s with %v", resp.Status, resp.Header)
	}
}

// One player waits, is offered a match, accepts, and is given a seat; the watch drops
// in between and is opened again.
func TestOneWay(t *testing.T) {
	r := start(t, nil)
	answer := r.enqueue(t, &pb.EnqueueRequest{Queue: "duel", Name: " Ann\n", Latency: map[string]uint32{"eu": 30}})
	entry, token := answer.GetStatus().GetEntry(), answer.GetMemberToken()
	if s := answer.GetStatus(); s.GetState() != "waiting" || s.EstimateMs != nil || s.GetWindow() != 50 || s.LatencyMs != nil || !s.GetMember()[0].GetYou() || s.GetMember()[0].GetName() != "Ann" {
		t.Errorf("enqueued as %v", s)
	}
	if a := r.asked[0]; a.Latency["eu"] != 30 || a.Members[0].Known || strings.Contains(string(a.Members[0].Proof), token) {
		t.Errorf("the matchmaker was asked %+v", a)
	}
	w := r.watch(t, entry, token, "")
	w.until("waiting", inState("waiting"))
	r.set(entry, func(s *matchmaker.Status) { s.State, s.Match = queue.Offered, matchOf(s, queue.Offered) })
	s := w.until("offered", inState("offered"))
	if m := s.GetMatch(); m.GetSeats() != 3 || m.GetBots() != 1 || m.GetAccepted() != 1 || m.GetUntilMs() == 0 || m.GetUntilMs() > 10_000 || s.GetJoin() != nil {
		t.Errorf("offered as %v", s)
	}
	if s.GetMember()[0].GetTeam() != 1 || s.GetMember()[0].GetAccepted() != "" {
		t.Errorf("the member is %v", s.GetMember()[0])
	}
	accepted, err := r.api.AcceptMatch(t.Context(), connect.NewRequest(&pb.AcceptMatchRequest{Entry: entry, MemberToken: token, Yes: true}))
	if err != nil || accepted.Msg.GetStatus().GetMember()[0].GetAccepted() != "yes" {
		t.Fatalf("accepted as %v, %v", accepted, err)
	}
	w.close()
	w = r.watch(t, entry, token, "")
	w.until("offered again", inState("offered"))
	r.set(entry, func(s *matchmaker.Status) { s.State, s.Match = queue.Open, matchOf(s, queue.Open) })
	s = w.until("open", inState("open"))
	url := s.GetJoin().GetUrl()
	if !strings.HasPrefix(url, "ws://node/rooms/room1?ticket=guest:"+entry) {
		t.Errorf("the seat is at %q", url)
	}
	r.set(entry, func(s *matchmaker.Status) { s.Size++ })
	if s = w.until("a bigger queue", func(s *pb.EntryStatus) bool { return s.GetSize() == 2 }); s.GetJoin().GetUrl() != url {
		t.Error("one watch is given two tickets")
	}
	_, err = r.api.AcceptMatch(t.Context(), connect.NewRequest(&pb.AcceptMatchRequest{Entry: entry, MemberToken: token, Yes: true}))
	wantCode(t, err, connect.CodeFailedPrecondition, "too late")
	r.set(entry, func(s *matchmaker.Status) { s.State = queue.Played })
	if s = w.until("played", inState("played")); !s.GetFinal() || s.GetJoin() != nil {
		t.Errorf("played as %v", s)
	}
	if err := w.end(); err != nil {
		t.Errorf("the watch ended with %v", err)
	}
}

func TestCancelAndExplain(t *testing.T) {
	r := start(t, nil)
	answer := r.enqueue(t, &pb.EnqueueRequest{Queue: "duel"})
	entry, token := answer.GetStatus().GetEntry(), answer.GetMemberToken()
	why, err := r.api.ExplainEntry(t.Context(), connect.NewRequest(&pb.ExplainEntryRequest{Entry: entry, MemberToken: token}))
	if err != nil {
		t.Fatal(err)
	}
	if m := why.Msg; m.GetSeen() != 3 || m.GetCandidates() != 1 || m.GetFill() != 0.5 || m.GetStatus().GetReason()[0].GetCause() != "rating" {
		t.Errorf("explained by %v", m)
	}
	w := r.watch(t, entry, token, "")
	w.until("waiting", inState("waiting"))
	canceled, err := r.api.CancelEntry(t.Context(), connect.NewRequest(&pb.CancelEntryRequest{Entry: entry, MemberToken: token}))
	if err != nil || canceled.Msg.GetStatus().GetState() != "canceled" {
		t.Fatalf("canceled as %v, %v", canceled, err)
	}
	if s := w.until("canceled", inState("canceled")); s.GetWhy() != "canceled" {
		t.Errorf("watched as %v", s)
	}
	// Once more is no error: what was asked for is so.
	if again, err := r.api.CancelEntry(t.Context(), connect.NewRequest(&pb.CancelEntryRequest{Entry: entry, MemberToken: token})); err != nil || !again.Msg.GetStatus().GetFinal() {
		t.Errorf("canceled again: %v, %v", again, err)
	}
}

func TestWhoseEntry(t *testing.T) {
	r := start(t, nil)
	mine := r.enqueue(t, &pb.EnqueueRequest{Queue: "duel"})
	others := r.enqueue(t, &pb.EnqueueRequest{Queue: "duel"})
	entry := mine.GetStatus().GetEntry()
	for _, call := range []func(token string) error{
		func(token string) error { return r.watch(t, entry, token, "").end() },
		func(token string) error {
			_, err := r.api.CancelEntry(t.Context(), connect.NewRequest(&pb.CancelEntryRequest{Entry: entry, MemberToken: token}))
			return err
		},
		func(token string) error {
			_, err := r.api.AcceptMatch(t.Context(), connect.NewRequest(&pb.AcceptMatchRequest{Entry: entry, MemberToken: token}))
			return err
		},
		func(token string) error {
			_, err := r.api.ExplainEntry(t.Context(), connect.NewRequest(&pb.ExplainEntryRequest{Entry: entry, MemberToken: token}))
			return err
		},
	} {
		wantCode(t, call(others.GetMemberToken()), connect.CodePermissionDenied, "not yours")
		wantCode(t, call(""), connect.CodeUnauthenticated, "member_token")
		wantCode(t, call(strings.Repeat("x", 65)), connect.CodeInvalidArgument, "at most 64")
	}
	if s, _ := r.Status(t.Context(), entry); s.State != queue.Waiting {
		t.Errorf("the entry is %s by somebody else's doing", s.State)
	}
}

func TestBadEntries(t *testing.T) {
	r := start(t, nil)
	many := map[string]uint32{}
	for i := range maxRegions + 1 {
		many[strings.Repeat("r", i+1)] = 1
	}
	for name, c := range map[string]struct {
		m    *pb.EnqueueRequest
		code connect.Code
		text string
	}{
		"no queue":        {&pb.EnqueueRequest{}, connect.CodeNotFound, "there are: duel, squads"},
		"unknown queue":   {&pb.EnqueueRequest{Queue: strings.Repeat("é", 4000)}, connect.CodeNotFound, "there are: duel, squads"},
		"slow":            {&pb.EnqueueRequest{Queue: "duel", Latency: map[string]uint32{"eu": 10_001}}, connect.CodeInvalidArgument, "at most 10000"},
		"many regions":    {&pb.EnqueueRequest{Queue: "duel", Latency: many}, connect.CodeInvalidArgument, "at most 32"},
		"nameless region": {&pb.EnqueueRequest{Queue: "duel", Latency: map[string]uint32{"": 1}}, connect.CodeInvalidArgument, "1 to 32"},
		"long role":       {&pb.EnqueueRequest{Queue: "duel", Role: []string{strings.Repeat("x", 33)}}, connect.CodeInvalidArgument, "1 to 32"},
		"role twice":      {&pb.EnqueueRequest{Queue: "duel", Role: []string{"a", "a"}}, connect.CodeInvalidArgument, "twice"},
		"many roles":      {&pb.EnqueueRequest{Queue: "duel", Role: strings.Split("a b c d e f g h i", " ")}, connect.CodeInvalidArgument, "at most 8"},
		"no such party":   {&pb.EnqueueRequest{Queue: "squads", Party: "ABCDEF", MemberToken: "x"}, connect.CodeNotFound, "no party"},
		"no code":         {&pb.EnqueueRequest{Queue: "squads", Party: "!", MemberToken: "x"}, connect.CodeNotFound, "no party"},
		"party of whom":   {&pb.EnqueueRequest{Queue: "squads", Party: "ABCDEF"}, connect.CodeUnauthenticated, "member_token"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.api.Enqueue(t.Context(), connect.NewRequest(c.m))
			wantCode(t, err, c.code, c.text)
		})
	}
	if len(r.asked) != 0 {
		t.Errorf("the matchmaker was asked %+v", r.asked)
	}
	for entry, code := range map[string]connect.Code{
		"": connect.CodeInvalidArgument, strings.Repeat("x", maxEntry+1): connect.CodeInvalidArgument, "duel.9": connect.CodeNotFound,
	} {
		wantCode(t, r.watch(t, entry, "x", "").end(), code, "")
	}
	for down, code := range map[error]connect.Code{
		matchmaker.ErrUnavailable: connect.CodeUnavailable, matchmaker.ErrBusy: connect.CodeResourceExhausted, matchmaker.ErrInvalid: connect.CodeInvalidArgument,
	} {
		r.mu.Lock()
		r.down = down
		r.mu.Unlock()
		_, err := r.api.Enqueue(t.Context(), connect.NewRequest(&pb.EnqueueRequest{Queue: "duel"}))
		wantCode(t, err, code, "")
	}
}

func TestNoQueues(t *testing.T) {
	r := start(t, func(c *Config) { c.Matchmaker = nil })
	answer, err := r.api.ListQueues(t.Context(), connect.NewRequest(&pb.ListQueuesRequest{}))
	if err != nil || len(answer.Msg.GetQueue()) != 0 {
		t.Errorf("%v, %v", answer, err)
	}
	_, err = r.api.Enqueue(t.Context(), connect.NewRequest(&pb.EnqueueRequest{Queue: "duel"}))
	wantCode(t, err, connect.CodeFailedPrecondition, "--queues FILE")
	wantCode(t, r.watch(t, "duel.1", "x", "").end(), connect.CodeFailedPrecondition, "--queues FILE")
	_, err = r.api.CreateParty(t.Context(), connect.NewRequest(&pb.CreatePartyRequest{}))
	wantCode(t, err, connect.CodeFailedPrecondition, "--queues FILE")
}

func TestUsers(t *testing.T) {
	var sign func(lobby.Player) string
	r := start(t, func(c *Config) { sign = knowing(t, c, false) })
	ann := sign(lobby.Player{UserID: "u-ann", Name: "Ann", Rating: 1200, Data: []byte{7}})
	_, err := r.api.Enqueue(t.Context(), connect.NewRequest(&pb.EnqueueRequest{Queue: "duel"}))
	wantCode(t, err, connect.CodeUnauthenticated, "user token is needed")
	answer, err := r.api.Enqueue(t.Context(), as(&pb.EnqueueRequest{Queue: "duel", Name: "Somebody"}, ann))
	if err != nil {
		t.Fatal(err)
	}
	if m := r.asked[0].Members[0]; m.User != "u-ann" || !m.Known || m.Name != "Ann" || m.Rating != 1200 || len(m.Data) != 1 {
		t.Errorf("enqueued as %+v", m)
	}
	entry := answer.Msg.GetStatus().GetEntry()
	_, err = r.api.Enqueue(t.Context(), as(&pb.EnqueueRequest{Queue: "duel"}, ann))
	wantCode(t, err, connect.CodeAlreadyExists, entry)
	if got := queuedAs(t, err); got != entry {
		t.Errorf("the error's detail names the entry %q, want %q", got, entry)
	}
	// By the user token alone, on whatever device; and by the member token with a user
	// token that has become worthless.
	r.watch(t, entry, "", ann).until("waiting", inState("waiting"))
	r.watch(t, entry, answer.Msg.GetMemberToken(), "worthless").until("waiting", inState("waiting"))
	wantCode(t, r.watch(t, entry, "", sign(lobby.Player{UserID: "u-bob"})).end(), connect.CodePermissionDenied, "not yours")
	wantCode(t, r.watch(t, entry, "", "worthless").end(), connect.CodeUnauthenticated, "not taken")
	if err := r.service.Lobby.Ban(t.Context(), lobby.Ban{User: "u-cid", Reason: "spam"}); err != nil {
		t.Fatal(err)
	}
	_, err = r.api.Enqueue(t.Context(), as(&pb.EnqueueRequest{Queue: "duel"}, sign(lobby.Player{UserID: "u-cid"})))
	wantCode(t, err, connect.CodePermissionDenied, "spam")
	_, err = r.api.CreateParty(t.Context(), as(&pb.CreatePartyRequest{}, sign(lobby.Player{UserID: "u-cid"})))
	wantCode(t, err, connect.CodePermissionDenied, "spam")
}

func TestLimits(t *testing.T) {
	r := start(t, nil)
	r.from = "203.0.113.7"
	first := r.enqueue(t, &pb.EnqueueRequest{Queue: "duel"})
	entry, token := first.GetStatus().GetEntry(), first.GetMemberToken()
	r.enqueue(t, &pb.EnqueueRequest{Queue: "duel"})
	_, err := r.api.Enqueue(t.Context(), connect.NewRequest(&pb.EnqueueRequest{Queue: "duel"}))
	wantCode(t, err, connect.CodeResourceExhausted, "2 entries of this address")
	var open []*watching
	for range 2 * watchesPerEntry {
		w := r.watch(t, entry, token, "")
		w.until("waiting", inState("waiting"))
		open = append(open, w)
	}
	wantCode(t, r.watch(t, entry, token, "").end(), connect.CodeResourceExhausted, "watched from this address")
	r.from = "203.0.113.8"
	r.watch(t, entry, token, "").until("waiting", inState("waiting"))
	r.enqueue(t, &pb.EnqueueRequest{Queue: "duel"})
	r.from = "203.0.113.7"
	if _, err := r.api.CancelEntry(t.Context(), connect.NewRequest(&pb.CancelEntryRequest{Entry: entry, MemberToken: token})); err != nil {
		t.Fatal(err)
	}
	for _, w := range open {
		if err := w.end(); err != nil {
			t.Errorf("a watch ended with %v", err)
		}
	}
	r.enqueue(t, &pb.EnqueueRequest{Queue: "duel"})
}

func TestWatchesEndWithTheNode(t *testing.T) {
	r := start(t, nil)
	answer := r.enqueue(t, &pb.EnqueueRequest{Queue: "duel"})
	w := r.watch(t, answer.GetStatus().GetEntry(), answer.GetMemberToken(), "")
	w.until("waiting", inState("waiting"))
	r.service.EndWatches()
	wantCode(t, w.end(), connect.CodeUnavailable, "stopping")
}

// queuedAs is the entry that an error's detail names.
func queuedAs(t *testing.T, err error) string {
	t.Helper()
	coded, ok := errors.AsType[*connect.Error](err)
	if !ok || len(coded.Details()) != 1 {
		t.Fatalf("%v has no detail", err)
	}
	detail, err := coded.Details()[0].Value()
	if err != nil {
		t.Fatal(err)
	}
	queued, _ := detail.(*pb.EntryQueued)
	return queued.GetEntry()
}
