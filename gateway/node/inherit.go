package node

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/sim"
)

// Doubt is what is known of whether another node lives.
type Doubt uint8

const (
	// Alive: it has just said so.
	Alive Doubt = iota
	// Unknown: nobody has asked it.
	Unknown
	// Silent: it says nothing.
	Silent
	// Dead: its process is gone.
	Dead
)

// Vital tells which nodes live.
type Vital interface {
	// Doubt tells whether a node lives, by its id.
	Doubt(node string) Doubt
	// Changed has something when a node has died or is there again.
	Changed() <-chan struct{}
}

// Journals are those of rooms, where all nodes can read them.
type Journals interface {
	// Read returns the journal of a room; empty: there is none. Errors: the store did not
	// answer.
	Read(ctx context.Context, room string) ([]byte, error)
}

const (
	// inheritLook is how often rooms are looked for that have lost their node.
	inheritLook = 100 * time.Millisecond
	// ownerSilence is how long an owner must have written nothing whose death is not
	// sure. Why 500 ms: it writes, if only that it lives, every 100 ms.
	ownerSilence = 500 * time.Millisecond
	// nextHeir is after how long the next node may take a room that the one before has not
	// taken.
	nextHeir = 300 * time.Millisecond
	// inheritAgain and inheritRarely bound the pause after a room could not be taken.
	inheritAgain, inheritRarely = 250 * time.Millisecond, 5 * time.Second
	// inheritTimeout bounds taking one.
	inheritTimeout = 5 * time.Second
)

// Where tells where a room is; without a URL: it has no node yet. It asks nobody.
func (n *Node) Where(id string) (at lobby.Room, ok bool) {
	if epoch := n.Epoch(id); epoch != 0 {
		return lobby.Room{ID: id, Node: n.lobby.NodeID(), URL: n.lobby.NodeURL(), Epoch: epoch, Kept: n.keeps}, true
	}
	at, ok = n.lobby.Find(id)
	if ok && !at.Kept {
		return at, true
	}
	lives := ok
	if at, ok = n.lobby.KeptRoom(id); !ok {
		return at, false
	}
	if doubt := n.doubts(at.Node); doubt >= Silent || !lives && doubt == Unknown {
		at.URL = ""
	}
	return at, true
}

// doubts is what is known of whether a node lives.
func (n *Node) doubts(id string) Doubt {
	vital := n.vital.Load()
	switch {
	case id == n.lobby.NodeID():
		return Alive
	case vital == nil:
		return Unknown
	}
	return (*vital).Doubt(id)
}

// heritage is rooms that have lost their node, as this one knows of them.
type heritage struct {
	node     *Node
	journals Journals
	rooms    map[string]*orphan
	done     chan taking
	slots    chan struct{}
}

type orphan struct {
	epoch  uint64
	since  time.Time
	next   time.Time // not before
	tries  int
	taking bool
}

// taking is that a room was taken, or why not.
type taking struct {
	id  string
	err error
}

// RunHeritage takes over rooms whose nodes have died, with the other nodes that live,
// until ctx ends.
func (n *Node) RunHeritage(ctx context.Context, journals Journals, vital Vital) {
	n.vital.Store(&vital)
	h := &heritage{n, journals, map[string]*orphan{}, make(chan taking), make(chan struct{}, movesAtOnce)}
	ticker := time.NewTicker(inheritLook)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case t := <-h.done:
			h.note(t) // and there may be another that waits
		case <-ticker.C:
			if len(h.rooms) > 0 && n.lobby.CatchUp(ctx) != nil { // who asks where they are wants to know at once
				continue
			}
		case <-vital.Changed():
		}
		if n.State() == Ready && n.lobby.Up() {
			h.look(ctx, time.Now())
		}
	}
}

// look begins to take what is this node's turn.
func (h *heritage) look(ctx context.Context, now time.Time) {
	orphans := h.node.lobby.Orphans(func(node string) bool { return h.node.doubts(node) >= Silent })
	slices.SortFunc(orphans, func(a, b lobby.Room) int { return cmp.Compare(b.Taken, a.Taken) }) // players first
	seen := make(map[string]bool, len(orphans))
	var heirs []lobby.Node
	for i := range orphans {
		r := &orphans[i]
		if own := r.Node == h.node.lobby.NodeID(); own && h.node.Epoch(r.ID) != 0 || !own && h.node.doubts(r.Node) == Alive {
			continue // only its lease has ended: it does not reach the store
		}
		seen[r.ID] = true
		o := h.rooms[r.ID]
		if o == nil || o.epoch != r.Epoch {
			o = &orphan{epoch: r.Epoch, since: now, next: now}
			h.rooms[r.ID] = o
		}
		if o.taking || now.Before(o.next) {
			continue
		}
		if heirs == nil {
			heirs = h.heirs()
		}
		if turn := turnOf(h.node.lobby.NodeID(), r, heirs); turn < 0 || now.Sub(o.since) < time.Duration(turn)*nextHeir {
			continue
		}
		h.begin(ctx, *r, o, heirs)
	}
	for id, o := range h.rooms {
		if !seen[id] && !o.taking {
			delete(h.rooms, id)
		}
	}
}

// heirs are the nodes that may take rooms.
func (h *heritage) heirs() (nodes []lobby.Node) {
	self := h.node.lobby.NodeID()
	for _, n := range h.node.lobby.Peers() {
		if !n.Draining && n.ID != self && h.node.doubts(n.ID) < Silent {
			nodes = append(nodes, n)
		}
	}
	return append(nodes, lobby.Node{ID: self, Capacity: h.node.Capacity()})
}

