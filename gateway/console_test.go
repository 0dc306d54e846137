package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/gateway/console"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/journal/file"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/replay"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
)

// operator is a client of the console of a node.
func (n *testNode) operator() metronomev1connect.ConsoleServiceClient {
	return metronomev1connect.NewConsoleServiceClient(http.DefaultClient, n.url, connect.WithProtoJSON())
}

// watch opens a stream and reads it until a message is what is wanted.
func watch(t *testing.T, n *testNode, req *pb.WatchRequest, wanted func(*pb.WatchResponse) bool) (*connect.ServerStreamForClient[pb.WatchResponse], context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	stream, err := n.operator().Watch(ctx, connect.NewRequest(req))
	if err != nil {
		t.Fatal(err)
	}
	for stream.Receive() {
		if wanted(stream.Msg()) {
			return stream, cancel
		}
	}
	t.Fatalf("the stream ended: %v", stream.Err())
	return nil, nil
}

// seated opens a room with one player, who stays.
func seated(t *testing.T, n *testNode, name string) *pb.Join {
	t.Helper()
	join := n.create(t, &pb.CreateRoomRequest{Name: name})
	if status, body := knock(t, join.GetUrl(), nil); status != http.StatusSwitchingProtocols {
		t.Fatalf("%d %s", status, body)
	}
	return join
}

func TestWatchShowsNodesRoomsAndSeats(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Records = true })
	join := seated(t, n, "ann")
	id := join.GetRoom().GetId()
	until(t, "the node is in the directory", func() bool {
		nodes, err := n.Lobby.Nodes(t.Context())
		return err == nil && len(nodes) == 1
	})
	var samples *pb.Samples
	_, cancel := watch(t, n, &pb.WatchRequest{Room: id, Seat: 1}, func(m *pb.WatchResponse) bool {
		if o := m.GetOverview(); o != nil && (o.GetSelf() != n.url || len(o.GetNode()) != 1 || len(o.GetRoom()) != 1 || o.GetRoom()[0].GetId() != id || !o.GetNode()[0].GetRecords()) {
			t.Errorf("overview %v", o)
		}
		if s := m.GetDetail().GetSamples(); s != nil {
			samples = s
		}
		seats := m.GetDetail().GetSeat()
		return samples != nil && len(seats) == 1 && seats[0].GetName() == "ann"
	})
	cancel()
	if k := len(samples.GetAt()); k == 0 || len(samples.GetTickMax()) != k || len(samples.GetSlackP50()) != k || samples.GetSeats()[k-1] != 1 || samples.GetBytes()[0] == 0 {
		t.Errorf("samples %v", samples)
	}
	last := samples.GetAt()[len(samples.GetAt())-1]
	watch(t, n, &pb.WatchRequest{Room: id, Since: last}, func(m *pb.WatchResponse) bool {
		at := m.GetDetail().GetSamples().GetAt()
		if len(at) > 0 && at[0] <= last {
			t.Errorf("second %d again", at[0])
		}
		return len(at) > 0
	})
	watch(t, n, &pb.WatchRequest{Room: id, Seat: 1}, func(m *pb.WatchResponse) bool {
		return m.GetTrace().GetName() == "ann" && len(m.GetTrace().GetTick()) > 3 && m.GetTrace().GetTick()[0].GetUsed() == "neutral"
	})
}

func TestWatchRefusals(t *testing.T) {
	n := startNode(t, nil)
	id := seated(t, n, "ann").GetRoom().GetId()
	for _, row := range []struct {
		req  *pb.WatchRequest
		code connect.Code
	}{
		{&pb.WatchRequest{Room: "nowhere"}, connect.CodeNotFound},
		{&pb.WatchRequest{Room: id, Seat: 9}, connect.CodeNotFound},
		{&pb.WatchRequest{Room: id, Seat: 1 << 30}, connect.CodeNotFound},
	} {
		stream, err := n.operator().Watch(t.Context(), connect.NewRequest(row.req))
		if err == nil {
			stream.Receive()
			err = stream.Err()
			_ = stream.Close()
		}
		if connect.CodeOf(err) != row.code {
			t.Errorf("%v: %v", row.req, err)
		}
	}
}

