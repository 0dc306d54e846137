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
	peers Peers        // nil: there are none
	load  load
	vital atomic.Pointer[Vital] // nil: nobody feels the others' pulse
	keeps bool                  // rooms outlive this process in the store

	mu     sync.Mutex
	epochs map[string]uint64
	// making has each room between its claim and its start. It is closed when the
	// room is there or will never be.
	making map[string]chan struct{}
	wait   sync.WaitGroup // one per room, until it is out of the directory

	unready unready
}

// New joins a registry with a lobby.
func New(rooms *room.Registry, l *lobby.Lobby, log *slog.Logger) *Node {
	return &Node{rooms: rooms, lobby: l, log: log, epochs: map[string]uint64{}, making: map[string]chan struct{}{}}
}

// KeepRooms has rooms listed as kept: their journals are in the store. Call it before
// the node is ready.
func (n *Node) KeepRooms() { n.keeps = true }

// Create makes a room without a player and lists it. Errors: those of
// room.Registry.Create and lobby.Claim.
func (n *Node) Create(ctx context.Context, w room.Wish) (*room.Room, lobby.Room, error) {
	wanted, err := n.listingOf(&w)
	if err != nil {
		return nil, lobby.Room{}, err
	}
	if w.ID != "" {
		defer n.startMaking(w.ID)()
	}
	listing, err := n.lobby.Claim(ctx, wanted)
	if err != nil {
		return nil, lobby.Room{}, err
	}
	r, err := n.buildOrRemove(ctx, w, listing)
	return r, listing, err
}

// Join promises a player a seat of a room. A user who has a seat in a room of this
// node, or for whom it was made, needs no free one. Errors: those of lobby.Reserve.
func (n *Node) Join(ctx context.Context, id string, who lobby.Player) (lobby.Join, error) {
	if r, ok := n.rooms.Get(id); ok && r.Expects(who.User()) {
		return n.lobby.Invite(id, who)
	}
	return n.lobby.Reserve(ctx, id, who)
}

// Play gets a player a seat in a room that fits, or in one that is made on the node
// that fits, unless mayMake says why not. Errors: mayMake's and those of Open.
func (n *Node) Play(ctx context.Context, wanted lobby.Wanted, who lobby.Player, mayMake func() error) (lobby.Join, error) {
	join, err := n.lobby.Play(ctx, wanted, nil, who)
	if !errors.Is(err, lobby.ErrNoRoom) {
		return join, err
	}
	o := Opening{Wish: room.Wish{Mode: wanted.Mode, Metadata: wanted.Metadata}, Player: &who, Find: &wanted}
	fresh, err := n.listingOf(&o.Wish)
	if err == nil {
		err = n.hasSpace(fresh, "")
	}
	if err == nil {
		err = mayMake()
	}
	if err != nil {
		return lobby.Join{}, err
	}
	return n.Open(ctx, o)
}

// space says why this node takes no other room.
func (n *Node) space(seats int) error {
	if n.State() != Ready {
		return room.ErrStopping
	}
	return n.rooms.Space(seats)
}

// listingOf is the listing of a wish, whose mode it names.
func (n *Node) listingOf(w *room.Wish) (lobby.Room, error) {
	mode, ok := n.rooms.Mode(w.Mode)
	if !ok {
		return lobby.Room{}, fmt.Errorf("%w %q", room.ErrUnknownMode, w.Mode)
	}
	seats := mode.Seats
	if w.Seats > 0 {
		seats = min(w.Seats, seats)
	}
	w.Mode = mode.Name
	return lobby.Room{ID: w.ID, Mode: mode.Name, Seats: seats, Private: w.Private, Code: w.Code, Metadata: w.Metadata, TickHz: mode.Hz, Epoch: w.Epoch, Kept: n.keeps}, nil
}

// buildOrRemove is build of a room that nobody else can have: when it fails, the room is
// taken out of the directory, and whoever was promised a seat in it is told to ask again.
func (n *Node) buildOrRemove(ctx context.Context, w room.Wish, listing lobby.Room) (*room.Room, error) {
	r, err := n.build(w, listing)
	if err != nil {
		err = errors.Join(err, n.lobby.Remove(context.WithoutCancel(ctx), listing.ID, listing.Epoch))
	}
	return r, err
}

