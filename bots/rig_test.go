package bots

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/metronome-server/metronome/gateway"
	gatewaynode "github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/gateway/ws"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// node is a real server in this process.
type node struct {
	url   string
	rooms *room.Registry
	stats *room.Stats
}

func startNode(t testing.TB, modes ...sim.Mode) *node {
	t.Helper()
	if len(modes) == 0 {
		modes = arena.Game().Modes
	}
	log := slog.New(slog.DiscardHandler)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	n := &node{url: "http://" + listener.Addr().String(), stats: &room.Stats{}}
	n.rooms, err = room.NewRegistry(room.RegistryConfig{
		MaxRooms: 50, MaxSeats: 20_000, Room: room.Default(), Stats: n.stats, Log: log,
		Clock: (&room.Beat{}).Clock,
	}, modes)
	check(t, err)
	directory, err := lobby.Open(t.Context(), lobby.Config{NodeURL: n.url, Log: log})
	check(t, err)
	upgrades := ws.DefaultConfig()
	upgrades.Log = log
	upgrader, err := ws.NewUpgrader(upgrades)
	check(t, err)
	link := gatewaynode.New(n.rooms, directory, log)
	link.Become(gatewaynode.Ready)
	routes, err := gateway.New(gateway.Config{Node: link, Rooms: n.rooms, Lobby: directory, Stats: n.stats, Upgrader: upgrader, Open: true, Log: log})
	check(t, err)
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: routes.Handler()}}
	server.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		check(t, n.rooms.Close(ctx, netproto.CloseRestart, ""))
		link.Wait()
		http.DefaultClient.CloseIdleConnections()
		server.Close()
		upgrader.Wait()
		check(t, directory.Close(ctx))
	})
	return n
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