// TestWatchEnds ends streams from each side. goleak finds what stays behind.
func TestWatchEnds(t *testing.T) {
	n := startNode(t, nil)
	id := seated(t, n, "ann").GetRoom().GetId()
	anything := func(*pb.WatchResponse) bool { return true }
	another := seated(t, n, "bob")
	ofRoom, _ := watch(t, n, &pb.WatchRequest{Room: id, Seat: 1}, anything)
	ofNode, _ := watch(t, n, &pb.WatchRequest{}, anything)
	_, leave := watch(t, n, &pb.WatchRequest{Room: id, Seat: 1}, anything)
	leave()
	until(t, "who left is gone", func() bool { return n.console.Watches() == 2 })

	if _, err := n.operator().CloseRoom(t.Context(), connect.NewRequest(&pb.CloseRoomRequest{Room: id, Reason: "over"})); err != nil {
		t.Fatal(err)
	}
	for ofRoom.Receive() {
	}
	if err := ofRoom.Err(); connect.CodeOf(err) != connect.CodeNotFound || !strings.Contains(err.Error(), "the room has ended") {
		t.Errorf("of a room that ended: %v", err)
	}
	n.Node.Become(node.Draining)
	stopping, _ := watch(t, n, &pb.WatchRequest{Room: another.GetRoom().GetId()}, anything)
	if r, ok := n.Rooms.Get(another.GetRoom().GetId()); ok {
		r.Close(netproto.CloseRestart, "")
	}
	for stopping.Receive() {
	}
	if err := stopping.Err(); connect.CodeOf(err) != connect.CodeUnavailable {
		t.Errorf("of a room that ends with its node: %v", err)
	}
	n.EndWatches()
	n.EndWatches()
	for ofNode.Receive() {
	}
	if err := ofNode.Err(); connect.CodeOf(err) != connect.CodeUnavailable || !strings.Contains(err.Error(), "stopping") {
		t.Errorf("of a node that stops: %v", err)
	}
	until(t, "all are gone", func() bool { return n.console.Watches() == 0 })
}

func TestWatchesAreLimited(t *testing.T) {
	n := startNode(t, nil)
	for range console.MaxWatches {
		_, cancel := watch(t, n, &pb.WatchRequest{}, func(*pb.WatchResponse) bool { return true })
		defer cancel()
	}
	stream, err := n.operator().Watch(t.Context(), connect.NewRequest(&pb.WatchRequest{}))
	if err == nil {
		stream.Receive()
		err = stream.Err()
		_ = stream.Close()
	}
	if connect.CodeOf(err) != connect.CodeAborted { // not that of too many wrong keys
		t.Errorf("%v", err)
	}
}

// TestConsoleNeedsItsHeader calls as a form or a script of a foreign page could.
func TestConsoleNeedsItsHeader(t *testing.T) {
	n := startNode(t, nil)
	id := seated(t, n, "ann").GetRoom().GetId()
	post := func(kind, version string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, n.url+metronomev1connect.ConsoleServiceCloseRoomProcedure, strings.NewReader(`{"room":"`+id+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		if version != "" {
			req.Header.Set("Connect-Protocol-Version", version)
		}
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Error("another origin may read")
		}
		return answer.StatusCode
	}
	for _, row := range []struct {
		kind, version string
		status        int
	}{{"text/plain", "1", 415}, {"application/x-www-form-urlencoded", "", 415}, {"application/json", "", 400}, {"application/json", "1", 200}} {
		if got := post(row.kind, row.version); got != row.status {
			t.Errorf("%s %q: %d, want %d", row.kind, row.version, got, row.status)
		}
	}
}

// logged is a log in memory.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) has(parts ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		all := true
		for _, part := range parts {
			all = all && strings.Contains(line, part)
		}
		if all {
			return true
		}
	}
	return false
}

// guest is a client that only waits for its end.
type guest struct {
	gws.BuiltinEventHandler
	end chan *gws.CloseError
}

func (g guest) OnClose(_ *gws.Conn, err error) {
	var end *gws.CloseError
	errors.As(err, &end)
	g.end <- end
}

// dialRoom takes a seat.
func dialRoom(t *testing.T, address string) guest {
	t.Helper()
	g := guest{end: make(chan *gws.CloseError, 1)}
	socket, _, err := gws.NewClient(g, &gws.ClientOption{Addr: address, RequestHeader: http.Header{"Sec-WebSocket-Protocol": {netproto.Subprotocol}}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); socket.ReadLoop() }()
	t.Cleanup(func() {
		_ = socket.NetConn().Close()
		<-done
	})
	return g
}

