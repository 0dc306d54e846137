// Command moves measures what players feel of a room that moves to and fro between two
// nodes. It starts a Redis and two nodes, which record, lets bots play in one room, first
// undisturbed, then while it is moved again and again, and prints both beside each
// other. Then it plays all recordings, one after the other, in one world, as if the room
// had stayed, and compares every tick. It needs redis-server.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/bench/local"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

type options struct {
	binary  string
	mode    string
	players int
	moves   int
	every   time.Duration
}

// key opens the consoles of the nodes.
var key = strings.Repeat("k", 32)

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/metronome", "the server, which is also the load")
	flag.StringVar(&o.mode, "mode", "ffa", "mode of the room")
	flag.IntVar(&o.players, "players", 50, "bots in it")
	flag.IntVar(&o.moves, "moves", 100, "how often it moves")
	flag.DurationVar(&o.every, "every", 400*time.Millisecond, "pause between two moves")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "moves:", err)
		os.Exit(1)
	}
}

// node is one that runs.
type node struct {
	url     string
	console metronomev1connect.ConsoleServiceClient
	lobby   metronomev1connect.LobbyServiceClient
}

func run(ctx context.Context, o options) error {
	recordings, err := os.MkdirTemp("", "metronome-moves-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(recordings) }()
	room, err := play(ctx, o, recordings)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(recordings, "*", "*-"+room+"*.journal"))
	if err != nil {
		return err
	}
	ticks, err := playAsOne(files)
	if err != nil {
		return err
	}
	fmt.Printf("%d recordings of the room, played as if it had stayed: %d ticks, every hash the same\n", len(files), ticks)
	return nil
}

// play has bots play, undisturbed and moved, and returns the id of the room that moved.
func play(ctx context.Context, o options, recordings string) (room string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var wait sync.WaitGroup
	defer wait.Wait()
	defer cancel()
	start := func(name string, arguments ...string) error {
		c := exec.CommandContext(ctx, name, arguments...)
		c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
		if failed := c.Start(); failed != nil {
			return failed
		}
		wait.Go(func() { _ = c.Wait() })
		return nil
	}
	nodes, err := startNodes(ctx, o, recordings, start)
	if err != nil {
		return "", err
	}
	window := time.Duration(o.moves) * (o.every + 100*time.Millisecond)
	fmt.Printf("%d players in a room of mode %s, %d moves\n\n", o.players, o.mode, o.moves)
	fmt.Println("| | snapshots | gap p50 / p99 / worst, ms | input to ack p50 / p99, ms | ticks lost | seats lost |")
	fmt.Println("|---|---:|---:|---:|---:|---:|")
	for _, moves := range []int{0, o.moves} {
		made, failed := nodes[0].lobby.CreateRoom(ctx, connect.NewRequest(&pb.CreateRoomRequest{Mode: o.mode, Seats: uint32(o.players)}))
		if failed != nil {
			return "", failed
		}
		room = made.Msg.GetJoin().GetRoom().GetId()
		if made.Msg.GetJoin().GetRoom().GetNode() != nodes[0].url { // it opens where it fits
			nodes[0], nodes[1] = nodes[1], nodes[0]
		}
		if err = measure(ctx, o, nodes, room, moves, window); err != nil {
			return "", err
		}
	}
	return room, nil
}

func startNodes(ctx context.Context, o options, recordings string, start func(string, ...string) error) (nodes []node, err error) {
	store, err := local.FreeAddress(ctx)
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(store)
	if err = start("redis-server", "--bind", host, "--port", port, "--save", "", "--loglevel", "warning"); err != nil {
		return nil, err
	}
	if err = local.Until(ctx, 100*time.Millisecond, func() bool { return local.Answers(ctx, store) }); err != nil {
		return nil, fmt.Errorf("redis-server: %w", err)
	}
	for i := range 2 {
		address, failed := local.FreeAddress(ctx)
		if failed != nil {
			return nil, failed
		}
		if err = start(o.binary, "serve", "--listen", address, "--redis", "redis://"+store, "--bots", "0", "--handshakes-per-second", "0",
			"--admin-key", key, "--record", filepath.Join(recordings, fmt.Sprint(i))); err != nil {
			return nil, err
		}
		n := node{"http://" + address, nil, nil}
		n.console, n.lobby = metronomev1connect.NewConsoleServiceClient(http.DefaultClient, n.url), metronomev1connect.NewLobbyServiceClient(http.DefaultClient, n.url)
		nodes = append(nodes, n)
		if err = local.Until(ctx, 100*time.Millisecond, func() bool { return local.Answers(ctx, address) }); err != nil {
			return nil, fmt.Errorf("node %d: %w", i, err)
		}
	}
	return nodes, nil
}

