package bots

import (
	"context"
	"log/slog"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

// TestKeepComesBack: the bots' room ends, and they find another.
func TestKeepComesBack(t *testing.T) {
	n := startNode(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := Default()
	c.Server, c.Players, c.RoomSize, c.Behaviour = n.url, 5, 0, "fighter"
	over := make(chan error, 1)
	go func() { over <- Keep(ctx, c, slog.New(slog.DiscardHandler)) }()
	// QuickPlay may have led them to several rooms, as they ask at the same time.
	old := map[string]bool{}
	playing := func() bool {
		bots := 0
		for _, info := range n.rooms.List() {
			if !old[info.ID] {
				bots += min(info.Active, info.Bots)
			}
		}
		return bots == c.Players
	}
	eventually(t, playing)
	for _, info := range n.rooms.List() {
		old[info.ID] = true
		if r, ok := n.rooms.Get(info.ID); ok {
			r.Close(netproto.CloseRoomEnded, "over")
		}
	}
	eventually(t, playing)
	cancel()
	check(t, <-over)
}