// turnOf is which of the heirs a node is for a room, from 0; -1: none. All nodes that
// know the same heirs come to the same order. Who has more free seats is first for more
// rooms: highest random weight, with a weight.
func turnOf(self string, r *lobby.Room, heirs []lobby.Node) int {
	var fit []lobby.Node
	for _, n := range heirs {
		if _, ok := n.Modes[r.Mode]; ok && n.FreeRooms > 0 && n.FreeSeats >= r.Seats {
			fit = append(fit, n)
		}
	}
	weight := func(n lobby.Node) float64 {
		hash := sha256.Sum256([]byte(r.ID + "\x00" + n.ID))
		share := (float64(binary.LittleEndian.Uint64(hash[:])>>11) + 0.5) / (1 << 53)
		return -float64(n.FreeSeats) / math.Log(share)
	}
	slices.SortFunc(fit, func(a, b lobby.Node) int { return cmp.Compare(weight(b), weight(a)) })
	return slices.IndexFunc(fit, func(n lobby.Node) bool { return n.ID == self })
}

// begin takes a room, aside.
func (h *heritage) begin(ctx context.Context, r lobby.Room, o *orphan, heirs []lobby.Node) {
	select {
	case h.slots <- struct{}{}:
	default:
		return // the next look
	}
	o.taking = true
	silence := ownerSilence
	if h.node.doubts(r.Node) == Dead {
		silence = 0
	}
	var builds []string
	if o.tries < triesOfOtherBuild {
		builds = buildsOf(r.Mode, heirs)
	}
	h.node.wait.Go(func() {
		err := h.node.inherit(ctx, h.journals, r, silence, builds)
		<-h.slots
		select {
		case h.done <- taking{r.ID, err}:
		case <-ctx.Done():
		}
	})
}

func (h *heritage) note(t taking) {
	o := h.rooms[t.id]
	if o == nil {
		return
	}
	o.taking = false
	if t.err == nil {
		delete(h.rooms, t.id)
		return
	}
	if err := t.err; o.tries == 0 && !errors.Is(err, lobby.ErrRoomTaken) {
		h.node.log.Warn("a room whose node has died is not taken over yet", "room", t.id, "err", err)
	}
	o.next = time.Now().Add(min(inheritAgain<<min(o.tries, 8), inheritRarely))
	o.tries++
}

// triesOfOtherBuild is how often a node leaves a room to others that have its build.
const triesOfOtherBuild = 3

// buildsOf are the fingerprints that nodes have of a mode, when they have several.
func buildsOf(mode string, nodes []lobby.Node) (builds []string) {
	for _, n := range nodes {
		if build := n.Modes[mode]; build != "" && !slices.Contains(builds, build) {
			builds = append(builds, build)
		}
	}
	if len(builds) < 2 {
		return nil
	}
	return builds
}

// errOtherBuild: nodes live that have the build under which the room was kept.
var errOtherBuild = errors.New("other nodes have the room's build of the game")

// fits looks, before it is claimed, whether a room that was kept can go on under this
// node's build, and need not wait for a node with its own. Errors: why not.
func (n *Node) fits(ctx context.Context, journals Journals, r lobby.Room, builds []string) error {
	journal, err := journals.Read(ctx, r.ID)
	if err != nil {
		return err
	}
	f, err := n.follow(journal)
	if err != nil {
		return err
	}
	if build := f.Build(); build != n.rooms.Fingerprint(r.Mode) && slices.Contains(builds, build) {
		return errOtherBuild
	}
	return nil
}

// inherit has a room go on here whose node has died. builds are those of the nodes that
// live, nil: they have the same. Errors: why not; lobby.ErrRoomTaken when another node
// has it.
func (n *Node) inherit(ctx context.Context, journals Journals, r lobby.Room, silence time.Duration, builds []string) error {
	ctx, cancel := context.WithTimeout(ctx, inheritTimeout)
	defer cancel()
	if err := n.space(r.Seats); err != nil {
		return err
	}
	if builds != nil {
		if err := n.fits(ctx, journals, r, builds); err != nil {
			return err
		}
	}
	began := time.Now()
	defer n.startMaking(r.ID)()
	r.Kept = true
	listing, err := n.lobby.Inherit(ctx, r, silence)
	if err != nil {
		return err
	}
	journal, err := journals.Read(ctx, r.ID)
	if err != nil {
		n.lobby.Disown(r.ID, listing.Epoch)
		return err
	}
	f, err := n.follow(journal)
	if errors.Is(err, sim.ErrMigrate) {
		n.lobby.Disown(r.ID, listing.Epoch) // another build may have it
		return err
	}
	if err != nil {
		n.log.Error("a room whose node has died cannot be had again", "room", r.ID, "err", err)
		return errors.Join(fmt.Errorf("its journal: %w", err), n.lobby.Remove(ctx, r.ID, listing.Epoch))
	}
	w := f.Wish()
	if w.Keep && f.People() == 0 {
		return n.lobby.Remove(ctx, r.ID, listing.Epoch) // each node has one of its own that is always there
	}
	w.Keep, w.From = false, r.Node // the room that is always here is another
	if _, err = n.build(w, listing); err != nil {
		n.lobby.Disown(r.ID, listing.Epoch) // it is in its journal still, for a node that has space
		return err
	}
	n.log.Info("a room whose node has died goes on here", "room", r.ID, "tick", f.Tick(), "took", time.Since(began))
	return nil
}
