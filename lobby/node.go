package lobby

import (
	"context"
	"encoding/json"
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
}

// NodeState is what a node says of itself at each beat.
type NodeState struct {
	Draining bool   // its open rooms are listed as draining
	Rooms    []Room // every room that it owns, each with the epoch it was claimed under
}

// maxNodes is how many nodes a directory shows.
const maxNodes = 1000

// Nodes returns the nodes whose lease runs, in no useful order.
func (l *Lobby) Nodes(ctx context.Context) ([]Node, error) {
	answer, err := l.run(ctx, nodesScript, maxNodes)
	if err != nil {
		return nil, err
	}
	if len(answer) != 1 {
		return nil, malformed("nodes", answer)
	}
	records, _ := answer[0].([]any)
	nodes := make([]Node, 0, len(records))
	for _, record := range records {
		text, _ := record.(string)
		var n Node
		if err := json.Unmarshal([]byte(text), &n); err != nil {
			return nil, malformed("node", record)
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// record is this node's own entry.
func (l *Lobby) record(s NodeState) string {
	n := Node{ID: l.cfg.NodeID, URL: l.cfg.NodeURL, Version: l.cfg.Version, Draining: s.Draining, Rooms: len(s.Rooms)}
	for _, r := range s.Rooms {
		n.Seats += r.Seats
		n.Players += r.Taken
	}
	b, _ := json.Marshal(n) // strings and numbers always marshal
	return string(b)
}

// leave ends this node's lease and those of its rooms.
func (l *Lobby) leave(ctx context.Context) error {
	l.mu.Lock()
	args := []any{l.cfg.NodeID, len(l.mine)}
	for id, epoch := range l.mine {
		args = append(args, id, epoch)
	}
	l.mu.Unlock()
	_, err := l.run(ctx, leaveScript, args...)
	return err
}
