package client

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// matchNode is a node's match service that does as it is told.
type matchNode struct {
	metronomev1connect.UnimplementedMatchServiceHandler
	enqueue func(*pb.EnqueueRequest) (*pb.EnqueueResponse, error)
	// watches are what each watch in turn does; the last does for all after it.
	watches []func(ctx context.Context, send func(*pb.EntryStatus)) error

	mu    sync.Mutex
	calls []string
}

func (n *matchNode) note(call string) (count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls = append(n.calls, call)
	for _, c := range n.calls {
		if c == call {
			count++
		}
	}
	return count
}

func (n *matchNode) noted() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.calls)
}

func (n *matchNode) Enqueue(_ context.Context, r *connect.Request[pb.EnqueueRequest]) (*connect.Response[pb.EnqueueResponse], error) {
	n.note("enqueue " + r.Msg.GetQueue())
	if n.enqueue == nil {
		return connect.NewResponse(&pb.EnqueueResponse{Status: &pb.EntryStatus{Entry: "duel.1", State: "waiting"}, MemberToken: "secret"}), nil
	}
	answer, err := n.enqueue(r.Msg)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(answer), nil
}

func (n *matchNode) WatchEntry(ctx context.Context, r *connect.Request[pb.WatchEntryRequest], stream *connect.ServerStream[pb.WatchEntryResponse]) error {
	count := n.note("watch " + r.Msg.GetEntry() + " " + r.Msg.GetMemberToken())
	watch := n.watches[min(count, len(n.watches))-1]
	return watch(ctx, func(s *pb.EntryStatus) {
		s.Entry = r.Msg.GetEntry()
		_ = stream.Send(&pb.WatchEntryResponse{Status: s})
	})
}

func (n *matchNode) AcceptMatch(_ context.Context, r *connect.Request[pb.AcceptMatchRequest]) (*connect.Response[pb.AcceptMatchResponse], error) {
	n.note("accept " + r.Msg.GetMemberToken() + map[bool]string{true: " yes", false: " no"}[r.Msg.GetYes()])
	return connect.NewResponse(&pb.AcceptMatchResponse{}), nil
}

func (n *matchNode) CancelEntry(_ context.Context, r *connect.Request[pb.CancelEntryRequest]) (*connect.Response[pb.CancelEntryResponse], error) {
	n.note("cancel " + r.Msg.GetEntry() + " " + r.Msg.GetMemberToken())
	return connect.NewResponse(&pb.CancelEntryResponse{}), nil
}

