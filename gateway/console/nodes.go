package console

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/metronome-server/metronome/lobby"
)

// nodesFor is how long a list of nodes serves. Why 2 s: the store is asked no
// more often, however many watch, and a node's lease is longer.
const nodesFor = 2 * time.Second

// nodeList is the directory's nodes, shared by all who watch. The zero value is
// ready. Any goroutine.
type nodeList struct {
	mu    sync.Mutex // held while the store is asked, so that one asks for all
	nodes []lobby.Node
	err   error // of the last question; then nodes are old
	asked time.Time
}

// get returns the nodes; with an error they are those that were last known.
func (l *nodeList) get(ctx context.Context, directory *lobby.Lobby) ([]lobby.Node, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.asked) < nodesFor {
		return l.nodes, l.err
	}
	nodes, err := directory.Nodes(ctx)
	if errors.Is(ctx.Err(), context.Canceled) {
		return l.nodes, l.err // who asked has gone; the next asks again
	}
	l.asked, l.err = time.Now(), err
	if err == nil {
		l.nodes = nodes
	}
	return l.nodes, l.err
}
