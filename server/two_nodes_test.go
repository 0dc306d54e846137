package server

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// startRedis runs Debian's redis-server on a free port and returns its URL.
func startRedis(t *testing.T) string {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "redis-server", "--version").CombinedOutput(); err != nil {
		missing(t, "redis-server", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // killed
	})
	for deadline := time.Now().Add(20 * time.Second); ; {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
		if err == nil {
			_ = conn.Close()
			return "redis://127.0.0.1:" + port
		}
		if time.Now().After(deadline) {
			t.Fatalf("redis-server does not answer: %v", err)
		}
	}
}

// TestTwoNodesShareALobby has a client ask one node and play on the other.
func TestTwoNodesShareALobby(t *testing.T) {
	store := startRedis(t)
	share := func(c *Config) { c.Redis, c.Open = store, "no" }
	a, b := startTestNode(t, share), startTestNode(t, share)
	atA := metronomev1connect.NewLobbyServiceClient(http.DefaultClient, a.LocalURL())
	atB := metronomev1connect.NewLobbyServiceClient(http.DefaultClient, b.LocalURL())
	made, err := atA.CreateRoom(t.Context(), connect.NewRequest(&pb.CreateRoomRequest{Private: true, Name: "ann"}))
	if err != nil {
		t.Fatal(err)
	}
	code := made.Msg.GetJoin().GetRoom().GetCode()
	found, err := atB.JoinRoom(t.Context(), connect.NewRequest(&pb.JoinRoomRequest{By: &pb.JoinRoomRequest_Code{Code: strings.ToLower(code)}, Name: "bob"}))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(found.Msg.GetJoin().GetUrl())
	if err != nil || "http://"+u.Host != a.LocalURL() {
		t.Fatalf("asked at %s for a room of %s, sent to %s, %v", b.LocalURL(), a.LocalURL(), u, err)
	}
	bob := join(t, a, strings.TrimPrefix(u.RequestURI(), "/rooms/"))
	bob.must(bob.next())
	bob.send(&netproto.ClientFrame{Leave: true})
	if end := bob.ends(); end.Code != netproto.CloseBye {
		t.Errorf("left with %v", end)
	}
	list, err := atB.ListRooms(t.Context(), connect.NewRequest(&pb.ListRoomsRequest{}))
	if err != nil || len(list.Msg.GetRoom()) != 2 {
		t.Errorf("node b lists %v, %v", list, err)
	}
}
