package server

import (
	"context"

	"github.com/metronome-server/metronome/gateway/peer"
	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/journal/stored"
	"github.com/metronome-server/metronome/room"
)

// How rooms of nodes that share a store outlive their process.
const (
	surviveOff    = "off"
	surviveAsync  = "async"
	surviveStrict = "strict"
)

// storeRooms has the rooms of this node kept in the store, from which another node has
// them when this one dies.
func (n *Node) storeRooms(c *room.RegistryConfig) {
	if n.config.Survive == surviveOff {
		return
	}
	n.stored = stored.Open(n.lobby.Journals(), stored.Config{
		Strict: n.config.Survive == surviveStrict,
		Lost:   func(id string, epoch uint64) { n.node.LostUnder(id, epoch) },
	})
	c.Keeper, c.KeptBy, c.KeptMode = func(id string) journal.Keeper { return n.stored.Keep(id) }, "redis", n.config.Survive
}

// runHeritage takes over rooms of nodes that die.
func (n *Node) runHeritage(ctx context.Context) {
	if n.stored == nil {
		return
	}
	pulse := peer.NewPulse(n.peers)
	n.run.Go(func() { pulse.Run(ctx) })
	n.run.Go(func() { n.node.RunHeritage(ctx, n.lobby.Journals(), pulse) })
}