// serve starts a node.
func (n *matchNode) serve(t *testing.T) (url string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(metronomev1connect.NewMatchServiceHandler(n))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func lobbyOf(t *testing.T, servers ...string) *Lobby {
	t.Helper()
	transport := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(transport.CloseIdleConnections)
	l, err := NewLobby(servers[0], transport)
	check(t, err)
	l.Learn(servers[1:])
	return l
}

func openAt(url string) *pb.EntryStatus {
	return &pb.EntryStatus{State: "open", Join: &pb.Join{Url: url, Room: &pb.Room{}}}
}

func wantCalls(t *testing.T, n *matchNode, want ...string) {
	t.Helper()
	if got := n.noted(); !slices.Equal(got, want) {
		t.Errorf("the node was asked %q, want %q", got, want)
	}
}

func TestMatchmake(t *testing.T) {
	offered := func(accepted string) *pb.EntryStatus {
		return &pb.EntryStatus{State: "offered", Match: &pb.EntryMatch{Id: "m1"}, Member: []*pb.EntryMember{{Name: "other"}, {You: true, Accepted: accepted}}}
	}
	n := &matchNode{watches: []func(context.Context, func(*pb.EntryStatus)) error{
		func(_ context.Context, send func(*pb.EntryStatus)) error {
			send(&pb.EntryStatus{State: "waiting"})
			send(offered(""))
			send(offered("")) // another has accepted, and the answer is on its way
			send(offered("yes"))
			send(&pb.EntryStatus{State: "opening"})
			send(openAt("ws://room"))
			return nil
		},
	}}
	var states []string
	m, err := lobbyOf(t, n.serve(t)).Matchmake(t.Context(), "duel", MatchOptions{Name: "Ann", Progress: func(s *pb.EntryStatus) { states = append(states, s.GetState()) }})
	check(t, err)
	if m.Join.GetUrl() != "ws://room" || m.Entry != "duel.1" || m.MemberToken != "secret" {
		t.Errorf("matched as %+v", m)
	}
	if want := "waiting offered offered offered opening open"; strings.Join(states, " ") != want {
		t.Errorf("told of %v, want %s", states, want)
	}
	wantCalls(t, n, "enqueue duel", "watch duel.1 secret", "accept secret yes")
}

func TestMatchmakeDeclines(t *testing.T) {
	n := &matchNode{watches: []func(context.Context, func(*pb.EntryStatus)) error{
		func(_ context.Context, send func(*pb.EntryStatus)) error {
			send(&pb.EntryStatus{State: "offered", Match: &pb.EntryMatch{Id: "m1"}})
			send(&pb.EntryStatus{State: "declined", Final: true, Why: "did not want to"})
			return nil
		},
	}}
	_, err := lobbyOf(t, n.serve(t)).Matchmake(t.Context(), "duel", MatchOptions{Accept: func(*pb.EntryStatus) bool { return false }})
	unmatched, ok := errors.AsType[*UnmatchedError](err)
	if !ok || unmatched.State != "declined" || unmatched.Entry != "duel.1" || !strings.Contains(err.Error(), "did not want to") {
		t.Errorf("%v", err)
	}
	if next, again := new(Retry).After(err, false, 0); !again {
		t.Errorf("who was not matched does not queue again: %v", next)
	}
	wantCalls(t, n, "enqueue duel", "watch duel.1 secret", "accept secret no")
}

// A watch that breaks goes on, on the node that is there; the entry is the same.
func TestMatchmakeResumes(t *testing.T) {
	stopping := connect.NewError(connect.CodeUnavailable, errors.New("stopping"))
	first := &matchNode{watches: []func(context.Context, func(*pb.EntryStatus)) error{
		func(_ context.Context, send func(*pb.EntryStatus)) error {
			send(&pb.EntryStatus{State: "waiting"})
			return stopping
		},
		func(context.Context, func(*pb.EntryStatus)) error { return stopping },
	}}
	second := &matchNode{watches: []func(context.Context, func(*pb.EntryStatus)) error{
		func(_ context.Context, send func(*pb.EntryStatus)) error {
			send(&pb.EntryStatus{State: "waiting"})
			return nil // a proxy has had enough
		},
		func(_ context.Context, send func(*pb.EntryStatus)) error {
			send(openAt("ws://room"))
			return nil
		},
	}}
	m, err := lobbyOf(t, first.serve(t), second.serve(t)).Matchmake(t.Context(), "duel", MatchOptions{})
	check(t, err)
	if m.Join.GetUrl() != "ws://room" {
		t.Errorf("matched as %+v", m)
	}
	wantCalls(t, first, "enqueue duel", "watch duel.1 secret", "watch duel.1 secret")
	wantCalls(t, second, "watch duel.1 secret", "watch duel.1 secret")
}

func TestMatchmakeCancels(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := &matchNode{watches: []func(context.Context, func(*pb.EntryStatus)) error{
		func(ctx context.Context, send func(*pb.EntryStatus)) error {
			send(&pb.EntryStatus{State: "waiting"})
			<-ctx.Done()
			return ctx.Err()
		},
	}}
	_, err := lobbyOf(t, n.serve(t)).Matchmake(ctx, "duel", MatchOptions{Progress: func(*pb.EntryStatus) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	wantCalls(t, n, "enqueue duel", "watch duel.1 secret", "cancel duel.1 secret")
}

func TestMatchmakeOfEntryThatIsThere(t *testing.T) {
	gone := func(context.Context, func(*pb.EntryStatus)) error {
		return connect.NewError(connect.CodeNotFound, errors.New("nobody knows it"))
	}
	n := &matchNode{watches: []func(context.Context, func(*pb.EntryStatus)) error{gone}}
	_, err := lobbyOf(t, n.serve(t)).Matchmake(t.Context(), "duel", MatchOptions{Entry: "duel.7", MemberToken: "old"})
	if unmatched, ok := errors.AsType[*UnmatchedError](err); !ok || unmatched.State != "lost" {
		t.Errorf("%v", err)
	}
	wantCalls(t, n, "watch duel.7 old")
}

// A known user who waits already goes on with that entry, of the same queue.
func TestMatchmakeAsUserWhoWaits(t *testing.T) {
	n := &matchNode{
		enqueue: func(*pb.EnqueueRequest) (*pb.EnqueueResponse, error) {
			err := connect.NewError(connect.CodeAlreadyExists, errors.New("waits already"))
			detail, fault := connect.NewErrorDetail(&pb.EntryQueued{Entry: "duel.3"})
			check(t, fault)
			err.AddDetail(detail)
			return nil, err
		},
		watches: []func(context.Context, func(*pb.EntryStatus)) error{func(_ context.Context, send func(*pb.EntryStatus)) error {
			send(openAt("ws://room"))
			return nil
		}},
	}
	url := n.serve(t)
	m, err := lobbyOf(t, url).As("token").Matchmake(t.Context(), "duel", MatchOptions{})
	check(t, err)
	if m.Entry != "duel.3" {
		t.Errorf("matched as %+v", m)
	}
	for _, l := range []*Lobby{lobbyOf(t, url), lobbyOf(t, url).As("token")} {
		queue := "duel"
		if l.token != "" {
			queue = "squads"
		}
		if _, err := l.Matchmake(t.Context(), queue, MatchOptions{}); connect.CodeOf(err) != connect.CodeAlreadyExists {
			t.Errorf("in %s: %v", queue, err)
		}
	}
}

// A server that has no queues, or a wrong member token, is not asked for a minute.
func TestMatchmakeRefused(t *testing.T) {
	for _, code := range []connect.Code{connect.CodePermissionDenied, connect.CodeUnauthenticated, connect.CodeFailedPrecondition} {
		n := &matchNode{watches: []func(context.Context, func(*pb.EntryStatus)) error{
			func(context.Context, func(*pb.EntryStatus)) error { return connect.NewError(code, errors.New("no")) },
		}}
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		_, err := lobbyOf(t, n.serve(t)).Matchmake(ctx, "duel", MatchOptions{})
		stop()
		if connect.CodeOf(err) != code {
			t.Errorf("%v, want %v", err, code)
		}
	}
}
