package server

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/bots"
	"github.com/metronome-server/metronome/gateway/api"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/lobby/queue"
	"github.com/metronome-server/metronome/room"
)

// fillPlan says how many bots a node's rooms get.
type fillPlan struct {
	home  string  // id of the room that is always there
	bots  int     // in that room, and at most in any other
	share float64 // of the other rooms' seats that somebody has, with bots
	most  int     // bots of the node
}

// fewest is how many play in a room at least, with bots. Why 2: nobody plays alone.
const fewest = 2

// wanted returns how many bots each room is to have, by its id. Rooms with people
// come first: each gets one bot before any gets a second. The room that is always
// there has its bots also when nobody looks on; others that no person is in get none,
// so that they can end.
func (p fillPlan) wanted(rooms []room.Filling) map[string]int {
	rooms = slices.Clone(rooms)
	slices.SortFunc(rooms, func(a, b room.Filling) int {
		return cmp.Or(cmp.Compare(min(b.People, 1), min(a.People, 1)), strings.Compare(a.ID, b.ID))
	})
	wanted, left := map[string]int{}, p.most
	for _, most := range []int{1, p.most} {
		for _, r := range rooms {
			if most == 1 && r.People == 0 {
				continue
			}
			if more := min(min(p.of(r), most)-wanted[r.ID], left); more > 0 {
				wanted[r.ID] += more
				left -= more
			}
		}
	}
	return wanted
}

// of returns how many bots one room is to have if there are enough.
func (p fillPlan) of(r room.Filling) int {
	free := r.Seats - r.Others
	switch {
	case r.ID == p.home:
		return max(min(p.bots, free), 0)
	case r.People == 0 || p.share == 0:
		return 0
	}
	target := max(min(int(math.Ceil(p.share*float64(r.Seats))), p.bots), fewest)
	return max(min(target-r.Others, p.bots, free), 0)
}

// filler fills the node's rooms with bots. It implements bots.Rooms.
type filler struct {
	node *Node
	plan fillPlan
	has  map[string]int // what was wanted last; the swarm's goroutine owns it
	// sent are the bots that were sent to matches, when. Several goroutines.
	mu   sync.Mutex
	sent map[string]time.Time
}

// Wanted implements bots.Rooms. Rooms that take nobody new, and all of a node that
// has enough to do, keep the bots that they have and get no more.
func (f *filler) Wanted() map[string]int {
	rooms := f.node.rooms.Fillable()
	wanted := f.plan.wanted(rooms)
	busy := f.node.node.State() != node.Ready || f.node.node.Load() >= lobby.BusyLoad
	for _, r := range rooms {
		if busy || !r.Open {
			wanted[r.ID] = min(wanted[r.ID], f.has[r.ID])
		}
	}
	for _, r := range f.node.rooms.AwaitingBots() { // that was promised
		wanted[r.ID] = r.All
	}
	f.has = wanted
	return wanted
}

// fillerTicket is how long a bot's ticket is good: it is used at once.
const fillerTicket = 10 * time.Second

// Seat implements bots.Rooms. Nothing is promised to a bot: its seat has to be free
// when it comes.
func (f *filler) Seat(_ context.Context, id, name string) (string, error) {
	n := f.node
	epoch := n.node.Epoch(id)
	if epoch == 0 {
		return "", fmt.Errorf("room %s: %w", id, lobby.ErrRoomNotFound)
	}
	who := lobby.Player{Name: name, Bot: true, Filler: true}
	if user, ok := f.awaited(id); ok {
		who = lobby.Player{UserID: user, Name: name, Bot: true}
	}
	join, err := n.lobby.TicketFor(lobby.Room{ID: id, Epoch: epoch, URL: n.LocalURL()}, who, fillerTicket)
	return api.RoomURL(n.LocalURL(), join), err
}

// awaited returns a bot that a match waits for and that is not on its way.
func (f *filler) awaited(id string) (user string, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	for user, at := range f.sent {
		if now.Sub(at) > fillerTicket {
			delete(f.sent, user)
		}
	}
	for _, r := range f.node.rooms.AwaitingBots() {
		if r.ID != id {
			continue
		}
		for _, who := range r.Missing {
			if _, onWay := f.sent[who.UserID]; !onWay {
				f.sent[who.UserID] = now
				return who.UserID, true
			}
		}
	}
	return "", false
}

// newFiller returns what fills the node's rooms, as its configuration says.
func (n *Node) newFiller() *filler {
	c := n.config
	return &filler{node: n, sent: map[string]time.Time{}, plan: fillPlan{home: n.home.ID(), bots: c.Bots, share: c.Fill, most: c.mostBots()}}
}

// matchBots is how many bots the node has for matches of queues, whatever --bots says.
const matchBots = 64

// queuesHaveBots reports whether a queue has bots play in its matches.
func (n *Node) queuesHaveBots() bool {
	return n.matchmaker != nil && slices.ContainsFunc(n.matchmaker.Queues(), func(c *queue.Config) bool { return c.Bots != nil })
}

// mostBots is how many bots the node has at most, in all its rooms.
func (c Config) mostBots() int { return max(c.BotsMost, c.Bots) }

// fillerNames are the names of a node's own bots.
var fillerNames = []string{
	"Grave", "Largo", "Lento", "Adagio", "Andante", "Moderato", "Allegretto", "Allegro", "Vivace", "Presto", "Prestissimo", "Rubato",
	"Legato", "Staccato", "Fermata", "Coda", "Segno", "Tutti", "Forte", "Dolce", "Brio", "Scherzo", "Rondo", "Fuga",
}

// fillerConfig is the swarm that fills the node's rooms: a match to fly into.
func (n *Node) fillerConfig() bots.Config {
	c := bots.Default()
	c.Server, c.Players, c.RoomSize = n.LocalURL(), max(n.config.mostBots(), matchBots), 0
	c.Behaviours, c.Behaviour = behaviours(n.config.Makers, "fighter")
	c.Otherwise = bots.AnyGame
	c.Names = fillerNames
	c.TLS = n.trustSelf()
	return c
}

// fillRooms has bots fill the node's rooms until stop is called.
func (n *Node) fillRooms(log *slog.Logger) (stop func()) {
	if n.config.Bots == 0 && !n.queuesHaveBots() {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := bots.Fill(ctx, n.fillerConfig(), n.newFiller(), log); err != nil && ctx.Err() == nil {
			log.Error("the bots have stopped", "err", err)
		}
	})
	return func() {
		cancel()
		wait.Wait()
	}
}
