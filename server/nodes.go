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
	var known knownNodes
	for {
		n.nodes.Set(elsewhere(known.with(n.lobby.Peers(), time.Now()), n.lobby.NodeID(), n.config.Region))
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// missingMost is how long clients are told of a node that is missing from the directory.
// Why 10 s: after a store that stood still for longer than records last, every node is
// missing until it writes again; who asks one that is gone is refused at once.
const missingMost = 10 * time.Second

// knownNodes are those that clients were told of, by URL.
type knownNodes map[string]knownNode

type knownNode struct {
	lobby.Node
	seen time.Time // in the directory
}

// with takes in the nodes of the directory, and returns these and those that have been
// missing for a short time only.
func (k *knownNodes) with(nodes []lobby.Node, now time.Time) []lobby.Node {
	if *k == nil {
		*k = knownNodes{}
	}
	for _, n := range nodes {
		(*k)[n.URL] = knownNode{n, now}
	}
	for url, n := range *k {
		switch missing := now.Sub(n.seen); {
		case missing >= missingMost:
			delete(*k, url)
		case missing > 0:
			nodes = append(nodes, n.Node)
		}
	}
	return nodes
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
