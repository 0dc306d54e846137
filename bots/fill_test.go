package bots

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/sim/arena"
)

// wishes are what a test wants of Fill.
type wishes struct {
	node *node
	mu   sync.Mutex
	want map[string]int
}

func (w *wishes) Wanted() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.want)
}

func (w *wishes) set(want map[string]int) {
	w.mu.Lock()
	w.want = want
	w.mu.Unlock()
}

func (w *wishes) Seat(_ context.Context, id, name string) (string, error) {
	return fmt.Sprintf("ws%s/rooms/%s?name=%s&bot=1", strings.TrimPrefix(w.node.url, "http"), id, name), nil
}

// TestFill: players come to where they are wanted, move on, come back to a room
// after they lost their seats, and are never more than there are.
func TestFill(t *testing.T) {
	n := startNode(t, append(arena.Game().Modes, plainMode())...)
	for _, wish := range []room.Wish{{ID: "a", Mode: "ffa", Keep: true}, {ID: "b", Mode: "plain", Keep: true}} {
		_, err := n.rooms.Create(wish)
		check(t, err)
	}
	w := &wishes{node: n, want: map[string]int{"a": 3, "b": 1}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := Default()
	c.Server, c.Players, c.RoomSize, c.Behaviour, c.Otherwise = n.url, 4, 0, "fighter", AnyGame
	over := make(chan error, 1)
	go func() { over <- Fill(ctx, c, w, slog.New(slog.DiscardHandler)) }()
	in := func(a, b int) func() bool {
		return func() bool {
			for id, want := range map[string]int{"a": a, "b": b} {
				r, ok := n.rooms.Get(id)
				if !ok || r.Info().Active != want || r.Info().Bots != want {
					return false
				}
			}
			return true
		}
	}
	eventually(t, in(3, 1))
	w.set(map[string]int{"a": 1, "b": 9, "none": 2})
	eventually(t, in(1, 3))
	w.set(map[string]int{"b": 3})
	eventually(t, in(0, 3))
	r, _ := n.rooms.Get("b")
	check(t, r.Kick(1, "out"))
	eventually(t, in(0, 2))
	eventually(t, in(0, 3))
	w.set(nil)
	eventually(t, in(0, 0))
	r.Close(netproto.CloseRoomEnded, "over")
	cancel()
	check(t, <-over)
}