func TestOperations(t *testing.T) {
	var l logged
	dir := t.TempDir()
	n := startNode(t, func(g *Config, c *room.RegistryConfig) {
		g.Log = slog.New(slog.NewTextHandler(&l, nil))
		c.Journal = func(id string) (journal.Sink, error) { return file.Create(dir, id) }
	})
	join := n.create(t, &pb.CreateRoomRequest{Name: "ann"})
	id := join.GetRoom().GetId()
	p := dialRoom(t, join.GetUrl())
	op := n.operator()
	until(t, "ann sits", func() bool {
		r, _ := n.Rooms.Get(id)
		return r.Info().Active == 1
	})
	if _, err := op.Announce(t.Context(), connect.NewRequest(&pb.AnnounceRequest{Room: id, Text: "in five\nminutes"})); err != nil {
		t.Error(err)
	}
	if _, err := op.Announce(t.Context(), connect.NewRequest(&pb.AnnounceRequest{Room: id, Text: " \n"})); connect.CodeOf(err) != connect.CodeInvalidArgument {
		t.Errorf("an empty announcement: %v", err)
	}
	if _, err := op.KickSeat(t.Context(), connect.NewRequest(&pb.KickSeatRequest{Room: id, Seat: 1, Name: "bob"})); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("kicking somebody else: %v", err)
	}
	replays(t, n, id)
	if _, err := op.KickSeat(t.Context(), connect.NewRequest(&pb.KickSeatRequest{Room: id, Seat: 1, Name: "ann", Reason: "bad language"})); err != nil {
		t.Error(err)
	}
	if end := <-p.end; end == nil || end.Code != uint16(netproto.CloseKicked) || string(end.Reason) != "bad language" {
		t.Errorf("ended with %v", end)
	}
	if _, err := op.CloseRoom(t.Context(), connect.NewRequest(&pb.CloseRoomRequest{Room: "nowhere"})); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("closing no room: %v", err)
	}
	for _, parts := range [][]string{
		{"act=announce", "by=console", "remote=127.0.0.1:", "on=" + id, `text="in five minutes"`},
		{"act=kick", "by=console", "remote=127.0.0.1:", "on=" + id, `text="seat 1, bob: "`, "err="},
		{"act=kick", "by=console", "remote=127.0.0.1:", "on=" + id, `text="seat 1, ann: bad language"`},
		{`act="download recording"`, "by=console", "remote=127.0.0.1:", "on=" + id},
	} {
		if !l.has(append(parts, "level=INFO")...) {
			t.Errorf("the log lacks %q", parts)
		}
	}
}

// replays downloads a room's recording and plays it.
func replays(t *testing.T, n *testNode, id string) {
	t.Helper()
	var body []byte
	until(t, "something is written", func() bool {
		answer, err := http.DefaultClient.Get(n.url + "/console/recordings/" + id)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if body, err = io.ReadAll(answer.Body); err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode == http.StatusTooManyRequests {
			return false // asked faster than an operator does
		}
		if got := answer.Header.Get("Content-Disposition"); answer.StatusCode != 200 || got != `attachment; filename="`+id+`.journal"` {
			t.Fatalf("%s, %s", answer.Status, got)
		}
		return len(body) > 1000
	})
	mode := sim.Mode{Name: "puck", Hz: 60, Seats: 8, New: newPuck}
	if got, err := replay.Play(bytes.NewReader(body), func(string) (sim.Mode, bool) { return mode, true }, nil); err != nil || got.Last == 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRecordingRefusals(t *testing.T) {
	n := startNode(t, nil)
	id := seated(t, n, "ann").GetRoom().GetId()
	for _, row := range []struct {
		room   string
		status int
		says   string
	}{{id, 400, "--record"}, {"nowhere", 404, "has ended"}} {
		if status, body := get(t, n.url+"/console/recordings/"+row.room); status != row.status || !strings.Contains(body, row.says) {
			t.Errorf("%s: %d %s", row.room, status, body)
		}
	}
	closed := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.AdminKey = "correct horse" })
	if status, body := get(t, closed.url+"/console/recordings/x"); status != 401 || !strings.Contains(body, "admin key") {
		t.Errorf("without the key: %d %s", status, body)
	}
}

func newTestLog(l *logged) *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }
