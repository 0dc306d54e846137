package server

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/metronome-server/metronome/client"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// withQueues has a node serve queues, as their file says.
func withQueues(t *testing.T, text string, more ...func(*Config)) func(*Config) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queues.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(c *Config) {
		c.Queues = path
		for _, change := range more {
			change(c)
		}
	}
}

// matchmake waits in a queue of a node for a seat.
func matchmake(t *testing.T, n *Node, queue, name string) *client.Matched {
	t.Helper()
	l, err := client.NewLobby(n.LocalURL(), nil)
	if err != nil {
		t.Error(err)
		return nil
	}
	m, err := l.Matchmake(t.Context(), queue, client.MatchOptions{Name: name})
	if err != nil {
		t.Error(name, err)
		return nil
	}
	return m
}

// seated plays a seat until somebody else is there, and returns how many players the
// roster had.
func seated(t *testing.T, m *client.Matched) (players int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, err := client.Dial(ctx, m.Join.GetUrl(), client.Options{})
	if err != nil {
		t.Error(err)
		return 0
	}
	err = c.Run(ctx, client.Handler{Snapshot: func(s *client.Session) {
		players = 0
		for seat := range sim.Seat(8) {
			if s.Roster(seat) != nil {
				players++
			}
		}
		if players > 1 {
			cancel()
		}
	}})
	if ctx.Err() == nil {
		t.Error("the seat was lost:", err)
	}
	return players
}

// TestTwoQueueOnTwoNodesAndPlay has two players wait at two nodes and meet in one
// room.
func TestTwoQueueOnTwoNodesAndPlay(t *testing.T) {
	store := startRedis(t)
	file := withQueues(t, "queues:\n  ranked:\n    mode: duel\n    teams: 2 x 1\n    rating: {source: store}\n", func(c *Config) { c.Redis = store })
	nodes := []*Node{startTestNode(t, file), startTestNode(t, file)}
	rooms := make([]string, len(nodes))
	var wait sync.WaitGroup
	for i, n := range nodes {
		wait.Go(func() {
			m := matchmake(t, n, "ranked", []string{"ann", "ben"}[i])
			if m == nil {
				return
			}
			rooms[i] = m.Join.GetRoom().GetId()
			if players := seated(t, m); players != 2 {
				t.Errorf("%d players", players)
			}
		})
	}
	wait.Wait()
	if rooms[0] == "" || rooms[0] != rooms[1] {
		t.Errorf("they play in %q", rooms)
	}
}

// TestBotsComeToTheMatchOfWhoWaitsAlone has one player queue, with bots for the rest.
func TestBotsComeToTheMatchOfWhoWaitsAlone(t *testing.T) {
	n := startTestNode(t, withQueues(t, "queues:\n  casual:\n    mode: ffa\n    teams: 1 x 2-4\n    bots: {after: 0s, most: 3}\n"))
	defer n.fillRooms(slog.New(slog.DiscardHandler))()
	m := matchmake(t, n, "casual", "ann")
	if m == nil {
		return
	}
	if players := seated(t, m); players < 2 {
		t.Errorf("%d players", players)
	}
}

func TestAFaultyFileOfQueuesIsNamedAtTheStart(t *testing.T) {
	c := DefaultConfig()
	c.Listen = "127.0.0.1:0"
	withQueues(t, "queues:\n  ranked:\n    mode: nonsense\n    teams: 2 x 1\n")(&c)
	_, err := Start(t.Context(), c, []sim.Game{arena.Game()}, slog.New(slog.DiscardHandler))
	if err == nil {
		t.Fatal("it starts")
	}
	for _, want := range []string{"--queues", "line 3", "nonsense"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}
