package server

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/client"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
)

// twoNodes starts two nodes on one store that know of each other.
func twoNodes(t *testing.T, change func(*Config)) (a, b *Node) {
	t.Helper()
	store := startRedis(t)
	share := func(c *Config) {
		c.Redis = store
		if change != nil {
			change(c)
		}
	}
	a, b = startTestNode(t, share), startTestNode(t, share)
	for _, n := range []*Node{a, b} {
		waitFor(t, "both nodes know what the other can take", func() bool {
			able := 0
			for _, peer := range n.lobby.Peers() {
				if peer.FreeSeats > 0 {
					able++
				}
			}
			return able == 2
		})
	}
	return a, b
}

// made are the rooms of nodes beside those that are always there, by mode.
func made(nodes ...*Node) (byNode []int, all []room.Info) {
	for _, n := range nodes {
		count := 0
		for _, i := range n.rooms.List() {
			if i.ID != n.home.ID() {
				count++
				all = append(all, i)
			}
		}
		byNode = append(byNode, count)
	}
	return byNode, all
}

// TestBurstsMakeNoExtraRooms has 30 ask two nodes at the same time: for one room
// of 50 they come together, for duels fifteen are made, and nobody is refused.
func TestBurstsMakeNoExtraRooms(t *testing.T) {
	for _, row := range []struct {
		mode  string
		rooms int
	}{{"open", 1}, {"duel", 15}} {
		t.Run(row.mode, func(t *testing.T) {
			a, b := twoNodes(t, func(c *Config) { c.Mode = "ffa" })
			lobbies := make([]*client.Lobby, 2)
			for i, n := range []*Node{a, b} {
				var err error
				if lobbies[i], err = client.NewLobby(n.LocalURL(), nil); err != nil {
					t.Fatal(err)
				}
			}
			var wait sync.WaitGroup
			for i := range 30 {
				wait.Go(func() {
					if _, err := lobbies[i%2].QuickPlay(context.Background(), row.mode, "p"); err != nil {
						t.Errorf("call %d: %v", i, err)
					}
				})
			}
			wait.Wait()
			if byNode, all := made(a, b); len(all) != row.rooms {
				t.Errorf("%d rooms, %v by node", len(all), byNode)
			}
		})
	}
}

// TestRoomsSpreadOverNodes asks one node for rooms: half of them open on the other.
func TestRoomsSpreadOverNodes(t *testing.T) {
	a, b := twoNodes(t, nil)
	lobby, err := client.NewLobby(a.LocalURL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := lobby.CreateRoom(t.Context(), &pb.CreateRoomRequest{Mode: "duel", Seats: 2}); err != nil {
			t.Fatal(err)
		}
	}
	if byNode, _ := made(a, b); byNode[0] < 4 || byNode[1] < 4 {
		t.Errorf("%v by node", byNode)
	}
}

// TestDrainEndsNoMatchEarly drains the node on which a match goes on and an open
// room waits: the room ends at once, the match when it is over, and who asks for a
// game meanwhile is sent to the other node, also when they ask the one that drains.
func TestDrainEndsNoMatchEarly(t *testing.T) {
	keys, secret := withKey(t, "match")
	a, b := twoNodes(t, func(c *Config) { c.ServerKeys = keys })
	api := backendOf(a, secret)
	var match *pb.Match
	owner := map[string]*Node{}
	owner[a.URL()], owner[b.URL()] = a, b
	answer, err := api.CreateMatch(t.Context(), connect.NewRequest(sixes("m")))
	if err != nil {
		t.Fatal(err)
	}
	match = answer.Msg.GetMatch()
	at, other := owner[match.GetNode()], a
	if at == a {
		other = b
	}
	var players []*player
	for _, u := range match.GetUrl() {
		players = append(players, play(t, u.GetUrl()))
	}
	for _, p := range players {
		<-p.seat
	}
	at.BeginDrain()
	if at.node.Unready() == "" {
		t.Error("the node is still ready")
	}
	waitFor(t, "the room that is always there has ended, since no match was on", func() bool {
		_, there := at.rooms.Get(at.home.ID())
		return !there
	})
	lobby, err := client.NewLobby(at.LocalURL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	join, err := lobby.QuickPlay(t.Context(), "ffa", "late")
	if err != nil || join.GetRoom().GetNode() != other.URL() {
		t.Errorf("who asks the draining node is sent to %q, %v; want %s", join.GetRoom().GetNode(), err, other.URL())
	}
	for i, p := range players {
		end := <-p.end
		if len(end.GetLine()) != 6 || end.GetReason() != "the match is over" {
			t.Errorf("player %d: %v", i, end)
		}
	}
	waitFor(t, "the drained node is empty", func() bool { return len(at.rooms.List()) == 0 })
	if err := at.Stop(); err != nil {
		t.Fatal(err)
	}
	// Who has the node's list plays on through another.
	lobby.Learn([]string{other.LocalURL()})
	if _, err := lobby.QuickPlay(t.Context(), "ffa", "after"); err != nil {
		t.Errorf("when the node is gone: %v", err)
	}
}

// TestClientsAreToldOfOtherNodes has a client hear of a node that was there before,
// in its welcome, and of its end, in a notice.
func TestClientsAreToldOfOtherNodes(t *testing.T) {
	a, b := twoNodes(t, nil)
	waitFor(t, "a tells of b", func() bool { return len(a.nodes.URLs()) == 1 })
	c := join(t, a, a.home.ID()+"?name=x")
	if got := c.frame.Welcome.GetNode(); len(got) != 1 || got[0] != b.URL() {
		t.Errorf("the welcome tells of %v", got)
	}
	b.BeginDrain()
	for {
		c.must(c.next())
		for _, n := range c.frame.Notices {
			list := n.GetNodes()
			switch {
			case list == nil:
			case len(list.GetUrl()) == 0:
				return
			case !slices.Equal(list.GetUrl(), []string{b.URL()}): // the room may tell of b once more
				t.Errorf("told of %v", list.GetUrl())
			}
		}
	}
}

// TestPagesOfANodeThatIsGone has a node end: its pages may still ask the other, and
// those of strangers may not.
func TestPagesOfANodeThatIsGone(t *testing.T) {
	a, b := twoNodes(t, nil)
	if err := b.Stop(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "a knows that b is gone", func() bool { return len(a.lobby.Peers()) == 1 })
	for origin, allowed := range map[string]string{b.URL(): b.URL(), "http://127.0.0.1:1": ""} {
		ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.LocalURL()+"/info", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		ask.Header.Set("Origin", origin)
		answer, err := http.DefaultClient.Do(ask)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if got := answer.Header.Get("Access-Control-Allow-Origin"); got != allowed {
			t.Errorf("a page of %s: %q, want %q", origin, got, allowed)
		}
	}
}
