// Package node joins the rooms of this process with their listings in the
// directory, and says what the process is doing.
package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
)

// removeTimeout bounds taking a room that has ended out of the directory. A
// listing that stays behind ends with its lease.
const removeTimeout = 2 * time.Second

// Node joins the rooms of this process with their listings. Any goroutine.
type Node struct {
	rooms *room.Registry
	lobby *lobby.Lobby
	log   *slog.Logger
	state atomic.Int32 // a State

	mu     sync.Mutex
	epochs map[string]uint64
	// entering counts by room the players on their way in with a ticket. The
	// store still counts their reservations, so a listing must not.
	entering map[string]int
	// making has each room between its claim and its start. It is closed when the
	// room is there or will never be.
	making map[string]chan struct{}
	wait   sync.WaitGroup // one per room, until it is out of the directory

	unready unready
}

// New joins a registry with a lobby.
func New(rooms *room.Registry, l *lobby.Lobby, log *slog.Logger) *Node {
	return &Node{rooms: rooms, lobby: l, log: log, epochs: map[string]uint64{}, entering: map[string]int{}, making: map[string]chan struct{}{}}
}

// Create makes a room and lists it. Errors: those of room.Registry.Create and
// lobby.Claim.
func (n *Node) Create(ctx context.Context, w room.Wish) (*room.Room, lobby.Room, error) {
	mode, ok := n.rooms.Mode(w.Mode)
	if !ok {
		return nil, lobby.Room{}, fmt.Errorf("%w %q", room.ErrUnknownMode, w.Mode)
	}
	if w.ID == "" {
		w.ID = room.NewID()
	}
	defer n.startMaking(w.ID)()
	seats := mode.Seats
	if w.Seats > 0 {
		seats = min(w.Seats, seats)
	}
	listing, err := n.lobby.Claim(ctx, lobby.Room{
		ID: w.ID, Mode: mode.Name, Seats: seats, Private: w.Private, Metadata: w.Metadata, TickHz: mode.Hz,
	})
	if err != nil {
		return nil, lobby.Room{}, err
	}
	w.Mode, w.Code = mode.Name, listing.Code
	// The epoch comes first, so that a beat in between finds it with the room.
	n.setEpoch(w.ID, listing.Epoch)
	r, err := n.rooms.Create(w)
	if err != nil {
		n.setEpoch(w.ID, 0)
		return nil, lobby.Room{}, errors.Join(err, n.lobby.Remove(ctx, w.ID, listing.Epoch))
	}
	n.wait.Go(func() { n.unlist(r, listing.Epoch) })
	n.log.Info("room opened", "room", w.ID, "mode", mode.Name, "private", w.Private)
	return r, listing, nil
}

// makingPatience is how long a player waits for a room that is being made. Why
// 2 s: making one takes milliseconds, also of a busy node.
const makingPatience = 2 * time.Second

// startMaking has Await wait for a room until done is called.
func (n *Node) startMaking(id string) (done func()) {
	made := make(chan struct{})
	n.mu.Lock()
	n.making[id] = made
	n.mu.Unlock()
	return func() {
		n.mu.Lock()
		if n.making[id] == made {
			delete(n.making, id)
		}
		n.mu.Unlock()
		close(made)
	}
}

// Await returns a room of this node. One that the directory may show already, and
// that is still being made, is waited for, at most makingPatience.
func (n *Node) Await(ctx context.Context, id string) (*room.Room, bool) {
	n.mu.Lock()
	made := n.making[id]
	n.mu.Unlock()
	if made == nil {
		return n.rooms.Get(id)
	}
	ctx, cancel := context.WithTimeout(ctx, makingPatience)
	defer cancel()
	select {
	case <-made:
	case <-ctx.Done():
	}
	return n.rooms.Get(id)
}

// unlist takes a room out of the directory once it has ended.
func (n *Node) unlist(r *room.Room, epoch uint64) {
	<-r.Ended()
	n.setEpoch(r.ID(), 0)
	ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
	defer cancel()
	if err := n.lobby.Remove(ctx, r.ID(), epoch); err != nil {
		n.log.Debug("listing left to its lease", "room", r.ID(), "err", err)
	}
}

func (n *Node) setEpoch(id string, epoch uint64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if epoch == 0 {
		delete(n.epochs, id)
		return
	}
	n.epochs[id] = epoch
}

// Epoch returns the epoch under which this node owns a room, 0 for none.
func (n *Node) Epoch(id string) uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.epochs[id]
}

// Listing is what this node tells the directory at each beat, for lobby.Run.
func (n *Node) Listing() lobby.NodeState {
	state := lobby.NodeState{Draining: n.State() >= Draining}
	for _, info := range n.rooms.List() {
		if epoch := n.Epoch(info.ID); epoch > 0 && info.State != room.Closed {
			info.Taken = max(info.Taken-n.enteringNow(info.ID), 0)
			state.Rooms = append(state.Rooms, listing(info, epoch))
		}
	}
	return state
}

// CountEntering counts a player on the way in until the returned func is called.
func (n *Node) CountEntering(id string) (done func()) {
	n.mu.Lock()
	n.entering[id]++
	n.mu.Unlock()
	return func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.entering[id]--; n.entering[id] == 0 {
			delete(n.entering, id)
		}
	}
}

func (n *Node) enteringNow(id string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.entering[id]
}

func listing(i room.Info, epoch uint64) lobby.Room {
	return lobby.Room{
		ID: i.ID, Mode: i.Mode, Epoch: epoch, Code: i.Code, Seats: i.Seats, Taken: i.Taken, Bots: i.Bots,
		Private: i.Private, State: lobby.RoomState(i.State.String()), Metadata: i.Metadata, Created: i.Created, TickHz: i.Hz,
	}
}

// Lost ends a room that another node owns by now, for lobby.Run.
func (n *Node) Lost(r lobby.Room) {
	if lost, ok := n.rooms.Get(r.ID); ok {
		lost.Close(netproto.CloseRoomEnded, "another node has taken the room over")
	}
}

// Wait returns once every room that has ended is out of the directory.
func (n *Node) Wait() { n.wait.Wait() }
