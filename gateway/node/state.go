package node

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// State is what a node is doing. docs/STATES.md has the moves.
type State int32

// The node states.
const (
	// Starting: something that it needs is not up yet.
	Starting State = iota
	// Ready: takes new rooms and players.
	Ready
	// Draining: takes none, and its rooms end.
	Draining
	// Gone: stopped. Nothing leads out of it.
	Gone
)

var stateNames = [...]string{"starting", "ready", "draining", "gone"}

// String names the state as docs/STATES.md does.
func (s State) String() string {
	if s >= 0 && int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state(%d)", int32(s))
}

// moves are the legal moves: from, then to.
var moves = map[State][]State{
	Starting: {Ready, Gone},
	Ready:    {Draining},
	Draining: {Gone},
	Gone:     {},
}

// Become moves the node to another state and reports whether that was legal.
func (n *Node) Become(to State) bool {
	for {
		from := n.State()
		if !slices.Contains(moves[from], to) {
			return false
		}
		if n.state.CompareAndSwap(int32(from), int32(to)) {
			return true
		}
	}
}

// unready holds why a node that is Ready should get no new players all the same.
type unready struct {
	mu     sync.Mutex
	causes map[string]string
}

// SetUnready has the node's readiness fail for a cause, one word, and reason, a
// sentence for people, while everything goes on being served: a stop that is
// announced, a room that hangs. An empty reason ends the cause.
func (n *Node) SetUnready(cause, reason string) {
	n.unready.mu.Lock()
	defer n.unready.mu.Unlock()
	if reason == "" {
		delete(n.unready.causes, cause)
		return
	}
	if n.unready.causes == nil {
		n.unready.causes = map[string]string{}
	}
	n.unready.causes[cause] = reason
}

// Unready says why new players should go elsewhere; "" when they need not.
func (n *Node) Unready() string {
	if n.State() != Ready {
		return n.State().String()
	}
	n.unready.mu.Lock()
	defer n.unready.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Values(n.unready.causes)), "; ")
}

// State is what the node is doing now.
func (n *Node) State() State { return State(n.state.Load()) }
