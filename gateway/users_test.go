package gateway

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/gateway/identity"
	"github.com/metronome-server/metronome/lobby"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// knowingUsers starts a node that lets in only users, and returns who signs for
// them.
func knowingUsers(t *testing.T, change func(*Config)) (*testNode, func(who lobby.Player) string) {
	t.Helper()
	keys := filepath.Join(t.TempDir(), "keys.json")
	text, err := identity.NewKeyFile()
	if err == nil {
		err = os.WriteFile(keys, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	users, err := identity.New(t.Context(), identity.Config{KeyFile: keys, Issuer: "studio", Audience: "game"})
	if err != nil {
		t.Fatal(err)
	}
	minter, err := identity.NewMinter(keys, "studio", "game")
	if err != nil {
		t.Fatal(err)
	}
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) {
		c.Users = users
		if change != nil {
			change(c)
		}
	})
	return n, func(who lobby.Player) string {
		token, err := minter.Token(who, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
}

func (n *testNode) lobbyAs(t *testing.T, token string) *client.Lobby {
	t.Helper()
	l, err := client.NewLobby(n.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l.As(token)
}

// enter plays in a room as a client does, until the test ends, and returns the
// seat once the welcome is there.
func enter(t *testing.T, url string) (seat sim.Seat, err error) {
	t.Helper()
	c, err := client.Dial(t.Context(), url, client.Options{})
	if err != nil {
		return 0, err
	}
	seats, done := make(chan sim.Seat, 1), make(chan struct{})
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(func() { stop(); <-done })
	go func() {
		defer close(done)
		told := false
		_ = c.Run(ctx, client.Handler{Snapshot: func(s *client.Session) {
			if !told {
				told = true
				seats <- s.Seat()
			}
		}})
	}()
	select {
	case seat = <-seats:
		return seat, nil
	case <-done:
		return 0, errors.New("it was closed before the welcome")
	}
}

// TestTokenGoesAllTheWay follows a user from their token to the seat that an
// operator sees, and back to the same seat from another device when the room is
// full.
func TestTokenGoesAllTheWay(t *testing.T) {
	n, sign := knowingUsers(t, nil)
	ann := n.lobbyAs(t, sign(lobby.Player{UserID: "ann@studio", Name: "Ann", Rating: 1500, Data: []byte("red hat")}))
	join, err := ann.CreateRoom(t.Context(), &pb.CreateRoomRequest{Mode: "puck", Name: "Mallory", Seats: 1})
	if err != nil {
		t.Fatal(err)
	}
	first, err := enter(t, join.GetUrl())
	if err != nil {
		t.Fatal(err)
	}
	target, _ := n.Rooms.Get(join.GetRoom().GetId())
	if seat, err := target.Seat(t.Context(), first); err != nil || seat.UserID != "ann@studio" || seat.Name != "Ann" {
		t.Errorf("the seat is %+v, %v", seat, err)
	}
	again, err := ann.JoinRoom(t.Context(), target.ID(), "")
	if err != nil {
		t.Fatalf("from another device: %v", err)
	}
	second, err := enter(t, again.GetUrl())
	if err != nil {
		t.Fatal(err)
	}
	if second != first || target.Info().Taken != 1 {
		t.Errorf("sat on %d, is on %d, %d taken", first, second, target.Info().Taken)
	}
	bo := n.lobbyAs(t, sign(lobby.Player{UserID: "bo", Name: "Bo"}))
	if _, err := bo.JoinRoom(t.Context(), target.ID(), ""); connect.CodeOf(err) != connect.CodeResourceExhausted {
		t.Errorf("another user is told %v", err)
	}
}

func TestWhoShowsNoTokenStaysOut(t *testing.T) {
	n, sign := knowingUsers(t, nil)
	for what, token := range map[string]string{"none": "", "forged": sign(lobby.Player{UserID: "ann"}) + "x", "an empty one": " "} {
		l := n.lobbyAs(t, token)
		_, quick := l.QuickPlay(t.Context(), "puck", "x")
		_, made := l.CreateRoom(t.Context(), &pb.CreateRoomRequest{Mode: "puck"})
		_, joined := l.JoinRoom(t.Context(), "any", "x")
		for call, err := range map[string]error{"QuickPlay": quick, "CreateRoom": made, "JoinRoom": joined} {
			if connect.CodeOf(err) != connect.CodeUnauthenticated {
				t.Errorf("%s with token %s: %v", call, what, err)
			}
		}
	}
	if rooms := n.Rooms.List(); len(rooms) != 0 {
		t.Errorf("%d rooms were made", len(rooms))
	}
	// Nor by the name alone, which an open node otherwise takes from this machine.
	open, _, err := n.Node.Create(t.Context(), room.Wish{ID: "home", Mode: "puck", Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = enter(t, strings.Replace(n.url, "http", "ws", 1)+"/rooms/"+open.ID()+"?name=x")
	if err == nil || !strings.Contains(err.Error(), "only users") {
		t.Errorf("by name: %v", err)
	}
}
