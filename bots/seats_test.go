package bots

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"connectrpc.com/connect"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// fakeLobby makes rooms that are only numbers.
type fakeLobby struct {
	metronomev1connect.UnimplementedLobbyServiceHandler
	mu     sync.Mutex
	rooms  map[string]int // seats taken
	size   int
	made   int
	fail   int // so many CreateRoom fail first
	closed map[string]bool
}

func (l *fakeLobby) join(id string) *pb.Join {
	l.rooms[id]++
	return &pb.Join{Room: &pb.Room{Id: id}, Url: "ws://host/rooms/" + id + "?ticket=x"}
}

func (l *fakeLobby) CreateRoom(_ context.Context, r *connect.Request[pb.CreateRoomRequest]) (*connect.Response[pb.CreateRoomResponse], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail > 0 {
		l.fail--
		return nil, connect.NewError(connect.CodeResourceExhausted, errors.New("no space"))
	}
	l.made++
	l.size = int(r.Msg.GetSeats())
	return connect.NewResponse(&pb.CreateRoomResponse{Join: l.join(fmt.Sprint("room", l.made))}), nil
}

func (l *fakeLobby) JoinRoom(_ context.Context, r *connect.Request[pb.JoinRoomRequest]) (*connect.Response[pb.JoinRoomResponse], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := r.Msg.GetId()
	switch {
	case l.closed[id]:
		return nil, connect.NewError(connect.CodeNotFound, errors.New("no such room"))
	case l.rooms[id] == l.size:
		return nil, connect.NewError(connect.CodeResourceExhausted, errors.New("full"))
	}
	return connect.NewResponse(&pb.JoinRoomResponse{Join: l.join(id)}), nil
}

func (l *fakeLobby) QuickPlay(context.Context, *connect.Request[pb.QuickPlayRequest]) (*connect.Response[pb.QuickPlayResponse], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return connect.NewResponse(&pb.QuickPlayResponse{Join: l.join("quick")}), nil
}

// startLobby serves a fake lobby and returns the seats there.
func startLobby(t *testing.T, l *fakeLobby, c Config) *seats {
	t.Helper()
	l.rooms, l.closed = map[string]int{}, map[string]bool{}
	mux := http.NewServeMux()
	mux.Handle(metronomev1connect.NewLobbyServiceHandler(l))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c.Server, c.HTTP = server.URL, server.Client()
	s, err := newSeats(&c)
	check(t, err)
	return s
}

// findAll has players look for seats at the same time.
func findAll(t *testing.T, s *seats, players int) (failed int) {
	t.Helper()
	var wait sync.WaitGroup
	var mu sync.Mutex
	for i := range players {
		wait.Go(func() {
			if _, err := s.find(t.Context(), i); err != nil {
				mu.Lock()
				failed++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return failed
}

func TestSeatsFillRooms(t *testing.T) {
	for _, c := range []struct{ players, size, rooms int }{{1, 1, 1}, {10, 1, 10}, {20, 5, 4}, {23, 5, 5}, {4, 5, 1}} {
		l := &fakeLobby{}
		s := startLobby(t, l, Config{RoomSize: c.size})
		failed := findAll(t, s, c.players)
		full := 0
		for _, taken := range l.rooms {
			if taken == c.size {
				full++
			}
		}
		if failed != 0 || l.made != c.rooms || full != c.players/c.size {
			t.Errorf("%d players in rooms of %d: %d failed, %d rooms, %d full", c.players, c.size, failed, l.made, full)
		}
	}
}

// TestSeatsAfterARoomIsOver: who asks first finds out, the next makes another.
func TestSeatsAfterARoomIsOver(t *testing.T) {
	l := &fakeLobby{}
	s := startLobby(t, l, Config{RoomSize: 4})
	findAll(t, s, 4)
	l.closed["room1"] = true
	first, second := findAll(t, s, 1), findAll(t, s, 4)
	if first != 1 || second != 0 || l.made != 2 || l.rooms["room2"] != 4 {
		t.Errorf("%d and %d failed, %d rooms made, %d in the second", first, second, l.made, l.rooms["room2"])
	}
}

func TestSeatsAfterARoomCouldNotBeMade(t *testing.T) {
	l := &fakeLobby{fail: 1}
	s := startLobby(t, l, Config{RoomSize: 1})
	if first, second := findAll(t, s, 1), findAll(t, s, 1); first != 1 || second != 0 {
		t.Errorf("%d and %d failed", first, second)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.rooms[7] = &made{done: make(chan struct{})} // somebody is making it
	if _, err := s.find(ctx, 7); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for a room after ctx ended: %v", err)
	}
}

func TestSeatsElsewhere(t *testing.T) {
	l := &fakeLobby{size: 9}
	for want, c := range map[string]Config{
		"ws://host/rooms/quick?ticket=x": {},
		"ws://host/rooms/den?ticket=x":   {Room: "den"},
		"http://h/rooms/y":               {Room: "http://h/rooms/y", RoomSize: 5},
	} {
		if got, err := startLobby(t, l, c).find(t.Context(), 0); err != nil || got != want {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
	for room, want := range map[string]string{"ws://h/rooms/y?ticket=x": "ws://h/rooms/y", "ws://h/rooms/%zz?x": "ws://h/rooms/%zz?x"} {
		if got := lasting(room); got != want {
			t.Errorf("%s lasts as %s", room, got)
		}
	}
}
