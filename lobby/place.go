package lobby

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Capacity is what a node can take on.
type Capacity struct {
	// Modes are those that it offers, each with its game's fingerprint.
	Modes map[string]string `json:"modes,omitempty"`
	// FreeRooms and FreeSeats are how much more fits; 0 when it takes nothing new.
	FreeRooms int `json:"free_rooms"`
	FreeSeats int `json:"free_seats"`
	// Load is how much of its CPU the process used lately, 0 to 1.
	Load float64 `json:"load"`
}

// peers are the other nodes and this one, as they were last heard of.
type peers struct {
	mu    sync.Mutex
	nodes []Node
	urls  urlMemory
}

// Place is where a room may be opened.
type Place struct {
	Mode        string
	Fingerprint string
	Seats       int
	// Region is where the players are; "": where this node is. Nodes elsewhere come
	// after those of the region.
	Region string
	// NewerBuild: nodes with another fingerprint are meant instead, which began after this
	// one: what an older build does not know would be lost there.
	NewerBuild bool
}

// plays reports whether a node has the game as it is wanted.
func (p *Place) plays(n *Node, began time.Time) bool {
	fingerprint := n.Modes[p.Mode]
	if p.NewerBuild {
		return fingerprint != "" && fingerprint != p.Fingerprint && n.Began.After(began)
	}
	return fingerprint == p.Fingerprint
}

// BusyLoad is the load from which on a node counts as smaller than it is. Below
// it a difference in load says little, and rooms go by seats alone.
const BusyLoad = 0.8

// room is how many seats count as free, by seats and load.
func (c Capacity) room() float64 {
	return float64(c.FreeSeats) * (1 - max(0, min(c.Load, 1)-BusyLoad)/(1-BusyLoad))
}

// Places returns the nodes that fit, best first: those of the region, then by free
// capacity. This node is one of them when it fits. It asks nobody.
func (l *Lobby) Places(p Place) []Node {
	region := cmp.Or(p.Region, l.cfg.Region)
	l.peers.mu.Lock()
	defer l.peers.mu.Unlock()
	var fit []Node
	for _, n := range l.peers.nodes {
		if !n.Draining && p.plays(&n, l.began) && n.FreeRooms > 0 && n.FreeSeats >= p.Seats {
			fit = append(fit, n)
		}
	}
	slices.SortFunc(fit, func(a, b Node) int {
		return cmp.Or(
			compareBool(b.Region == region, a.Region == region),
			cmp.Compare(b.room(), a.room()),
			compareBool(b.ID == l.cfg.NodeID, a.ID == l.cfg.NodeID),
			cmp.Compare(a.ID, b.ID),
		)
	})
	return fit
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Take counts seats as taken on a node that is about to be asked for a room, until
// it says itself what it has left: calls at the same time do not all go to one.
func (l *Lobby) Take(node string, seats int) {
	l.peers.mu.Lock()
	defer l.peers.mu.Unlock()
	for i := range l.peers.nodes {
		if n := &l.peers.nodes[i]; n.ID == node {
			n.FreeSeats -= seats
			n.FreeRooms--
			n.At = l.dir.now()
		}
	}
}

// Heard notes what a node said of its capacity after it opened a room, so that the
// next room does not go by what was true before.
func (l *Lobby) Heard(node string, c Capacity) {
	l.peers.mu.Lock()
	defer l.peers.mu.Unlock()
	for i := range l.peers.nodes {
		if n := &l.peers.nodes[i]; n.ID == node {
			c.Modes = n.Modes
			n.Capacity, n.At = c, l.dir.now()
		}
	}
}

// Peer returns a node by its id. false: it is not known, or gone.
func (l *Lobby) Peer(id string) (Node, bool) {
	l.peers.mu.Lock()
	defer l.peers.mu.Unlock()
	for _, n := range l.peers.nodes {
		if n.ID == id {
			return n, true
		}
	}
	return Node{}, false
}

// Peers returns all nodes that are known, this one among them.
func (l *Lobby) Peers() []Node {
	l.peers.mu.Lock()
	defer l.peers.mu.Unlock()
	return slices.Clone(l.peers.nodes)
}

// refreshPeers reads the nodes' records. What was heard of a node since it wrote
// its record is newer.
func (l *Lobby) refreshPeers(ctx context.Context) error {
	nodes, err := l.Nodes(ctx)
	if err != nil {
		return err
	}
	l.peers.mu.Lock()
	defer l.peers.mu.Unlock()
	for i := range nodes {
		n := &nodes[i]
		for _, old := range l.peers.nodes {
			if old.ID == n.ID && old.At.After(n.At) {
				n.Capacity, n.At = old.Capacity, old.At
			}
		}
	}
	l.peers.nodes = nodes
	l.peers.urls.note(nodes, l.dir.now())
	return nil
}
