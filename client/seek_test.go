package client

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// knowing is a node's lobby that says one thing of rooms; nil: it knows of none.
type knowing struct {
	metronomev1connect.UnimplementedLobbyServiceHandler
	says *pb.FindRoomResponse
}

func (k *knowing) FindRoom(context.Context, *connect.Request[pb.FindRoomRequest]) (*connect.Response[pb.FindRoomResponse], error) {
	if k.says == nil {
		return nil, connect.NewError(connect.CodeNotFound, errors.New("no such room"))
	}
	return connect.NewResponse(k.says), nil
}

func nodeThatSays(t *testing.T, says *pb.FindRoomResponse) string {
	mux := http.NewServeMux()
	mux.Handle(metronomev1connect.NewLobbyServiceHandler(&knowing{says: says}))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func TestASeatIsTakenBackWhereItsRoomGoesOn(t *testing.T) {
	const old, next, last = "ws://127.0.0.1:1/rooms/r", "ws://127.0.0.1:2/rooms/r", "ws://127.0.0.1:3/rooms/r"
	unreachable, gone, stale := errors.New("connection refused"), &RefusedError{Status: http.StatusNotFound}, &RefusedError{Status: http.StatusUnauthorized}
	for _, test := range []struct {
		what    string
		nodes   []*pb.FindRoomResponse
		moved   string
		silent  time.Duration
		refuses map[string]error
		tried   []string
		sought  bool
		err     error
	}{
		{what: "where it was", nodes: []*pb.FindRoomResponse{nil}, tried: []string{old}},
		{what: "where the server said", moved: next, tried: []string{next}},
		{what: "where another node says", nodes: []*pb.FindRoomResponse{nil, {Url: next, Epoch: 2}}, refuses: map[string]error{old: unreachable}, tried: []string{old, next}},
		{what: "a node that has it no more", nodes: []*pb.FindRoomResponse{{Url: next, Epoch: 2}}, refuses: map[string]error{old: gone}, tried: []string{old, next}},
		{
			what: "the newest counts", nodes: []*pb.FindRoomResponse{{Url: next, Epoch: 2}, {Url: last, Epoch: 3}, {Url: old, Epoch: 1}},
			refuses: map[string]error{old: unreachable}, tried: []string{old, last},
		},
		{what: "a node that stands still", silent: 3 * time.Second, nodes: []*pb.FindRoomResponse{{Url: next, Epoch: 2}}, tried: []string{next}},
		{what: "a network that stood still", silent: 3 * time.Second, nodes: []*pb.FindRoomResponse{{Url: old, Epoch: 2}}, tried: []string{old}},
		{what: "nobody has it yet", nodes: []*pb.FindRoomResponse{{Epoch: 2, Kept: true}}, refuses: map[string]error{old: unreachable}, tried: []string{old}, sought: true, err: unreachable},
		{what: "nobody has noticed yet", nodes: []*pb.FindRoomResponse{{Url: old, Epoch: 2, Kept: true}}, refuses: map[string]error{old: unreachable}, tried: []string{old}, sought: true, err: unreachable},
		{what: "a room that is not kept", nodes: []*pb.FindRoomResponse{{Url: old, Epoch: 2}}, refuses: map[string]error{old: unreachable}, tried: []string{old}, err: unreachable},
		{what: "a room that is gone", nodes: []*pb.FindRoomResponse{nil, nil}, refuses: map[string]error{old: gone}, tried: []string{old}, err: gone},
		{what: "no other node", refuses: map[string]error{old: gone}, tried: []string{old}, err: gone},
		{what: "a token that is stale", nodes: []*pb.FindRoomResponse{{Url: next, Epoch: 2}}, refuses: map[string]error{old: stale}, tried: []string{old}, err: stale},
	} {
		s := &Session{moved: test.moved, resume: "token", kept: time.Now().Add(time.Minute)}
		if test.silent > 0 {
			s.heard = time.Now().Add(-test.silent)
		}
		for _, says := range test.nodes {
			s.nodes = append(s.nodes, nodeThatSays(t, says))
		}
		var tried []string
		url, err := s.TakeBack(t.Context(), old, Options{}, func(room string) error {
			tried = append(tried, room)
			return test.refuses[room]
		})
		var sought *soughtError
		if !slices.Equal(tried, test.tried) || url != test.tried[len(test.tried)-1] || !errors.Is(err, test.err) || errors.As(err, &sought) != test.sought {
			t.Errorf("%s: tried %v, ended at %s with %v", test.what, tried, url, err)
		}
		if next, ok := new(Retry).After(err, true, 1); test.sought && (!ok || next.Comeback != netproto.Resume || next.Pause > 150*time.Millisecond) {
			t.Errorf("%s: next %+v", test.what, next)
		}
	}
}

// Nodes that do not answer say nothing against the seat.
func TestASeatWaitsWhileNobodyAnswers(t *testing.T) {
	s := &Session{nodes: []string{"http://127.0.0.1:1"}}
	_, err := s.TakeBack(t.Context(), "ws://127.0.0.1:1/rooms/r", Options{}, func(string) error { return &RefusedError{Status: http.StatusNotFound} })
	var sought *soughtError
	if !errors.As(err, &sought) {
		t.Errorf("ended with %v", err)
	}
}

// What was known of one room says nothing of the next.
func TestAnotherRoomMayBeOlder(t *testing.T) {
	s := &Session{Blind: true, epoch: 9}
	w := &pb.Welcome{TickHz: 30, Schema: &pb.Schema{}, Resumed: true}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.greet(w))
	if s.epoch != 9 {
		t.Errorf("a seat that was taken back knows epoch %d of its room, want 9", s.epoch)
	}
	w.Resumed = false
	must(s.greet(w))
	if s.epoch != 0 {
		t.Errorf("in another room epoch %d is expected", s.epoch)
	}
}
