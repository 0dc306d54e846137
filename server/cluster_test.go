package server

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/peer"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// consoleOf is a node's console, with the key that is a's alone.
func consoleOf(n *Node) metronomev1connect.ConsoleServiceClient {
	withKey := connect.UnaryInterceptorFunc(func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
			req.Header().Set("Authorization", "Bearer "+n.config.AdminKey)
			return next(ctx, req)
		}
	})
	return metronomev1connect.NewConsoleServiceClient(http.DefaultClient, n.LocalURL(), connect.WithInterceptors(withKey))
}

// watchUntil reads what a node's console tells until it is as wanted.
func watchUntil(t *testing.T, n *Node, m *pb.WatchRequest, wanted func(*pb.WatchResponse) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req := connect.NewRequest(m)
	req.Header().Set("Authorization", "Bearer "+n.config.AdminKey)
	stream, err := consoleOf(n).Watch(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	for stream.Receive() {
		if wanted(stream.Msg()) {
			return
		}
	}
	t.Fatalf("the stream ended: %v", stream.Err())
}

// ask makes a call and returns its answer.
func ask[Req, Res any](t *testing.T, call func(context.Context, *connect.Request[Req]) (*connect.Response[Res], error), m *Req) *Res {
	t.Helper()
	answer, err := call(t.Context(), connect.NewRequest(m))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg
}

// keyOfItsOwn gives each node an admin key of its own.
func keyOfItsOwn(c *Config) {
	c.AdminKey = "key of " + time.Now().Format(time.RFC3339Nano)
}

// TestOneConsoleForAllNodes has an operator at a who sees, finds, kicks, locks,
// announces and ends on b, whose own key they do not have.
func TestOneConsoleForAllNodes(t *testing.T) {
	a, b := twoNodes(t, keyOfItsOwn)
	player := join(t, b, b.home.ID()+"?name=Ann%20Bee")
	at, node, room := consoleOf(a), b.lobby.NodeID(), b.home.ID()

	watchUntil(t, a, &pb.WatchRequest{Node: node, Room: room}, func(m *pb.WatchResponse) bool {
		seats := m.GetDetail().GetSeat()
		return len(seats) == 1 && seats[0].GetName() == "Ann Bee" && len(m.GetDetail().GetSamples().GetAt()) > 0
	})
	watchUntil(t, a, &pb.WatchRequest{}, func(m *pb.WatchResponse) bool {
		nodes, rooms := m.GetOverview().GetNode(), m.GetOverview().GetRoom()
		if len(nodes) != 2 || len(rooms) != 2 {
			return false
		}
		for _, r := range rooms {
			if r.GetNode() == node && r.GetId() == room && r.GetTaken() == 1 && r.GetHealth().GetMood() != "" {
				return true
			}
		}
		return false
	})

	for text, match := range map[string]string{"ann": "prefix", "BEE": "substring", "ann bee": "exact"} {
		found := ask(t, at.FindPlayers, &pb.FindPlayersRequest{Text: text, Match: match})
		if p := found.GetPlayer(); len(p) != 1 || p[0].GetNode() != node || p[0].GetRoom() != room || p[0].GetSeat().GetSeat() != player.seat || found.GetMore() {
			t.Errorf("%s %q: %v", match, text, found)
		}
	}
	for text, match := range map[string]string{"bee": "prefix", "ann": "exact", "nobody": "substring"} {
		if found := ask(t, at.FindPlayers, &pb.FindPlayersRequest{Text: text, Match: match}); len(found.GetPlayer()) != 0 {
			t.Errorf("%s %q: %v", match, text, found)
		}
	}

	ask(t, at.LockRoom, &pb.LockRoomRequest{Node: node, Room: room})
	if state := b.home.Info().State.String(); state != "locked" {
		t.Errorf("the room is %s", state)
	}
	if _, err := at.LockRoom(t.Context(), connect.NewRequest(&pb.LockRoomRequest{Node: node, Room: room})); connect.CodeOf(err) != connect.CodeFailedPrecondition {
		t.Errorf("locked twice: %v", err)
	}
	if told := ask(t, at.AnnounceToAll, &pb.AnnounceToAllRequest{Text: "hello all"}); told.GetRooms() != 2 || len(told.GetSilent()) != 0 {
		t.Errorf("%v", told)
	}
	for heard := false; !heard; {
		player.must(player.next())
		for _, n := range player.frame.Notices {
			heard = heard || n.GetAnnouncement() == "hello all"
		}
	}
	ask(t, at.KickSeat, &pb.KickSeatRequest{Node: node, Room: room, Seat: player.seat, Name: "Ann Bee", Reason: "enough"})
	if end := player.ends(); end.Code != netproto.CloseKicked || end.Reason != "enough" {
		t.Errorf("ended with %v", end)
	}

	waitFor(t, "the kick is an event and in the audit", func() bool {
		events := ask(t, at.ListEvents, &pb.ListEventsRequest{Room: room, Kind: []string{"left", "act", "joined"}}).GetEvent()
		kinds := map[string]bool{}
		for i, e := range events {
			kinds[e.GetKind()] = e.GetNode() == node
			if i > 0 && e.GetAtMs() > events[i-1].GetAtMs() {
				t.Errorf("event %d is out of order: %v", i, events)
			}
			if e.GetKind() == "left" && e.GetCode() != uint32(netproto.CloseKicked) {
				t.Errorf("%v", e)
			}
		}
		if !kinds["left"] || !kinds["act"] || !kinds["joined"] {
			return false
		}
		for _, act := range ask(t, at.ListActs, &pb.ListActsRequest{}).GetAct() {
			if act.GetWhat() == "kick" {
				return act.GetNode() == a.lobby.NodeID() && strings.HasPrefix(act.GetRemote(), "127.0.0.1:") && act.GetOn() == room
			}
		}
		return false
	})
	waitFor(t, "both nodes have a history", func() bool {
		answer := ask(t, at.GetHistory, &pb.GetHistoryRequest{})
		return len(answer.GetNode()) == 2 && len(answer.GetNode()[0].GetAt()) > 0 && len(answer.GetNode()[1].GetAt()) > 0
	})

	ask(t, at.CloseRoom, &pb.CloseRoomRequest{Node: node, Room: room, Reason: "done"})
	waitFor(t, "the room is listed as ended", func() bool {
		for _, r := range ask(t, at.ListEndedRooms, &pb.ListEndedRoomsRequest{}).GetRoom() {
			if r.GetRoom() == room {
				return r.GetNode() == node && r.GetReason() == "done" && r.GetPeak() == 1
			}
		}
		return false
	})
	ask(t, at.DrainNode, &pb.DrainNodeRequest{Node: node})
	if !b.node.Draining() || a.node.Draining() {
		t.Error("the wrong node drains")
	}
	if _, err := at.CloseRoom(t.Context(), connect.NewRequest(&pb.CloseRoomRequest{Node: "nobody", Room: room})); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("at a node that is none: %v", err)
	}
}

