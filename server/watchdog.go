package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/metronome-server/metronome/internal/stack"
	"github.com/metronome-server/metronome/room"
)

const (
	// lookEvery is how often the rooms' ticks are looked at.
	lookEvery = time.Second
	// stuckLooks is in how many looks on end a tick is seen until its room is
	// stuck: 5 s. Why looks and not the tick's age: when the whole process stood
	// still, no look was made.
	stuckLooks = 6
	// tickFunction is the function that a stuck room's goroutine is in.
	tickFunction = ".(*Room).tick"
)

// watchdog finds rooms whose tick does not end. The game is at fault, and nothing
// can end its goroutine: the watchdog says where it is, and the other rooms go on.
type watchdog struct {
	running func() map[string]room.Running // the ticks that run now, by room
	stackOf func(room string) stack.Stack
	// changed is told which rooms are stuck, when that changes.
	changed func(stuck []string)
	log     *slog.Logger

	seen map[string]*sight
}

// sight is a tick that was seen running.
type sight struct {
	tick  room.Running
	looks int
}

// watch looks until ctx ends.
func (w *watchdog) watch(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			w.look(now)
		}
	}
}

// look looks at every room once.
func (w *watchdog) look(now time.Time) {
	running, changes := w.running(), false
	for id, s := range w.seen {
		if tick, ok := running[id]; ok && tick.Began.Equal(s.tick.Began) {
			continue
		}
		if s.looks >= stuckLooks {
			changes = true
			w.log.Warn("the tick that did not end has ended", "room", id, "tick", s.tick.Tick, "took", now.Sub(s.tick.Began).Round(lookEvery))
		}
		delete(w.seen, id)
	}
	for id, tick := range running {
		s := w.seen[id]
		if s == nil {
			s = &sight{}
			w.seen[id] = s
		}
		s.tick = tick
		if s.looks++; s.looks == stuckLooks {
			changes = true
			w.log.Error("a tick does not end: its goroutine hangs where the stack says; other rooms go on", "room", id, "tick", tick.Tick, "phase", tick.Phase,
				"for", now.Sub(tick.Began).Round(lookEvery), "stack", w.stackOf(id))
		}
	}
	if changes {
		w.changed(w.stuck())
	}
}

// stuck lists the rooms that are stuck.
func (w *watchdog) stuck() []string {
	var all []string
	for id, s := range w.seen {
		if s.looks >= stuckLooks {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all
}

// watchRooms runs the node's watchdog until ctx ends.
func (n *Node) watchRooms(ctx context.Context) {
	w := &watchdog{
		running: n.rooms.Running, log: n.log, seen: map[string]*sight{},
		stackOf: func(id string) stack.Stack { return stack.OfLabel("room", id, tickFunction) },
		changed: func(stuck []string) {
			n.stats.Stuck.Store(int64(len(stuck)))
			reason := ""
			if len(stuck) > 0 {
				reason = fmt.Sprintf("the game of room %s hangs; the log says where", strings.Join(stuck, ", "))
			}
			n.node.SetUnready("stuck", reason)
		},
	}
	w.watch(ctx)
}
