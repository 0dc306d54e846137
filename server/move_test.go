package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/sim"
)

// mover is a player who follows their room wherever it goes.
type mover struct {
	mu     sync.Mutex
	seat   uint32
	last   sim.Tick
	widest int // ticks between two snapshots
	faults []string
	heard  map[string]int
}

func (m *mover) fault(what string) { m.faults = append(m.faults, what) }

// follow plays until ctx ends.
func (m *mover) follow(ctx context.Context, room string) error {
	c, err := client.Dial(ctx, room, client.Options{Name: "mover"})
	if err != nil {
		return err
	}
	return c.Run(ctx, client.Handler{
		Input: func(_ *client.Session, tick sim.Tick, values []int32) { values[0] = int32(tick)%200 - 100 },
		Notice: func(n *pb.Notice) {
			m.mu.Lock()
			defer m.mu.Unlock()
			if text := n.GetAnnouncement(); text != "" {
				m.heard[text]++
			}
		},
		Snapshot: func(s *client.Session) {
			m.mu.Lock()
			defer m.mu.Unlock()
			tick, seat := s.Tick(), s.Welcome().GetSeat()
			if m.seat != 0 && seat != m.seat {
				m.fault("another seat")
			}
			if tick <= m.last {
				m.fault("the room went back")
			} else if m.last != 0 {
				m.widest = max(m.widest, tick.Since(m.last))
			}
			m.seat, m.last = seat, tick
		},
	})
}

func lobbyOf(n *Node) metronomev1connect.LobbyServiceClient {
	return metronomev1connect.NewLobbyServiceClient(http.DefaultClient, n.LocalURL())
}

// TestARoomMovesUnderItsPlayers: to and fro between two nodes, while a player plays and
// is told things; then its node stops, and the room goes by itself.
func TestARoomMovesUnderItsPlayers(t *testing.T) {
	const moves = 10
	store := startRedis(t)
	share := func(c *Config) { c.Redis, c.Open, c.AdminKey = store, "no", strings.Repeat("k", 32) }
	a, b := startTestNode(t, share), startTestNode(t, share)
	made, err := lobbyOf(a).CreateRoom(t.Context(), connect.NewRequest(&pb.CreateRoomRequest{Private: true, Name: "mover"}))
	if err != nil {
		t.Fatal(err)
	}
	id, code := made.Msg.GetJoin().GetRoom().GetId(), made.Msg.GetJoin().GetRoom().GetCode()
	m := &mover{heard: map[string]int{}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.follow(ctx, made.Msg.GetJoin().GetUrl()) }()
	playing := func(since sim.Tick) bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.last > since
	}
	waitFor(t, "the player plays", func() bool { return playing(0) })
	for range moves {
		waitFor(t, "the nodes know each other", func() bool { return len(a.lobby.Peers()) == 2 && len(b.lobby.Peers()) == 2 })
		r, _ := a.rooms.Get(id)
		if r == nil {
			t.Fatal("the room is gone")
		}
		if err := r.Announce("before move"); err != nil {
			t.Fatal(err)
		}
		at := r.Info().Tick
		waitFor(t, "the room moves", func() bool { // a move that takes too long is none
			_, err := consoleOf(a).MoveRoom(t.Context(), connect.NewRequest(&pb.MoveRoomRequest{Room: id, To: b.URL()}))
			_, there := b.rooms.Get(id)
			if err != nil {
				t.Log(err)
			}
			return there
		})
		waitFor(t, "the player goes on", func() bool { return playing(at.Add(30)) })
		a, b = b, a
	}
	// A code leads to the room wherever it is.
	waitFor(t, "the code leads to the room", func() bool {
		found, err := lobbyOf(b).JoinRoom(t.Context(), connect.NewRequest(&pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Code{Code: code}, Name: "bob"}))
		return err == nil && found.Msg.GetJoin().GetRoom().GetNode() == a.URL()
	})
	r, _ := a.rooms.Get(id)
	at := r.Info().Tick
	a.Drain(t.Context())
	if err := a.Stop(); err != nil {
		t.Error(err)
	}
	waitFor(t, "the player goes on", func() bool { return playing(at.Add(30)) })
	if _, ok := b.rooms.Get(id); !ok {
		t.Error("the room is not on the node that is left")
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the player ended with %v", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.faults) > 0 || m.heard["before move"] != moves {
		t.Errorf("%q, heard %v", m.faults, m.heard)
	}
	t.Logf("%d moves, at most %d ticks between two snapshots", moves+1, m.widest)
}

// TestARoomThatNobodyTakesStays.
func TestARoomThatNobodyTakesStays(t *testing.T) {
	store := startRedis(t)
	share := func(c *Config) { c.Redis, c.Open, c.AdminKey = store, "yes", strings.Repeat("k", 32) }
	a := startTestNode(t, share)
	full := startTestNode(t, func(c *Config) {
		share(c)
		c.MaxRooms = 1
	})
	waitFor(t, "the nodes know each other", func() bool { return len(a.lobby.Peers()) == 2 })
	id := a.home.ID()
	player := join(t, a, id)
	player.must(player.next())
	for to, code := range map[string]connect.Code{
		full.URL(): connect.CodeResourceExhausted, "http://nowhere.invalid": connect.CodeFailedPrecondition, a.URL(): connect.CodeInvalidArgument,
	} {
		_, err := consoleOf(a).MoveRoom(t.Context(), connect.NewRequest(&pb.MoveRoomRequest{Room: id, To: to}))
		if connect.CodeOf(err) != code {
			t.Errorf("to %s: %v, want %v", to, err, code)
		}
	}
	player.send(&netproto.ClientFrame{Leave: true})
	if end := player.ends(); end.Code != netproto.CloseBye {
		t.Errorf("left with %v", end)
	}
	waitFor(t, "the room is listed where it stays", func() bool {
		room, ok := a.lobby.Find(id)
		return ok && room.Node == a.lobby.NodeID()
	})
}
