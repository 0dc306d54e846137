package node

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/internal/usage"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/room"
)

// Opening is a room to be opened on the node that fits.
type Opening struct {
	Wish room.Wish
	// Player gets the room's first seat; nil: nobody.
	Player *lobby.Player
	// Find, unless nil, has a room looked for that fits, for Player, before one is
	// made.
	Find *lobby.Wanted
	// Region is where its players are; "": where this node is.
	Region string
}

// InvitedOf is a player as a room is made for them.
func InvitedOf(p lobby.Player) room.Invited {
	return room.Invited{UserID: p.UserID, User: p.User(), Name: p.Name, Team: p.Team, Rating: p.Rating, Bot: p.Bot, Data: p.Data}
}

// Peers asks other nodes.
type Peers interface {
	// Open opens a room on a node, and tells what it has left. Errors: ErrPeer when
	// the node does not do it for reasons of its own, room.ErrNodeFull,
	// room.ErrStopping, and what is wrong with the wish.
	Open(ctx context.Context, at lobby.Node, o Opening) (lobby.Join, lobby.Capacity, error)
	// Act does something to a room of a node. Errors: lobby.ErrRoomNotFound,
	// room.ErrFull, room.ErrLocked, ErrPeer.
	Act(ctx context.Context, at lobby.Node, room string, a Act) error
	// Take has a node take over a room, whose journal has one checkpoint and which this
	// node has under an epoch, and tells its URL there; not after the deadline of ctx. Errors: as of Open.
	Take(ctx context.Context, at lobby.Node, journal []byte, epoch uint64) (url string, err error)
	// Attendance tells who has come to rooms of a node and who has left again, in their
	// order. Errors: ErrPeer.
	Attendance(ctx context.Context, at lobby.Node, rooms []string) ([]Presence, error)
}

// ErrPeer says that another node did not do what it was asked for.
var ErrPeer = errors.New("another node does not answer")

// Reach has the node use others. Call it before it is ready.
func (n *Node) Reach(p Peers) { n.peers = p }

// placesTried is how many nodes are asked for a room. Why 3: who asks waits.
const placesTried = 3

// Open opens a room on the node that fits best, or on the next one when that does
// not do it. Errors: those of OpenHere on the node that was asked last.
func (n *Node) Open(ctx context.Context, o Opening) (lobby.Join, error) {
	wanted, err := n.listingOf(&o.Wish)
	if err != nil {
		return lobby.Join{}, err
	}
	here := false
	for _, place := range n.places(wanted, o.Region) {
		var join lobby.Join
		if place.ID == n.lobby.NodeID() {
			here = true
			n.lobby.Take(place.ID, wanted.Seats)
			join, err = n.OpenHere(ctx, o)
			n.lobby.Heard(place.ID, n.Capacity())
		} else {
			join, err = n.openAt(ctx, place, o, wanted.Seats)
		}
		if err == nil || !elsewhere(err) {
			return join, err
		}
		n.log.Warn("a node did not open a room; the next one is asked", "node", place.ID, "err", err)
	}
	if !here {
		return n.OpenHere(ctx, o)
	}
	return lobby.Join{}, err
}

// places are the nodes to be asked for a room, best first.
func (n *Node) places(wanted lobby.Room, region string) []lobby.Node {
	return n.placesLike(lobby.Place{Mode: wanted.Mode, Seats: wanted.Seats, Region: region})
}

// newerPlaces are the nodes to be asked for a room, best first, that have another build
// of its game and began later than this one: in a deploy, those that are there to stay.
func (n *Node) newerPlaces(wanted lobby.Room) []lobby.Node {
	return n.placesLike(lobby.Place{Mode: wanted.Mode, Seats: wanted.Seats, NewerBuild: true})
}

func (n *Node) placesLike(p lobby.Place) []lobby.Node {
	if n.peers == nil {
		return nil
	}
	p.Fingerprint = n.rooms.Fingerprint(p.Mode)
	fit := n.lobby.Places(p)
	return fit[:min(len(fit), placesTried)]
}

// hasSpace says why no node would take a room now, as far as is known here.
func (n *Node) hasSpace(wanted lobby.Room, region string) error {
	if len(n.places(wanted, region)) > 0 {
		return nil
	}
	return n.space(wanted.Seats)
}

func (n *Node) openAt(ctx context.Context, place lobby.Node, o Opening, seats int) (lobby.Join, error) {
	n.lobby.Take(place.ID, seats)
	join, left, err := n.peers.Open(ctx, place, o)
	if err == nil || errors.Is(err, ErrPeer) { // who does not answer has nothing left, until it says so
		n.lobby.Heard(place.ID, left)
	}
	return join, err
}

// elsewhere reports whether another node may do what one did not.
func elsewhere(err error) bool {
	return errors.Is(err, ErrPeer) || errors.Is(err, room.ErrNodeFull) || errors.Is(err, room.ErrStopping)
}

