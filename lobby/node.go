package lobby

import (
	"context"
	"encoding/json"
	"time"
)

// Node is one server process as the directory shows it.
type Node struct {
	ID       string `json:"id"`
	URL      string `json:"url"`
	Version  string `json:"version"`
	Draining bool   `json:"draining"` // takes no new rooms and players
	Rooms    int    `json:"rooms"`
	Seats    int    `json:"seats"`
	Players  int    `json:"players"` // seats taken, bots included
	// NodeURL is where other nodes reach it.
	NodeURL string    `json:"node_url"`
	Region  string    `json:"region,omitempty"`
	At      time.Time `json:"at"` // when this was true
	Began   time.Time `json:"began"`
	Capacity
}

// maxNodes is how many nodes a directory shows.
const maxNodes = 1000

// Nodes returns the nodes whose lease runs, in no useful order. Errors:
// ErrUnavailable.
func (l *Lobby) Nodes(ctx context.Context) ([]Node, error) {
	records, err := l.records(ctx)
	if err != nil {
		return nil, err
	}
	nodes := make([]Node, len(records))
	for i, r := range records {
		nodes[i] = r.Node
	}
	return nodes, nil
}

// record is this node's own entry.
func (l *Lobby) record(draining bool, c Capacity, keys []publishedKey) string {
	n := Node{
		ID: l.cfg.NodeID, URL: l.cfg.NodeURL, Version: l.cfg.Version, Draining: draining, NodeURL: l.cfg.PeerURL, Region: l.cfg.Region,
		At: l.dir.now(), Began: l.began, Capacity: c,
	}
	l.mu.Lock()
	for _, o := range l.mine {
		n.Rooms++
		n.Seats += o.seen.Seats
		n.Players += o.seen.Taken + o.seen.Fillers
	}
	l.mu.Unlock()
	b, _ := json.Marshal(nodeRecord{n, l.self, keys}) // strings, numbers and bytes always marshal
	return string(b)
}