// report is what is read of what the bots print.
type report struct {
	Connected int    `json:"connected"`
	Snapshots uint64 `json:"snapshots"`
	Gap       spread `json:"gap_ms"`
	Ack       spread `json:"ack_ms"`
}

type spread struct {
	Median float64 `json:"p50"`
	P99    float64 `json:"p99"`
	Worst  float64 `json:"max"`
}

// measure has bots play in a room that moves so often, and prints a line.
func measure(ctx context.Context, o options, nodes []node, room string, moves int, window time.Duration) error {
	bots := exec.CommandContext(ctx, o.binary, "bots", "--server", nodes[0].url, "--room", room, "--players", fmt.Sprint(o.players), "--people",
		"--duration", window.String(), "--warmup", "2s", "--json", "--quiet")
	var out strings.Builder
	bots.Stdout = &out
	lost, err := ticksLost(ctx, nodes)
	if err != nil {
		return err
	}
	if err = bots.Start(); err != nil {
		return err
	}
	full := func() bool { return seats(ctx, nodes) >= o.players }
	if err = local.Until(ctx, 100*time.Millisecond, full); err != nil {
		return fmt.Errorf("the bots are not in: %w", err)
	}
	if err = local.Pause(ctx, 3*time.Second); err != nil { // their window has begun
		return err
	}
	for range moves {
		if err = move(ctx, nodes[0], nodes[1], room); err != nil {
			return err
		}
		nodes[0], nodes[1] = nodes[1], nodes[0]
		if err = local.Pause(ctx, o.every); err != nil {
			return err
		}
	}
	_ = bots.Wait() // what it has against restarts stands in the report
	var r report
	if err = json.Unmarshal([]byte(out.String()), &r); err != nil {
		return fmt.Errorf("the bots' report: %w: %.200s", err, out.String())
	}
	now, err := ticksLost(ctx, nodes)
	if err != nil {
		return err
	}
	fmt.Printf("| %d moves | %d | %.1f / %.1f / %.1f | %.1f / %.1f | %d | %d |\n", moves, r.Snapshots, r.Gap.Median, r.Gap.P99, r.Gap.Worst,
		r.Ack.Median, r.Ack.P99, now-lost, o.players-r.Connected)
	return nil
}

func move(ctx context.Context, from, to node, room string) error {
	req := connect.NewRequest(&pb.MoveRoomRequest{Room: room, To: to.url})
	req.Header().Set("Authorization", "Bearer "+key)
	_, err := from.console.MoveRoom(ctx, req)
	return err
}

// stats is what is read of GET /stats.
type stats struct {
	Lost  uint64 `json:"ticks_lost"`
	Seats int    `json:"seats"`
}

func ask(ctx context.Context, n node) (s stats, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, n.url+"/stats", nil)
	if err != nil {
		return s, err
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, err
	}
	defer func() { _ = answer.Body.Close() }()
	return s, json.NewDecoder(answer.Body).Decode(&s)
}

func ticksLost(ctx context.Context, nodes []node) (lost uint64, err error) {
	for _, n := range nodes {
		s, failed := ask(ctx, n)
		lost, err = lost+s.Lost, errors.Join(err, failed)
	}
	return lost, err
}

func seats(ctx context.Context, nodes []node) (taken int) {
	for _, n := range nodes {
		if s, err := ask(ctx, n); err == nil {
			taken += s.Seats
		}
	}
	return taken
}
