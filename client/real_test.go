package client_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/server"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// startNode runs a whole server and returns its URL.
func startNode(t testing.TB) string {
	t.Helper()
	c := server.DefaultConfig()
	c.Listen, c.Bots = "127.0.0.1:0", 0
	n, err := server.Start(t.Context(), c, []sim.Game{arena.Game()}, slog.New(slog.DiscardHandler))
	check(t, err)
	t.Cleanup(func() {
		n.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	return n.LocalURL()
}

// cutter is a dialer whose connections can be cut.
type cutter struct {
	mu   sync.Mutex
	last net.Conn
}

func (c *cutter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = conn
	return conn, err
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last.Close()
}

// TestPlayerWhoseConnectionIsCut plays on a real server: flies, chats, loses the
// connection, has its seat back, and leaves.
func TestPlayerWhoseConnectionIsCut(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cut := &cutter{}
	c, err := client.Dial(ctx, startNode(t)+"/rooms/ffa", client.Options{Name: "Ada", Dial: cut.dial})
	check(t, err)
	var seats []sim.Seat
	var heard []string
	said, was := false, sim.Seat(0)
	err = c.Run(ctx, client.Handler{
		Input: func(s *client.Session, tick sim.Tick, values []int32) {
			values[0] = 127
			if !said {
				said = s.Say("hello")
			}
		},
		Notice: func(n *pb.Notice) {
			if n.GetChat() != nil {
				heard = append(heard, n.GetChat().GetName()+": "+n.GetChat().GetText())
			}
		},
		Snapshot: func(s *client.Session) {
			if s.Counts.Welcomes > uint64(len(seats)) {
				seats = append(seats, s.Seat())
			}
			switch {
			case !s.Synced():
				t.Error("out of step")
			case len(heard) > 0 && was == 0:
				was = s.Seat()
				cut.cut()
			case s.Counts.Resumed == 1 && s.Counts.Snapshots > 40:
				s.Leave()
			}
		},
	})
	if err != nil || len(seats) != 2 || seats[0] != seats[1] || was == 0 {
		t.Errorf("%v, on seats %v", err, seats)
	}
	if want := []string{"Ada: hello"}; !slices.Equal(heard, want) {
		t.Errorf("heard %q", heard)
	}
}

func TestLobby(t *testing.T) {
	lobby, err := client.NewLobby(startNode(t), nil)
	check(t, err)
	ctx := t.Context()
	made, err := lobby.CreateRoom(ctx, &pb.CreateRoomRequest{Mode: "duel", Name: "Ada"})
	check(t, err)
	if made.GetRoom().GetMode() != "duel" || !strings.HasPrefix(made.GetUrl(), "ws://") {
		t.Errorf("made %v", made)
	}
	joined, err := lobby.JoinRoom(ctx, made.GetRoom().GetId(), "Bob")
	check(t, err)
	_, err = lobby.JoinRoom(ctx, made.GetRoom().GetId(), "Eve")
	if got := client.ComebackOf(err, false); got != netproto.RejoinLater {
		t.Errorf("a full duel: %v, %v", err, got)
	}
	quick, err := lobby.QuickPlay(ctx, "ffa", "Ada")
	check(t, err)
	private, err := lobby.CreateRoom(ctx, &pb.CreateRoomRequest{Mode: "duel", Private: true, Name: "Ada"})
	check(t, err)
	_, err = lobby.JoinPrivate(ctx, private.GetRoom().GetCode(), "Bob")
	check(t, err)
	rooms, _, err := lobby.ListRooms(ctx, &pb.ListRoomsRequest{})
	check(t, err)
	if len(rooms) != 2 {
		t.Errorf("%d public rooms: %v", len(rooms), rooms)
	}
	for _, join := range []*pb.Join{made, joined, quick} {
		c, err := client.Dial(ctx, join.GetUrl(), client.Options{})
		check(t, err)
		over, cancel := context.WithCancel(ctx)
		err = c.Run(over, client.Handler{Snapshot: func(s *client.Session) { cancel() }})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("played until %v", err)
		}
		var refused *client.RefusedError
		if _, err = client.Dial(ctx, join.GetUrl(), client.Options{}); !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
			t.Errorf("the same ticket again: %v", err)
		}
	}
	_, err = lobby.QuickPlay(ctx, "chess", "Ada")
	if got := client.ComebackOf(err, false); got != netproto.Never {
		t.Errorf("an unknown mode: %v, %v", err, got)
	}
}

func TestLobbyURLs(t *testing.T) {
	for _, bad := range []string{"", "host:1", "ftp://host", "http://", "http://[::1"} {
		if _, err := client.NewLobby(bad, nil); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

// TestPolledClients drives several players from one loop: through the kernel's
// poller, and wrapped so that they need goroutines.
func TestPolledClients(t *testing.T) {
	for _, name := range []string{"kernel", "background", "both"} {
		t.Run(name, func(t *testing.T) {
			ctx, url := t.Context(), startNode(t)
			poller, err := client.NewPoller()
			check(t, err)
			players := make([]*client.Polled, 4)
			for i := range players {
				p := &client.Polled{}
				o := client.Options{Name: "Ada", Bot: true}
				if name == "background" || name == "both" && i%2 == 0 {
					o.Dial = wrapped
				}
				check(t, p.Enter(ctx, url+"/rooms/ffa", o))
				check(t, poller.Add(p, i))
				check(t, p.Receive(buffer, time.Now))
				players[i] = p
			}
			playPolled(t, poller, players)
			check(t, poller.Close())
		})
	}
}

var buffer = make([]byte, 4<<10)

// playPolled sends an input behind each snapshot, until all have many; then all
// leave.
func playPolled(t *testing.T, poller *client.Poller, players []*client.Polled) {
	t.Helper()
	values, out := []int32{127, 0, 0, 0}, []byte(nil)
	left := 0
	for end := time.Now().Add(20 * time.Second); left < len(players); {
		ready, err := poller.Wait(50 * time.Millisecond)
		check(t, err)
		if time.Now().After(end) {
			t.Fatalf("%d of %d have left", left, len(players))
		}
		for _, i := range ready {
			p := players[i]
			err := p.Receive(buffer, time.Now)
			var bye *netproto.CloseError
			if errors.As(err, &bye) {
				if bye.Code != netproto.CloseBye {
					t.Fatalf("player %d: %v", i, err)
				}
				left++
				continue
			}
			if p.Counts.Snapshots > 20 {
				p.Leave()
			}
			out = client.Frame(out)
			if tick, due := p.Due(time.Now(), 0); due {
				out = p.AppendInput(out, tick, values, time.Now())
			}
			p.Send(out)
		}
	}
	for i, p := range players {
		if !p.Synced() || p.Counts.Resyncs > 0 || p.Counts.Inputs < 15 {
			t.Errorf("player %d: %+v", i, p.Counts)
		}
	}
}

// wrapped is a dialer whose connections the kernel cannot be asked about.
func wrapped(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	return struct{ net.Conn }{conn}, err
}
