package room

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// Why the registry does not make a room.
var (
	ErrNodeFull    = errors.New("this node has no room for another room")
	ErrUnknownMode = errors.New("unknown mode")
	ErrStopping    = errors.New("this node is stopping")
)

// Registry is the rooms of this node. Any goroutine may call it.
type Registry struct {
	config RegistryConfig
	modes  []sim.Mode
	epoch  time.Time // that all rooms' ticks are spread from

	mu     sync.Mutex
	rooms  map[string]*Room // nil while it is being made
	seats  int              // of all rooms
	made   int
	closed bool
	wait   sync.WaitGroup // the rooms, from before they are made until they are gone
	ctx    context.Context
	cancel context.CancelFunc
}

// NewRegistry makes an empty registry for these modes. Errors: every fault of
// the configuration and of the modes, joined.
func NewRegistry(c RegistryConfig, modes []sim.Mode) (*Registry, error) {
	if err := errors.Join(c.Validate(), validateModes(modes)); err != nil {
		return nil, err
	}
	g := &Registry{config: c, modes: modes, rooms: map[string]*Room{}, epoch: c.Clock().Now()}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	return g, nil
}

// Modes returns the modes that rooms can have.
func (g *Registry) Modes() []sim.Mode { return g.modes }

// Mode finds a mode; an empty name is the first.
func (g *Registry) Mode(name string) (sim.Mode, bool) {
	for _, m := range g.modes {
		if name == "" || m.Name == name {
			return m, true
		}
	}
	return sim.Mode{}, false
}

// Get finds a room.
func (g *Registry) Get(id string) (*Room, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.rooms[id]
	return r, r != nil
}

// List describes all rooms, oldest first.
func (g *Registry) List() []Info {
	rooms := g.all()
	infos := make([]Info, len(rooms))
	for i, r := range rooms {
		infos[i] = r.Info()
	}
	slices.SortFunc(infos, func(a, b Info) int { return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID)) })
	return infos
}

func (g *Registry) all() []*Room {
	g.mu.Lock()
	defer g.mu.Unlock()
	rooms := make([]*Room, 0, len(g.rooms))
	for _, r := range g.rooms {
		if r != nil {
			rooms = append(rooms, r)
		}
	}
	return rooms
}

// Drain makes no more rooms and drains those there are: each ends when no
// person sits in it. It returns when all have, or the error of ctx.
func (g *Registry) Drain(ctx context.Context) error {
	g.stop()
	for _, r := range g.all() {
		r.Drain()
	}
	return g.gone(ctx)
}

// Close ends all rooms with a code and makes no more. It returns when they are
// gone, or the error of ctx, when some game or disk does not let go.
func (g *Registry) Close(ctx context.Context, code netproto.CloseCode, reason string) error {
	g.stop()
	for _, r := range g.all() {
		r.Close(code, reason)
	}
	defer g.cancel()
	return g.gone(ctx)
}

func (g *Registry) stop() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
}

// gone waits for the rooms.
func (g *Registry) gone(ctx context.Context) error {
	gone := make(chan struct{})
	go func() { // ends with the rooms, which it waits for
		g.wait.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