// TestConsoleCallsNeedASignature has a stranger, and a node that signs for another
// one, ask a node for what its operators may.
func TestConsoleCallsNeedASignature(t *testing.T) {
	a, b := twoNodes(t, keyOfItsOwn)
	call := &pb.CallConsoleRequest{Method: "DrainNode", Remote: "me", Asked: "me"}
	stranger := metronomev1connect.NewNodeServiceClient(http.DefaultClient, b.LocalURL())
	if _, err := stranger.CallConsole(t.Context(), connect.NewRequest(call)); connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Errorf("a stranger: %v", err)
	}
	stream, err := stranger.WatchConsole(t.Context(), connect.NewRequest(&pb.WatchConsoleRequest{Watch: &pb.WatchRequest{Room: b.home.ID()}}))
	if err == nil {
		if stream.Receive() || connect.CodeOf(stream.Err()) != connect.CodeUnauthenticated {
			t.Errorf("a stranger watches: %v", stream.Err())
		}
		_ = stream.Close()
	}
	client := peer.NewClient(a.lobby)
	defer client.Close()
	forA := lobby.Node{ID: a.lobby.NodeID(), NodeURL: b.LocalURL()} // signed for a, and sent to b
	if _, err := client.Call(t.Context(), forA, call); connect.CodeOf(err) != connect.CodeUnavailable || b.node.Draining() {
		t.Errorf("signed for another node: %v", err)
	}
	forB := lobby.Node{ID: b.lobby.NodeID(), NodeURL: b.LocalURL()}
	if _, err := client.Call(t.Context(), forB, &pb.CallConsoleRequest{Method: "Ban"}); connect.CodeOf(err) != connect.CodeUnimplemented {
		t.Errorf("a method that is not passed on: %v", err)
	}
	if _, err := client.Call(t.Context(), forB, call); err != nil || !b.node.Draining() {
		t.Errorf("signed for the node: %v", err)
	}
}

