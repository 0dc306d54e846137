package gateway

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/gateway/ws"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// puck is the smallest game: every seat has a row that moves.
type puck struct {
	rows  *sim.Table[puckRow]
	input *sim.Input[puckInput]
}

type puckRow struct {
	X     sim.Fixed `wire:"linear"`
	Owner sim.Seat  `wire:"owner"`
}

type puckInput struct {
	DX   int8  `input:"min=-100,max=100"`
	Fire uint8 `input:"buttons"`
}

func newPuck(w *sim.World) sim.Rules {
	return &puck{sim.NewTable[puckRow](w, "puck", 64), sim.NewInput[puckInput](w)}
}

func (p *puck) Join(seat sim.Seat, _ sim.Entrant) { p.rows.Add(puckRow{Owner: seat}) }
func (p *puck) Leave(seat sim.Seat) {
	for ref, row := range p.rows.All {
		if row.Owner == seat {
			p.rows.Remove(ref)
		}
	}
}
func (p *puck) Step(*sim.Inputs) {
	for _, row := range p.rows.All {
		row.X += sim.Fixed(p.input.Of(row.Owner).DX)
	}
}
func (p *puck) View(sim.Seat, *sim.View) {}

// testNode is a whole node behind a real listener.
type testNode struct {
	*Server
	url string
	api metronomev1connect.LobbyServiceClient
}

func startNode(t *testing.T, change func(*Config, *room.RegistryConfig)) *testNode {
	t.Helper()
	return startNodeWith(t, change, lobby.Config{}, ws.DefaultConfig())
}

// startNodeWith is startNode with a store and an upgrader of the test's choice.
func startNodeWith(t *testing.T, change func(*Config, *room.RegistryConfig), store lobby.Config, upgrades ws.Config) *testNode {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	store.NodeURL, store.Log = base, log
	l, err := lobby.Open(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Lobby: l, Stats: &room.Stats{}, Open: true, Version: "test", Log: log}
	config := room.RegistryConfig{
		MaxRooms: 4, MaxSeats: 100, Room: room.Default(), Stats: c.Stats, Log: log,
		Clock: (&room.Beat{}).Clock,
	}
	if change != nil {
		change(&c, &config)
	}
	c.Rooms, err = room.NewRegistry(config, sim.ModesOf([]sim.Game{{Name: "hockey", Modes: []sim.Mode{{Name: "puck", Hz: 60, Seats: 8, New: newPuck}}}}))
	if err != nil {
		t.Fatal(err)
	}
	c.Node = node.New(c.Rooms, l, log)
	if c.Upgrader, err = ws.NewUpgrader(upgrades); err != nil {
		t.Fatal(err)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	web := door.NewHTTPServer(s.Handler(), log)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, 3)
	go func() { s.Run(ctx); done <- struct{}{} }()
	go func() { _ = web.Serve(listener); done <- struct{}{} }()
	go func() { l.Run(ctx, s.Node, s.Node.Lost); done <- struct{}{} }()
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := s.Rooms.Close(ctx, netproto.CloseRestart, "test over"); err != nil {
			t.Error(err)
		}
		s.Node.Wait()
		_ = web.Close()
		s.Upgrader.Wait()
		cancel()
		<-done
		<-done
		<-done
		if err := l.Close(ctx); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	s.Node.Become(node.Ready)
	return &testNode{s, base, metronomev1connect.NewLobbyServiceClient(http.DefaultClient, base)}
}

func (n *testNode) create(t *testing.T, req *pb.CreateRoomRequest) *pb.Join {
	t.Helper()
	answer, err := n.api.CreateRoom(t.Context(), connect.NewRequest(req))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg.GetJoin()
}

// knock asks for an upgrade by hand and returns the answer's status and body.
func knock(t *testing.T, address string, change func(http.Header)) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(address, "ws://", "http://", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}, "Sec-Websocket-Protocol": {netproto.Subprotocol},
	}
	if change != nil {
		change(req.Header)
		req.Host = req.Header.Get("Host") // "": the address's
	}
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode == http.StatusSwitchingProtocols {
		t.Cleanup(func() { _ = answer.Body.Close() })
		return answer.StatusCode, ""
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestTicketIsGoodOnceForItsRoom(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Open = false })
	join, other := n.create(t, &pb.CreateRoomRequest{Name: "ann"}), n.create(t, &pb.CreateRoomRequest{})
	u, err := url.Parse(join.GetUrl())
	if err != nil {
		t.Fatal(err)
	}
	ticket := u.Query().Get("ticket")
	elsewhere := strings.Replace(other.GetUrl(), url.QueryEscape(mustTicket(t, other)), url.QueryEscape(ticket), 1)
	forged := strings.Replace(join.GetUrl(), ticket[:8], "AAAAAAAA", 1)
	rows := []struct {
		name, url string
		status    int
		says      string
	}{
		{"none", strings.Split(join.GetUrl(), "?")[0], 401, "a ticket is needed"},
		{"forged", forged, 401, "not one of ours"},
		{"rubbish", strings.Split(join.GetUrl(), "?")[0] + "?ticket=%00%ff", 401, "not one of ours"},
		{"foreign", elsewhere, 401, "for another room"},
		{"good", join.GetUrl(), 101, ""},
		{"replayed", join.GetUrl(), 401, "used already"},
		{"no such room", n.url + "/rooms/nowhere?ticket=" + ticket, 404, "no such room"},
		{"stale resume", strings.Split(join.GetUrl(), "?")[0] + "?resume=never", 401, "resume token"},
	}
	for _, row := range rows {
		if status, body := knock(t, row.url, nil); status != row.status || !strings.Contains(body, row.says) {
			t.Errorf("%s: %d %q, want %d %q", row.name, status, body, row.status, row.says)
		}
	}
}

