package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/store"
)

// window is how far ratings in a match may be apart. Players are that near to each
// other; the others are each further from everybody.
const window = 0.9

// configOf is the queue for a shape of matches: 1v1, 5v5, 2v2v2, 100.
func configOf(shape string) (*queue.Config, error) {
	c := &queue.Config{
		Name: "rate", Mode: "duel", Rating: queue.RatingRule{Source: queue.RatingToken},
		Widening: queue.Widening{Rating: queue.Curve{{Value: window}}, Fill: queue.Curve{{Value: 1}}},
		Party:    queue.PartyRule{Most: 1}, Limit: queue.LimitRule{After: time.Hour, Then: queue.LimitTell}, Come: 20 * time.Second,
	}
	for text := range strings.SplitSeq(shape, "v") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > queue.MaxMatch || len(c.Teams) == queue.MaxTeams {
			return nil, fmt.Errorf("%q is no shape of a match, want 1v1, 5v5 or 100 for example", shape)
		}
		c.Teams = append(c.Teams, queue.Team{Name: text, Least: n, Most: n})
	}
	return c, nil
}

// openRooms are rooms that open at once and where everybody comes.
type openRooms struct{ node string }

func (r openRooms) Open(_ context.Context, m *queue.Match, _ *queue.Config) (matchmaker.Place, error) {
	return matchmaker.Place{Room: m.ID, Node: r.node, URL: "ws://192.0.2.1:8080", Epoch: 1}, nil
}

func (openRooms) Invite(context.Context, *queue.Match, *queue.Config) error { return nil }

func (openRooms) Attendance(_ context.Context, matches []*queue.Match) map[string]matchmaker.Attendance {
	all := map[string]matchmaker.Attendance{}
	for _, m := range matches {
		came := map[string]bool{}
		for i := range m.Seats {
			came[m.Seats[i].User] = true
		}
		all[m.ID] = matchmaker.Attendance{Came: came}
	}
	return all
}

func (openRooms) Close(context.Context, *queue.Match, string) {}

// peers are nodes that all live.
type peers []string

func (p peers) Alive(string) bool { return true }
func (p peers) Nodes() []string   { return p }
func (p peers) Explain(context.Context, string, string, []string) (map[string]queue.Explanation, error) {
	return nil, matchmaker.ErrUnavailable
}

func nodeNames(n int) (names peers) {
	for i := range n {
		names = append(names, fmt.Sprintf("node%d", i))
	}
	return names
}

// startNode runs a node until ctx ends. Its client is the caller's to close after
// wait.
func startNode(ctx context.Context, wait *sync.WaitGroup, client redis.UniversalClient, name string, all peers, c *queue.Config) *matchmaker.Matchmaker {
	m := matchmaker.New(matchmaker.Config{
		Node: name, Store: store.NewRedis(client, "rate", 10*time.Second, time.Now), Rooms: openRooms{name}, Peers: all, Log: slog.New(slog.DiscardHandler),
	})
	m.SetQueues([]*queue.Config{c})
	wait.Go(func() { m.Run(ctx) })
	return m
}