// build starts a room that was claimed.
func (n *Node) build(w room.Wish, listing lobby.Room) (*room.Room, error) {
	w.ID, w.Code, w.Epoch = listing.ID, listing.Code, listing.Epoch
	w.MayEnd = n.mayEnd(w.ID, listing.Epoch)
	n.setEpoch(w.ID, listing.Epoch)
	r, err := n.rooms.Create(w)
	if err != nil {
		n.setEpoch(w.ID, 0)
		return nil, err
	}
	n.wait.Go(func() { n.unlist(r, listing.Epoch) })
	n.log.Info("room opened", "room", w.ID, "mode", w.Mode, "private", w.Private)
	return r, nil
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

const (
	// mayEndFor is how long the permission to end is good: below the time after
	// which the lobby lists a room again that goes on.
	mayEndFor = 1500 * time.Millisecond
	// askAgain is how long a room waits that the store gave no answer.
	askAgain = time.Second
)

// mayEnd returns what an empty room asks at each tick before it ends: whether no
// seat of it is promised. The directory is asked aside, so that no tick waits, and
// promises none from then on.
func (n *Node) mayEnd(id string, epoch uint64) func() bool {
	var asking atomic.Bool
	var until, next atomic.Int64 // Unix ns: it may end until then; is asked not before
	return func() bool {
		now := time.Now().UnixNano()
		if now < until.Load() {
			return true
		}
		if now < next.Load() || !asking.CompareAndSwap(false, true) {
			return false
		}
		n.wait.Go(func() {
			defer asking.Store(false)
			ctx, cancel := context.WithTimeout(context.Background(), removeTimeout)
			defer cancel()
			promised, err := n.lobby.Retire(ctx, id, epoch)
			switch {
			case err != nil && !errors.Is(err, lobby.ErrRoomLost):
				next.Store(time.Now().Add(askAgain).UnixNano())
			case err == nil && !promised.IsZero():
				next.Store(promised.UnixNano())
			default:
				until.Store(time.Now().Add(mayEndFor).UnixNano())
			}
		})
		return false
	}
}

// unlist takes a room out of the directory once it has ended here.
func (n *Node) unlist(r *room.Room, epoch uint64) {
	<-r.Ended()
	if now := n.Epoch(r.ID()); now != 0 {
		epoch = now // a move that failed has changed it
	}
	n.setEpoch(r.ID(), 0)
	if n.keeps && r.GoesOn() {
		n.lobby.Disown(r.ID(), epoch)
		return
	}
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

// Draining implements lobby.Source.
func (n *Node) Draining() bool { return n.State() >= Draining }

// Room implements lobby.Source.
func (n *Node) Room(id string) (lobby.Room, bool) {
	r, ok := n.rooms.Get(id)
	if !ok {
		return lobby.Room{}, false
	}
	i := r.Info()
	return lobby.Room{
		ID: i.ID, Mode: i.Mode, Seats: i.Seats, Taken: i.Taken - i.Fillers, Bots: i.Bots, Fillers: i.Fillers, Spectators: i.Spectators, Private: i.Private,
		State: lobby.RoomState(i.State.String()), Metadata: i.Metadata, Created: i.Created, TickHz: i.Hz, Kept: n.keeps,
	}, i.State != room.Closed
}

// Lost ends a room that another node owns by now: its players find it there.
func (n *Node) Lost(r lobby.Room) { n.LostUnder(r.ID, r.Epoch) }

// LostUnder is Lost of a room that this node had under an epoch, unless it has it under
// another by now.
func (n *Node) LostUnder(id string, epoch uint64) {
	lost, ok := n.rooms.Get(id)
	if !ok || n.Epoch(id) > epoch {
		return
	}
	if lost.Moving() || lost.Info().State == room.Closed {
		return // it was given away
	}
	n.log.Warn("another node has taken a room over", "room", id, "epoch", epoch)
	if n.keeps {
		lost.Close(netproto.CloseMoved, "the room goes on at another node")
		return
	}
	lost.Close(netproto.CloseRoomEnded, "another node has taken the room over")
}

// Wait returns once every room that has ended is out of the directory.
func (n *Node) Wait() { n.wait.Wait() }
