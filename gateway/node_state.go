package gateway

import (
	"fmt"
	"slices"
)

// NodeState is what a node is doing. docs/STATES.md has the moves.
type NodeState int32

// The node states.
const (
	// NodeStarting: something that it needs is not up yet.
	NodeStarting NodeState = iota
	// NodeReady: takes new rooms and players.
	NodeReady
	// NodeDraining: takes none, and its rooms end.
	NodeDraining
	// NodeGone: stopped. Nothing leads out of it.
	NodeGone
)

var nodeStates = [...]string{"starting", "ready", "draining", "gone"}

// String names the state as docs/STATES.md does.
func (s NodeState) String() string {
	if s >= 0 && int(s) < len(nodeStates) {
		return nodeStates[s]
	}
	return fmt.Sprintf("state(%d)", int32(s))
}

// nodeMoves are the legal moves: from, then to.
var nodeMoves = map[NodeState][]NodeState{
	NodeStarting: {NodeReady, NodeGone},
	NodeReady:    {NodeDraining},
	NodeDraining: {NodeGone},
	NodeGone:     {},
}

// Become moves the node to another state and reports whether that was legal.
func (n *Node) Become(to NodeState) bool {
	for {
		from := n.State()
		if !slices.Contains(nodeMoves[from], to) {
			return false
		}
		if n.state.CompareAndSwap(int32(from), int32(to)) {
			return true
		}
	}
}

// State is what the node is doing now.
func (n *Node) State() NodeState { return NodeState(n.state.Load()) }