// TestASilentNodeBlocksNobody has a node whose address for other nodes takes calls
// and never answers: it is shown as such, its rooms do not count, and the rest works.
func TestASilentNodeBlocksNobody(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel takes connections
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	a, b := twoNodes(t, func(c *Config) { c.NodeURL = "http://" + silent.Addr().String() })
	watchUntil(t, a, &pb.WatchRequest{}, func(m *pb.WatchResponse) bool {
		for _, n := range m.GetOverview().GetNode() {
			if n.GetId() == b.lobby.NodeID() {
				return n.GetHealth().GetWord() == "does not answer" && len(m.GetOverview().GetRoom()) == 1
			}
		}
		return false
	})
	found := ask(t, consoleOf(a).FindPlayers, &pb.FindPlayersRequest{Text: "x"})
	if s := found.GetSilent(); len(s) != 1 || s[0].GetNode() != b.lobby.NodeID() || !strings.Contains(s[0].GetWhy(), "does not answer") {
		t.Errorf("%v", found)
	}
}

// watching begins to watch a room from a node, and returns what its watch ends with.
func watching(t *testing.T, from *Node, m *pb.WatchRequest) func() error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	req := connect.NewRequest(m)
	req.Header().Set("Authorization", "Bearer "+from.config.AdminKey)
	stream, err := consoleOf(from).Watch(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	for stream.Receive() && stream.Msg().GetDetail() == nil {
	}
	return func() error {
		for stream.Receive() {
		}
		return stream.Err()
	}
}

// TestTheConsoleFollowsAMove: both nodes' events tell of it, watchers hear that the room
// goes on, and its line is of its new node, with a higher epoch.
func TestTheConsoleFollowsAMove(t *testing.T) {
	a, b := twoNodes(t, keyOfItsOwn)
	id, from, to := a.home.ID(), a.lobby.NodeID(), b.lobby.NodeID()
	player := join(t, a, id)
	player.must(player.next())
	var line *pb.RoomLine
	find := func(node string) func(*pb.WatchResponse) bool {
		return func(m *pb.WatchResponse) bool {
			modes := map[string]bool{}
			for _, n := range m.GetOverview().GetNode() {
				modes[n.GetModes()["ffa"]] = true
			}
			for _, r := range m.GetOverview().GetRoom() {
				if r.GetId() == id && r.GetNode() == node {
					line = r
					return len(modes) == 1 && !modes[""]
				}
			}
			return false
		}
	}
	watchUntil(t, b, &pb.WatchRequest{}, find(from))
	before := line.GetEpoch()
	if before == 0 || line.GetKept() != nil {
		t.Errorf("before the move: %v", line)
	}
	ends := []func() error{
		watching(t, a, &pb.WatchRequest{Room: id}), watching(t, b, &pb.WatchRequest{Room: id, Node: from}),
	}
	if moved := ask(t, consoleOf(b).MoveRoom, &pb.MoveRoomRequest{Node: from, Room: id}); moved.GetNode() != to {
		t.Fatalf("moved to %q", moved.GetNode())
	}
	for i, end := range ends {
		if err := end(); connect.CodeOf(err) != connect.CodeNotFound || !strings.Contains(err.Error(), "goes on at another node") {
			t.Errorf("watch %d ends with %v", i, err)
		}
	}
	watchUntil(t, a, &pb.WatchRequest{}, find(to))
	if line.GetEpoch() <= before || line.GetTaken() != 1 {
		t.Errorf("epoch %d before the move, after it %v", before, line)
	}
	waitFor(t, "both ends tell of the move", func() bool {
		told := map[string]*pb.EventInfo{}
		for _, e := range ask(t, consoleOf(b).ListEvents, &pb.ListEventsRequest{Room: id, Kind: []string{"moved", "taken-over"}}).GetEvent() {
			told[e.GetKind()] = e
		}
		went, came := told["moved"], told["taken-over"]
		return went.GetNode() == from && went.GetOther() == to && came.GetNode() == to && came.GetOther() == from && came.GetCount() == went.GetCount()
	})
	if gone, here := a.stats.Moved.Load(), b.stats.TakenOver.Load(); gone != 1 || here != 1 {
		t.Errorf("%d moved from here, %d came there", gone, here)
	}
}
