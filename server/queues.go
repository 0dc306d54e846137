package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/metronome-server/metronome/gateway/match"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/gateway/peer"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/matchmaker"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/lobby/queue/queuefile"
	"github.com/metronome-server/metronome/lobby/queue/store"
	"github.com/metronome-server/metronome/lobby/queue/whatif"
	"github.com/metronome-server/metronome/outbox"
)

// openQueues reads the file of queues and makes what runs them.
func (n *Node) openQueues(context.Context) (err error) {
	if n.config.Queues == "" {
		return nil
	}
	modes := queuefile.Modes{}
	for _, m := range n.rooms.Modes() {
		modes[m.Name] = queuefile.Mode{Seats: m.Seats, Params: n.rooms.Params(m.Name)}
	}
	if n.queueFile, err = queuefile.Open(n.config.Queues, modes, n.log); err != nil {
		return fmt.Errorf("--queues %s: %w", n.config.Queues, err)
	}
	if n.config.QueueLog != "" {
		if n.queueLog, err = whatif.OpenLog(n.config.QueueLog, n.log); err != nil {
			return fmt.Errorf("--queue-log: %w", err)
		}
	}
	n.matchmaker = matchmaker.New(matchmaker.Config{
		Node: n.lobby.NodeID(), Store: n.queueStore(), Rooms: node.Matches{Node: n.node}, Peers: queuePeers{n.lobby, n.peers}, Lobby: n.lobby,
		Note: n.noteQueue, Log: n.log,
	})
	n.matchmaker.SetQueues(n.queueFile.Queues())
	n.results.to.Store(n.matchmaker)
	return nil
}

// results hands outcomes on to the queues. It implements outbox.Receiver.
type results struct {
	to atomic.Pointer[matchmaker.Matchmaker]
}

// errStarting says that the queues are not there yet: an outcome of before the node
// was started comes again.
var errStarting = errors.New("the node is starting")

// Deliver implements outbox.Receiver.
func (r *results) Deliver(ctx context.Context, e *outbox.Entry) error {
	if m := r.to.Load(); m != nil {
		err := m.TakeResult(ctx, e.Room, e.Body)
		if errors.Is(err, matchmaker.ErrInvalid) {
			err = fmt.Errorf("%w: %w", outbox.ErrRefused, err)
		}
		return err
	}
	return errStarting
}

// queueStore is where the queues are kept: with the lobby.
func (n *Node) queueStore() store.Store {
	if client, prefix, timeout := n.lobby.Redis(); client != nil {
		return store.NewRedis(client, prefix, timeout, n.lobby.Now)
	}
	return store.NewMemory(n.lobby.Now)
}

// runQueues takes part in the queues, and follows their file, until ctx ends.
func (n *Node) runQueues(ctx context.Context) {
	if n.matchmaker == nil {
		return
	}
	n.run.Go(func() { n.matchmaker.Run(ctx) })
	n.run.Go(func() { n.queueFile.Watch(ctx, n.matchmaker.SetQueues) })
}

// noteQueue writes down what the leader of a queue saw.
func (n *Node) noteQueue(name string, e matchmaker.Event) {
	if e.Ended != nil {
		n.log.Debug("an entry has ended", "queue", name, "entry", e.Ended.ID, "state", e.Ended.State, "reason", e.Ended.Why)
	}
	if n.queueLog == nil {
		return
	}
	switch {
	case e.Entry != nil && e.Entry.Rev == 1:
		n.queueLog.Put(whatif.OfEntry(e.Entry))
	case e.Ended != nil && e.Entered != nil:
		n.queueLog.Put(whatif.OfEnd(e.Ended.ID, e.Ended.State, e.Entered.Waited(e.At), e.At))
	case e.Match != nil && e.Match.Rev == 1:
		n.queueLog.Put(whatif.OfMatch(e.Match))
	case e.Match != nil && e.Match.State == queue.Played:
		for i := range e.Match.Entries {
			entry := &e.Match.Entries[i]
			n.queueLog.Put(whatif.OfEnd(entry.ID, queue.Played, entry.Waited(e.Match.Made), e.At))
		}
	}
}

// queues are those of the gateway; nil: there are none.
func (n *Node) queues() (match.Matchmaker, peer.Queues) {
	if n.matchmaker == nil {
		return nil, nil
	}
	return n.matchmaker, n.matchmaker
}

// queuePeers are the nodes that may lead queues. It implements matchmaker.Peers.
type queuePeers struct {
	lobby *lobby.Lobby
	calls *peer.Client // nil for a node of its own
}

// Alive implements matchmaker.Peers.
func (p queuePeers) Alive(id string) bool {
	if id == p.lobby.NodeID() {
		return true
	}
	_, known := p.lobby.Peer(id)
	return known
}

// Nodes implements matchmaker.Peers: nodes that are about to stop lead no queue.
func (p queuePeers) Nodes() []string {
	var ids []string
	for _, n := range p.lobby.Peers() {
		if !n.Draining {
			ids = append(ids, n.ID)
		}
	}
	if len(ids) == 0 {
		ids = append(ids, p.lobby.NodeID())
	}
	return ids
}

// Explain implements matchmaker.Peers.
func (p queuePeers) Explain(ctx context.Context, id, name string, entries []string) (map[string]queue.Explanation, error) {
	at, known := p.lobby.Peer(id)
	if !known || p.calls == nil {
		return nil, fmt.Errorf("%w: %s is gone", node.ErrPeer, cmp.Or(id, "the leader"))
	}
	return p.calls.Explain(ctx, at, name, entries)
}
