package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/room"
)

const (
	// moveTimeout bounds how long a room stands still while another node takes it
	// over, and once more while this one takes it back. Why 2 s: longer than any that was
	// seen, and players who wait longer look for another room.
	moveTimeout = 2 * time.Second
	// moveAllTimeout bounds how long a node that stops moves rooms: those that are left
	// drain. Why 10 s: hundreds of rooms, or a node that answers none of several calls.
	moveAllTimeout = 10 * time.Second
	// movesAtOnce is how many rooms of a node move at a time. Why 4: each is restored
	// on a core of the other node, beside the rooms that it has.
	movesAtOnce = 4
)

// ErrNoPlace says that no other node takes a room.
var ErrNoPlace = errors.New("no other node takes the room")

// ErrSameNode says that a room is where it is to go.
var ErrSameNode = errors.New("the room is on that node")

// Move has a room of this node go on at another. Errors: lobby.ErrRoomNotFound,
// ErrSameNode, room.ErrMoving, lobby.ErrUnavailable, ctx's, and why the other node did
// not take it: then it goes on here.
func (n *Node) Move(ctx context.Context, id string, to lobby.Node) error {
	r, ok := n.rooms.Get(id)
	switch {
	case !ok:
		return lobby.ErrRoomNotFound
	case to.ID == n.lobby.NodeID():
		return ErrSameNode
	case !n.lobby.Up():
		return lobby.ErrUnavailable
	}
	ctx, cancel := context.WithTimeout(ctx, 3*moveTimeout) // of a room whose tick hangs
	defer cancel()
	err := r.Move(ctx, func(journal []byte) (room.Handed, error) { return n.handOver(r, to, journal) })
	if errors.Is(err, room.ErrClosed) {
		return lobby.ErrRoomNotFound
	}
	if err == nil {
		n.log.Info("room moved", "room", id, "node", to.ID)
	}
	return err
}

// handOver gives a room that stands still to another node. Who claims it in the
// directory has it, whatever answers are lost; after its time the other node does not.
func (n *Node) handOver(r *room.Room, to lobby.Node, journal []byte) (room.Handed, error) {
	ctx, cancel := context.WithTimeout(context.Background(), moveTimeout)
	defer cancel()
	there, err := n.peers.Take(ctx, to, journal, n.Epoch(r.ID()))
	if err == nil {
		return room.Handed{URL: there, Owner: to.ID}, nil
	}
	back, cancelBack := context.WithTimeout(context.Background(), moveTimeout)
	defer cancelBack()
	handed, unanswered := n.claimBack(back, r)
	if handed.URL != "" {
		return handed, nil // the other node has it, and its answer was lost
	}
	return handed, fmt.Errorf("node %s has not taken the room: %w", to.ID, errors.Join(err, unanswered))
}

// claimBack makes sure that no other node has a room, under another epoch, or says where
// it is. When the store does not answer, the room stays here until it tells otherwise.
func (n *Node) claimBack(ctx context.Context, r *room.Room) (room.Handed, error) {
	listing, _ := n.Room(r.ID())
	listing.Code, listing.Epoch = r.Info().Code, n.Epoch(r.ID())
	listing, err := n.lobby.Claim(ctx, listing)
	if errors.Is(err, lobby.ErrRoomTaken) {
		if owner, ok := n.lobby.Find(r.ID()); ok && owner.Node != n.lobby.NodeID() {
			return room.Handed{URL: RoomURL(owner.URL, r.ID()), Owner: owner.Node}, nil
		}
	}
	if err != nil {
		return room.Handed{}, err
	}
	n.setEpoch(r.ID(), listing.Epoch)
	return room.Handed{Epoch: listing.Epoch}, nil
}

// RoomURL is where players find a room, below the URL of its node: ws:// or wss://,
// without a query.
func RoomURL(base, id string) string {
	base = strings.TrimSuffix(base, "/")
	if rest, ok := strings.CutPrefix(base, "http"); ok {
		base = "ws" + rest
	}
	return base + "/rooms/" + url.PathEscape(id)
}

// follow steps along with a whole journal. Errors: those of room.Follower.Read.
func (n *Node) follow(journal []byte) (*room.Follower, error) {
	f := room.NewFollower(n.rooms.Mode)
	return f, f.Read(bytes.NewReader(journal))
}

// TakeHere takes a room over from another node, whose id is from and which has it under an
// epoch, and returns its URL here. Errors: room.ErrNodeFull, room.ErrStopping,
// lobby.ErrInvalid of a journal that gives no room here, those of lobby.Claim.
func (n *Node) TakeHere(ctx context.Context, journal []byte, from string, epoch uint64) (string, error) {
	f, err := n.follow(journal)
	if err != nil {
		return "", fmt.Errorf("%w: %w", lobby.ErrInvalid, err)
	}
	w := f.Wish()
	w.Keep, w.Epoch, w.From = false, epoch, from // the room that is always here is another
	wanted, err := n.listingOf(&w)
	if err == nil {
		err = n.space(wanted.Seats)
	}
	if err != nil {
		return "", err
	}
	_, listing, err := n.Create(ctx, w)
	if err != nil {
		return "", err
	}
	return RoomURL(listing.URL, listing.ID), nil
}

// MoveAll has the rooms of this node go on at other nodes, as many as these take, and
// returns how many went. The log has why others stay.
func (n *Node) MoveAll(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, moveAllTimeout)
	defer cancel()
	var wait sync.WaitGroup
	var moved atomic.Int64
	slots := make(chan struct{}, movesAtOnce)
	for _, i := range n.rooms.List() {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wait.Go(func() {
			defer func() { <-slots }()
			if _, err := n.moveAway(ctx, i.ID); err != nil {
				n.log.Warn("a room does not move", "room", i.ID, "err", err)
				return
			}
			moved.Add(1)
		})
	}
	wait.Wait()
	return int(moved.Load())
}

// MoveTo has a room of this node go on at the node with an id or a URL, or at the one
// that fits best when there is none, and returns that node's id. Errors: as of Move, and
// ErrNoPlace.
func (n *Node) MoveTo(ctx context.Context, id, node string) (to string, err error) {
	if node == "" {
		return n.moveAway(ctx, id)
	}
	if n.peers == nil {
		return "", ErrNoPlace
	}
	for _, peer := range n.lobby.Peers() {
		if peer.ID == node || strings.TrimSuffix(peer.URL, "/") == strings.TrimSuffix(node, "/") {
			return peer.ID, n.Move(ctx, id, peer)
		}
	}
	return "", fmt.Errorf("%w: there is no node %q", ErrNoPlace, node)
}

// moveAway has a room go on at the node that fits best, or the next one: those of the
// same build of its game first, which refuse nothing that it has.
func (n *Node) moveAway(ctx context.Context, id string) (to string, err error) {
	wanted, _ := n.Room(id)
	err = ErrNoPlace
	for _, peer := range append(n.places(wanted, ""), n.newerPlaces(wanted)...) {
		if peer.ID == n.lobby.NodeID() {
			continue
		}
		n.lobby.Take(peer.ID, wanted.Seats)
		if err = n.Move(ctx, id, peer); err == nil || errors.Is(err, lobby.ErrRoomNotFound) || ctx.Err() != nil {
			return peer.ID, err
		}
	}
	return "", err
}
