package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"testing"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/netproto"
)

// TestStalledReaderHurtsNobody stops reading on one connection of a busy room.
// The others get their snapshots; when it reads again it has what they have.
func TestStalledReaderHurtsNobody(t *testing.T) {
	n := startTestNode(t, func(c *Config) { c.Bots = 40 })
	company(t, n)
	honest, stalled := join(t, n, "ffa?name=honest"), join(t, n, "ffa?name=stalled")
	if err := stalled.conn.(*net.TCPConn).SetReadBuffer(1024); err != nil {
		t.Fatal(err)
	}
	// A busy machine skips snapshots of anybody. Who is hurt by the stalled one
	// would miss as many as it does.
	missed := func() uint32 { return uint32(n.stats.SnapshotsSkipped.Load()) }
	hurt := uint32(0)
	for i := 0; i < 150 || missed() < 2*hurt+30; i++ {
		honest.must(honest.next())
		hurt += honest.frame.Skipped
		keepAlive := &netproto.ClientFrame{Ping: 1}
		honest.send(keepAlive)
		stalled.send(keepAlive)
		if i > 3000 {
			t.Fatalf("%d snapshots were skipped, %d of them the honest player's", missed(), hurt)
		}
	}
	// A frame may cover two ticks: whoever is behind reads on until both are level.
	for stalled.mirror.Tick() != honest.mirror.Tick() {
		behind := stalled
		if honest.mirror.Tick() < stalled.mirror.Tick() {
			behind = honest
		}
		behind.must(behind.next())
	}
	if a, b := ships(honest), ships(stalled); !slices.Equal(a, b) || len(a) < 40 {
		t.Errorf("at tick %d the honest player sees %d ships, the stalled one %d others\n%v\n%v", honest.mirror.Tick(), len(a), len(b), a, b)
	}
}

// company has bots fill the room, and waits until they fly.
func company(t *testing.T, n *Node) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	c := n.fillerConfig()
	c.Behaviour = "wander" // nobody dies: as many ships as bots
	go func() { done <- bots.Fill(ctx, c, n.newFiller(), slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	watcher := join(t, n, "ffa?name=watcher")
	for len(ships(watcher)) < n.config.Bots {
		watcher.must(watcher.next())
		watcher.send(&netproto.ClientFrame{Ping: 1})
	}
	watcher.send(&netproto.ClientFrame{Leave: true})
}

// ships lists what a client sees of the ships: ids and places.
func ships(c *raw) []string {
	at, _ := netproto.Find(c.mirror.Schema(), "ship", "x")
	var out []string
	for l := range c.mirror.Lists(at.Table) {
		for i, id := range l.IDs() {
			out = append(out, fmt.Sprint(id, l.Column(0)[i], l.Column(1)[i], l.Column(2)[i]))
		}
	}
	slices.Sort(out)
	return out
}