// OpenHere opens a room on this node. Errors: room.ErrUnknownMode, sim.ErrParam,
// room.ErrNodeFull, room.ErrStopping and those of lobby.Claim and lobby.Play.
func (n *Node) OpenHere(ctx context.Context, o Opening) (join lobby.Join, err error) {
	if o.Wish.ID == "" {
		o.Wish.ID = id.Room()
	}
	wanted, err := n.listingOf(&o.Wish)
	if err == nil {
		err = n.space(wanted.Seats)
	}
	if err != nil {
		return lobby.Join{}, err
	}
	defer n.startMaking(o.Wish.ID)()
	switch {
	case o.Player == nil:
		join.Made = true
		join.Room, err = n.lobby.Claim(ctx, wanted)
	case o.Find != nil:
		join, err = n.lobby.Play(ctx, *o.Find, &wanted, *o.Player) // somebody else may have made one by now
	default:
		join, err = n.lobby.Create(ctx, wanted, *o.Player)
	}
	if err != nil || !join.Made {
		return join, err
	}
	_, err = n.buildOrRemove(ctx, o.Wish, join.Room)
	return join, err
}

// Capacity implements lobby.Source.
func (n *Node) Capacity() lobby.Capacity {
	c := lobby.Capacity{Modes: map[string]string{}, Load: n.load.now()}
	for _, m := range n.rooms.Modes() {
		c.Modes[m.Name] = n.rooms.Fingerprint(m.Name)
	}
	if n.Unready() == "" {
		c.FreeRooms, c.FreeSeats = n.rooms.Free()
	}
	return c
}

// Load is the share of the CPU that the process uses, 0 to 1, over the last second or
// so.
func (n *Node) Load() float64 { return n.load.now() }

// load is how much CPU the process used since it was last asked, or nearly.
type load struct {
	mu    sync.Mutex
	at    time.Time
	used  float64 // seconds
	share float64
}

// loadOver is over how long a load is measured, at least.
const loadOver = time.Second

func (l *load) now() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, used := time.Now(), usage.CPUSeconds()
	if passed := now.Sub(l.at); passed >= loadOver {
		if !l.at.IsZero() {
			l.share = min((used-l.used)/passed.Seconds()/float64(runtime.GOMAXPROCS(0)), 1)
		}
		l.at, l.used = now, used
	}
	return l.share
}

// EndBanned implements lobby.Source: it takes off their seats who is banned.
func (n *Node) EndBanned() {
	for _, i := range n.rooms.List() {
		r, ok := n.rooms.Get(i.ID)
		if !ok {
			continue
		}
		err := r.KickWhere(func(user, address string) (string, bool) {
			err := n.CheckBans(user, address)
			if err == nil {
				return "", false
			}
			return err.Error(), true
		})
		if err != nil && !errors.Is(err, room.ErrClosed) {
			n.log.Error("who is banned may still sit in a room", "room", i.ID, "err", err)
		}
	}
}

// CheckBans says whether a user, or the address that a guest came from, is banned.
// Errors: *lobby.BannedError.
func (n *Node) CheckBans(user, address string) error {
	prefix, _ := netip.ParsePrefix(address) // none is of nobody
	return n.lobby.CheckBans(user, prefix)
}

// Act is something that a backend or an operator does to a room: one of them.
type Act struct {
	Close    *string // ends it, with a reason that players read
	Announce string
	Kick     string // the id of a user, who is taken off their seat for good
	Reason   string // of Kick
	Invite   []Invitation
}

// Invitation is for a player who is to take the seat of a user who has left.
type Invitation struct {
	Player  lobby.Player
	Instead string // the id of that user
}

// ActHere does something to a room of this node. Errors: lobby.ErrRoomNotFound,
// room.ErrBusy, those of room.Invite.
func (n *Node) ActHere(id string, a Act) error {
	r, ok := n.rooms.Get(id)
	if !ok {
		return lobby.ErrRoomNotFound
	}
	var err error
	switch {
	case a.Close != nil:
		r.Close(netproto.CloseRoomEnded, text.Line(*a.Close))
	case a.Announce != "":
		err = r.Announce(text.Line(a.Announce))
	case a.Kick != "":
		err = r.KickUser(lobby.UserNumber(a.Kick), text.Line(a.Reason))
	case len(a.Invite) > 0:
		invitations := make([]room.Invitation, len(a.Invite))
		for i, to := range a.Invite {
			invitations[i] = room.Invitation{Invited: InvitedOf(to.Player), Instead: lobby.UserNumber(to.Instead)}
		}
		err = r.Invite(invitations...)
	}
	if errors.Is(err, room.ErrClosed) {
		return lobby.ErrRoomNotFound
	}
	return err
}

// Act does something to a room, wherever it is. Errors: lobby.ErrRoomNotFound when
// no node that answers has it, room.ErrBusy, room.ErrFull, room.ErrLocked, ErrPeer when
// one did not answer that may have it.
func (n *Node) Act(ctx context.Context, id string, a Act) error {
	err := n.ActHere(id, a)
	if !errors.Is(err, lobby.ErrRoomNotFound) || n.peers == nil {
		return err
	}
	var silent error
	for _, peer := range n.lobby.Peers() {
		if peer.ID == n.lobby.NodeID() {
			continue
		}
		err := n.peers.Act(ctx, peer, id, a)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrPeer):
			silent = fmt.Errorf("node %s: %w", peer.ID, err)
		case !errors.Is(err, lobby.ErrRoomNotFound):
			return err
		}
	}
	if silent != nil {
		return silent
	}
	return lobby.ErrRoomNotFound
}
