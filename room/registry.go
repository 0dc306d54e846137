package room

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
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

	mu     sync.Mutex
	rooms  map[string]*Room
	made   int
	closed bool
	wait   sync.WaitGroup
	ctx    context.Context
	cancel context.CancelFunc
}

// RegistryConfig is what all rooms of a node have in common.
type RegistryConfig struct {
	// MaxRooms and MaxSeats bound what the node takes on. 1 or more.
	MaxRooms, MaxSeats int
	Room               Config
	Stats              *Stats
	Log                *slog.Logger
	// Clock makes the clock of a new room.
	Clock func() Clock
	// Journal makes the journal of a new room; nil records nothing.
	Journal func(id string) (Journal, error)
	// Changed, unless nil, is called after a room was made or has ended.
	Changed func()
	Server  string
}

// NewRegistry makes an empty registry for these modes.
func NewRegistry(c RegistryConfig, modes []sim.Mode) (*Registry, error) {
	faults := []error{c.Room.Validate()}
	if c.MaxRooms < 1 || c.MaxSeats < 1 {
		faults = append(faults, fmt.Errorf("a node of %d rooms and %d seats; want 1 or more of each", c.MaxRooms, c.MaxSeats))
	}
	if len(modes) == 0 {
		faults = append(faults, errors.New("no game has a mode"))
	}
	for i, m := range modes {
		if slices.ContainsFunc(modes[:i], func(o sim.Mode) bool { return o.Name == m.Name }) {
			faults = append(faults, fmt.Errorf("two modes are named %q", m.Name))
		}
		if _, err := sim.Start(m, 1); err != nil {
			faults = append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	g := &Registry{config: c, modes: modes, rooms: map[string]*Room{}}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	return g, nil
}

// Wish is what a room is to be like.
type Wish struct {
	// ID may be empty: a random one is made.
	ID       string
	Mode     string // empty: the first
	Seats    int    // 0: the mode's
	Private  bool
	Code     string
	Metadata map[string]string
	Keep     bool
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

// Create makes a room and starts it. Errors: ErrUnknownMode, ErrNodeFull,
// ErrStopping, an id that exists, a journal that cannot be made.
func (g *Registry) Create(w Wish) (*Room, error) {
	mode, ok := g.Mode(w.Mode)
	if !ok {
		return nil, fmt.Errorf("%w %q; there are %s", ErrUnknownMode, w.Mode, g.modeNames())
	}
	if w.ID == "" {
		w.ID = NewID()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.fits(w, mode); err != nil {
		return nil, err
	}
	r, err := g.build(w, mode)
	if err != nil {
		return nil, err
	}
	g.made++
	g.rooms[w.ID] = r
	g.wait.Go(func() { g.run(r) })
	return r, nil
}

func (g *Registry) fits(w Wish, mode sim.Mode) error {
	seats := seatsOf(w, mode)
	for _, r := range g.rooms {
		seats += r.door.seats
	}
	switch {
	case g.closed:
		return ErrStopping
	case g.rooms[w.ID] != nil:
		return fmt.Errorf("room %q exists", w.ID)
	case len(g.rooms) >= g.config.MaxRooms:
		return fmt.Errorf("%w: it has %d rooms", ErrNodeFull, len(g.rooms))
	case seats > g.config.MaxSeats:
		return fmt.Errorf("%w: it would have %d seats, at most %d", ErrNodeFull, seats, g.config.MaxSeats)
	}
	return nil
}

func seatsOf(w Wish, mode sim.Mode) int {
	if w.Seats > 0 {
		return min(w.Seats, mode.Seats)
	}
	return mode.Seats
}

func (g *Registry) build(w Wish, mode sim.Mode) (*Room, error) {
	var journal Journal
	if g.config.Journal != nil {
		j, err := g.config.Journal(w.ID)
		if err != nil {
			return nil, err
		}
		journal = j
	}
	return New(Options{
		ID: w.ID, Mode: mode, Seats: w.Seats, Private: w.Private, Code: w.Code, Metadata: w.Metadata, Keep: w.Keep,
		Seed: randomSeed(), Phase: phase(g.made, mode.Hz),
		Config: g.config.Room, Clock: g.config.Clock(), Journal: journal, Stats: g.config.Stats, Log: g.config.Log,
		Server: g.config.Server,
	})
}

// phase spreads rooms over the tick: the golden ratio leaves no two of them
// close together, however many there are.
func phase(n, hz int) time.Duration {
	tick := time.Second / time.Duration(hz)
	const golden = 0x9e3779b97f4a7c15
	return time.Duration((uint64(n) * golden >> 32) * uint64(tick) >> 32)
}

func (g *Registry) run(r *Room) {
	g.changed()
	_ = r.Run(g.ctx) // the room has logged what went wrong
	g.mu.Lock()
	delete(g.rooms, r.id)
	g.mu.Unlock()
	g.changed()
}

func (g *Registry) changed() {
	if g.config.Changed != nil {
		g.config.Changed()
	}
}

// Get finds a room.
func (g *Registry) Get(id string) (*Room, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, ok := g.rooms[id]
	return r, ok
}

// List describes all rooms, oldest first.
func (g *Registry) List() []Info {
	g.mu.Lock()
	rooms := make([]*Room, 0, len(g.rooms))
	for _, r := range g.rooms {
		rooms = append(rooms, r)
	}
	g.mu.Unlock()
	infos := make([]Info, len(rooms))
	for i, r := range rooms {
		infos[i] = r.Info()
	}
	slices.SortFunc(infos, func(a, b Info) int { return cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID)) })
	return infos
}

// Close ends all rooms with a code and waits until they are gone, or until
// ctx is done. No room is made afterwards.
func (g *Registry) Close(ctx context.Context, code netproto.CloseCode, reason string) error {
	g.mu.Lock()
	g.closed = true
	for _, r := range g.rooms {
		r.Close(code, reason)
	}
	g.mu.Unlock()
	gone := make(chan struct{})
	go func() { // ends with the rooms, which end by themselves or by cancel
		g.wait.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		g.cancel()
		return nil
	case <-ctx.Done():
		g.cancel()
		<-gone
		return ctx.Err()
	}
}

func (g *Registry) modeNames() string {
	names := make([]string, len(g.modes))
	for i, m := range g.modes {
		names[i] = m.Name
	}
	return strings.Join(names, ", ")
}

// idLetters leaves out what is easily confused.
const idLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// NewID returns a random room id of 10 letters, 49 bits.
func NewID() string {
	n := randomSeed()
	var b [10]byte
	for i := range b {
		b[i] = idLetters[n%uint64(len(idLetters))]
		n /= uint64(len(idLetters))
	}
	return string(b[:])
}

func randomSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return binary.LittleEndian.Uint64(b[:])
}
