package server

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/metronome-server/metronome/lobby"
)

// watchNodes keeps what clients are told of other nodes up to date, until ctx ends.
func (n *Node) watchNodes(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		n.nodes.Set(elsewhere(n.lobby.Peers(), n.lobby.NodeID(), n.config.Region))
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// elsewhere are the URLs of the nodes, but for one, that take players, those of a
// region first.
func elsewhere(nodes []lobby.Node, self, region string) (urls []string) {
	slices.SortFunc(nodes, func(a, b lobby.Node) int {
		near := func(n lobby.Node) int {
			if n.Region == region {
				return 0
			}
			return 1
		}
		return cmp.Or(near(a)-near(b), strings.Compare(a.ID, b.ID))
	})
	for _, n := range nodes {
		if n.ID != self && !n.Draining {
			urls = append(urls, n.URL)
		}
	}
	return urls
}