func mustTicket(t *testing.T, j *pb.Join) string {
	t.Helper()
	u, err := url.Parse(j.GetUrl())
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("ticket")
}

func TestUpgradeIsRefusedBeforeATicketIsSpent(t *testing.T) {
	n := startNode(t, nil)
	join := n.create(t, &pb.CreateRoomRequest{})
	rows := []struct {
		name   string
		change func(http.Header)
		status int
		says   string
	}{
		{"wrong version", func(h http.Header) { h.Set("Sec-WebSocket-Protocol", "metronome.v9") }, 400, "unsupported version"},
		{"no version", func(h http.Header) { h.Del("Sec-WebSocket-Protocol") }, 400, "unsupported version"},
		{"no upgrade", func(h http.Header) { h.Del("Upgrade") }, 426, "WebSocket"},
		{"good, from another node's page", func(h http.Header) { h.Set("Origin", "https://other.example") }, 101, ""},
	}
	for _, row := range rows {
		if status, body := knock(t, join.GetUrl(), row.change); status != row.status || !strings.Contains(body, row.says) {
			t.Errorf("%s: %d %q, want %d %q", row.name, status, body, row.status, row.says)
		}
	}
}

func TestOpenModeIsForPublicRooms(t *testing.T) {
	n := startNode(t, nil)
	public, private := n.create(t, &pb.CreateRoomRequest{}), n.create(t, &pb.CreateRoomRequest{Private: true})
	if status, body := knock(t, strings.Split(public.GetUrl(), "?")[0]+"?name=bob", nil); status != 101 {
		t.Errorf("public room: %d %q", status, body)
	}
	if status, body := knock(t, strings.Split(private.GetUrl(), "?")[0], nil); status != 401 {
		t.Errorf("private room: %d %q", status, body)
	}
}

func TestRoomsAreFoundJoinedAndFull(t *testing.T) {
	n := startNode(t, nil)
	first := n.create(t, &pb.CreateRoomRequest{Metadata: map[string]string{"map": "a"}, Seats: 2})
	private := n.create(t, &pb.CreateRoomRequest{Private: true})
	if private.GetRoom().GetCode() == "" {
		t.Error("a private room has no code")
	}
	list, err := n.api.ListRooms(t.Context(), connect.NewRequest(&pb.ListRoomsRequest{}))
	if err != nil || len(list.Msg.GetRoom()) != 1 || list.Msg.GetRoom()[0].GetId() != first.GetRoom().GetId() {
		t.Errorf("listed %v, %v", list, err)
	}
	byCode, err := n.api.JoinRoom(t.Context(), connect.NewRequest(&pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Code{Code: private.GetRoom().GetCode()}}))
	if err != nil || byCode.Msg.GetJoin().GetRoom().GetId() != private.GetRoom().GetId() {
		t.Errorf("by code: %v, %v", byCode, err)
	}
	quick, err := n.api.QuickPlay(t.Context(), connect.NewRequest(&pb.QuickPlayRequest{Metadata: map[string]string{"map": "a"}}))
	if err != nil || quick.Msg.GetJoin().GetRoom().GetId() != first.GetRoom().GetId() {
		t.Errorf("quick play went to %v, %v", quick, err)
	}
	_, err = n.api.JoinRoom(t.Context(), connect.NewRequest(&pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Id{Id: first.GetRoom().GetId()}}))
	if connect.CodeOf(err) != connect.CodeResourceExhausted {
		t.Errorf("a third in a room of two: %v", err)
	}
	_, err = n.api.CreateRoom(t.Context(), connect.NewRequest(&pb.CreateRoomRequest{Mode: "nothing"}))
	if connect.CodeOf(err) != connect.CodeInvalidArgument {
		t.Errorf("an unknown mode: %v", err)
	}
	another, err := n.api.QuickPlay(t.Context(), connect.NewRequest(&pb.QuickPlayRequest{}))
	if err != nil || another.Msg.GetJoin().GetRoom().GetId() == first.GetRoom().GetId() {
		t.Errorf("quick play with all full made %v, %v", another, err)
	}
}

func TestPagesAnswer(t *testing.T) {
	n := startNode(t, nil)
	n.create(t, &pb.CreateRoomRequest{})
	rows := []struct{ path, says string }{
		{"/healthz", "ok"},
		{"/readyz", "ready"},
		{"/metrics", "metronome_tick_late_seconds_bucket"},
		{"/metrics", `metronome_closes_total{code="slow"} 0`},
	}
	for _, row := range rows {
		if status, body := get(t, n.url+row.path); status != 200 || !strings.Contains(body, row.says) {
			t.Errorf("%s: %d, lacks %q:\n%.300s", row.path, status, row.says, body)
		}
	}
	var report StatsReport
	if _, body := get(t, n.url+"/stats"); json.Unmarshal([]byte(body), &report) != nil || report.Rooms != 1 || report.RSSKB == 0 {
		t.Errorf("stats: %s", body)
	}
	n.Node.Become(node.Draining)
	if status, body := get(t, n.url+"/readyz"); status != 503 || !strings.Contains(body, "draining") {
		t.Errorf("draining node: %d %q", status, body)
	}
}

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// until ticks the condition until it holds.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for late := time.After(20 * time.Second); !condition(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("waited in vain until " + what)
		}
	}
}
