package room

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/id"
	"github.com/metronome-server/metronome/journal"
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
	params map[string][]sim.ParamField // by mode
	shapes map[string]string           // fingerprints of the games, by mode
	epoch  time.Time                   // that all rooms' ticks are spread from

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
	params, shapes, err := describeModes(modes)
	if err = errors.Join(c.Validate(), err); err != nil {
		return nil, err
	}
	clock := c.Clock()
	g := &Registry{config: c, modes: modes, params: params, shapes: shapes, rooms: map[string]*Room{}, epoch: clock.Now()}
	if err := clock.Close(); err != nil {
		return nil, err
	}
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

// Params returns what rooms of a mode can be made with.
func (g *Registry) Params(mode string) []sim.ParamField { return g.params[mode] }

// Fingerprint is that of a mode's game: nodes that have the same serve the same
// game. "" for a mode that is not there.
func (g *Registry) Fingerprint(mode string) string { return g.shapes[mode] }

// Free returns how many more rooms and seats the node takes on; none when it
// stops.
func (g *Registry) Free() (rooms, seats int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return 0, 0
	}
	return g.config.MaxRooms - len(g.rooms), g.config.MaxSeats - g.seats
}

// MaxRooms is how many rooms the node takes on.
func (g *Registry) MaxRooms() int { return g.config.MaxRooms }

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

// Totals are sums over all rooms.
type Totals struct {
	Rooms int
	// Seats that are taken, those among them that are away, and those of bots.
	Seats, Away, Bots int
}

// Totals sums up all rooms as they were at their last tick.
func (g *Registry) Totals() Totals {
	g.mu.Lock()
	defer g.mu.Unlock()
	var t Totals
	for _, r := range g.rooms {
		if r == nil {
			continue
		}
		away := int(r.counts.away.Load())
		t.Rooms++
		t.Seats += int(r.counts.active.Load()) + away
		t.Away += away
		t.Bots += int(r.counts.bots.Load())
	}
	return t
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

// BeginDrain makes no more rooms and drains those there are: each ends when its
// match is over, or when no person sits in it.
func (g *Registry) BeginDrain() {
	g.stop()
	for _, r := range g.all() {
		r.Drain()
	}
}

// Drain is BeginDrain; it returns when all rooms have ended, or the error of ctx.
func (g *Registry) Drain(ctx context.Context) error {
	g.BeginDrain()
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
		return errors.Join(ctx.Err(), g.hung())
	}
}

// Running returns the ticks that run at this moment, by room.
func (g *Registry) Running() map[string]Running {
	all := map[string]Running{}
	for _, r := range g.all() {
		if now, ok := r.Running(); ok {
			all[r.id] = now
		}
	}
	return all
}

// hung names the rooms whose tick has been running for over a second.
func (g *Registry) hung() error {
	var all []error
	for id, now := range g.Running() {
		if time.Since(now.Began) > time.Second {
			all = append(all, fmt.Errorf("room %s: tick %d has been at %q for %v", id, now.Tick, now.Phase, time.Since(now.Began).Round(time.Millisecond)))
		}
	}
	return errors.Join(all...)
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
	Journal func(id string) (journal.Sink, error)
	// Keeper keeps a room, so that it outlives the process; nil: rooms end with it.
	Keeper func(id string) journal.Keeper
	// KeptBy and KeptMode say what it does, as in KeptInfo.
	KeptBy, KeptMode string
	// Outbox takes what leaves the rooms; nil: it goes into the log only.
	Outbox Outbox
	// Changed, unless nil, is called after a room was made or has ended, on the
	// room's goroutine.
	Changed func()
	// Server is the version that Welcomes name.
	Server string
	// Predict is where clients find the rules to predict with, as Options.Predict says.
	Predict string
	// Nodes is where else to go, as Options.Nodes says.
	Nodes *NodeList
	// Events hears of what happens in all rooms; nil: nobody does.
	Events Events
}

// Validate reports every fault, joined.
func (c RegistryConfig) Validate() error {
	faults := []error{c.Room.Validate()}
	if c.MaxRooms < 1 || c.MaxSeats < 1 {
		faults = append(faults, fmt.Errorf("a node of %d rooms and %d seats; want 1 or more of each", c.MaxRooms, c.MaxSeats))
	}
	if c.Stats == nil || c.Log == nil || c.Clock == nil {
		faults = append(faults, errors.New("a registry needs Stats, Log and Clock"))
	}
	return errors.Join(faults...)
}

// describeModes returns what rooms of each mode can be made with, and the
// fingerprint of its game. Errors: every fault of the modes, joined.
func describeModes(modes []sim.Mode) (params map[string][]sim.ParamField, shapes map[string]string, err error) {
	var faults []error
	params, shapes = map[string][]sim.ParamField{}, map[string]string{}
	if len(modes) == 0 {
		faults = append(faults, errors.New("no game has a mode"))
	}
	for i, m := range modes {
		if slices.ContainsFunc(modes[:i], func(o sim.Mode) bool { return o.Name == m.Name }) {
			faults = append(faults, fmt.Errorf("two modes are named %q", m.Name))
		}
		w, _, err := startWorld(m, 1)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		params[m.Name], shapes[m.Name] = w.ParamFields(), fmt.Sprintf("%016x", w.Shape())
	}
	return params, shapes, errors.Join(faults...)
}

// Wish is what a room is to be like.
type Wish struct {
	// ID is 1 to 64 of a-z, A-Z, 0-9, '-' and '_'. Empty: a random one is made.
	ID       string
	Mode     string // empty: the first
	Seats    int    // 0: the mode's
	Params   []sim.Param
	OneMatch bool
	// Invited are those for whom it is made, as Options.Invited says.
	Invited  []Invited
	Private  bool
	Code     string
	Metadata map[string]string
	Keep     bool
	// Epoch is under which this node owns the room, as Options.OwnerEpoch says; before it
	// does, under which the owner has it from whom it is taken, 0: it has none.
	Epoch uint64
	// Patience is how long it stays when nobody sits in it; 0: as the registry's
	// rooms do.
	Patience time.Duration
	// MayEnd is asked as Options.MayEnd says.
	MayEnd func() bool
	// Follower, unless nil, has the room: it is taken over, and the wish is
	// [Follower.Wish]. From is the id of the node that had it; "": this one.
	Follower *Follower
	From     string
}

// Space says why a room of so many seats would not be made: ErrNodeFull,
// ErrStopping; nil when it would, now.
func (g *Registry) Space(seats int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.space(seats)
}

// space is Space under the lock.
func (g *Registry) space(seats int) error {
	switch {
	case g.closed:
		return ErrStopping
	case len(g.rooms) >= g.config.MaxRooms:
		return fmt.Errorf("%w: it has %d rooms", ErrNodeFull, len(g.rooms))
	case g.seats+seats > g.config.MaxSeats:
		return fmt.Errorf("%w: it would have %d seats, at most %d", ErrNodeFull, g.seats+seats, g.config.MaxSeats)
	}
	return nil
}

// Create makes a room and starts it. Errors: ErrUnknownMode, sim.ErrParam, ErrNodeFull,
// ErrStopping, an id that exists or is not one, a journal that cannot be made.
func (g *Registry) Create(w Wish) (*Room, error) {
	mode, ok := g.Mode(w.Mode)
	if !ok {
		return nil, fmt.Errorf("%w %q; there are %s", ErrUnknownMode, w.Mode, g.modeNames())
	}
	if w.ID == "" {
		w.ID = id.Room()
	}
	if !validID(w.ID) {
		return nil, fmt.Errorf("room id %q: want 1 to 64 of a-z, A-Z, 0-9, '-' and '_'", w.ID)
	}
	if err := sim.CheckParams(g.params[mode.Name], w.Params); err != nil {
		return nil, err
	}
	seats := mode.WithSeats(w.Seats).Seats
	number, err := g.claim(w.ID, seats)
	if err != nil {
		return nil, err
	}
	// Not under the lock: a large world or a slow disk must not hold up joins
	// elsewhere.
	r, err := g.build(w, mode, number)
	if err = g.place(w.ID, r, err); err != nil {
		g.release(w.ID, seats)
		g.wait.Done()
		return nil, err
	}
	return r, nil
}

// claim reserves the id and the seats, and numbers the room.
func (g *Registry) claim(id string, seats int) (number int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.space(seats); err != nil {
		return 0, err
	}
	if _, exists := g.rooms[id]; exists {
		return 0, fmt.Errorf("room %q exists", id)
	}
	g.rooms[id] = nil
	g.seats += seats
	g.made++
	g.wait.Add(1)
	return g.made, nil
}

func (g *Registry) release(id string, seats int) {
	g.mu.Lock()
	delete(g.rooms, id)
	g.seats -= seats
	g.mu.Unlock()
}

// place starts a room that was built, unless the node stops by now.
func (g *Registry) place(id string, r *Room, err error) error {
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return errors.Join(ErrStopping, r.discard())
	}
	g.rooms[id] = r
	go g.run(r) // Close waits for it
	return nil
}

func (g *Registry) build(w Wish, mode sim.Mode, number int) (*Room, error) {
	var sink journal.Sink
	if g.config.Journal != nil {
		j, err := g.config.Journal(w.ID)
		if err != nil { // a disk that is full is no reason not to play
			g.config.Stats.RecordingsLost.Add(1)
			g.config.Log.Error("the room is not recorded; check the disk", "room", w.ID, "err", err)
		} else {
			sink = j
		}
	}
	var keeper journal.Keeper
	if g.config.Keeper != nil {
		keeper = g.config.Keeper(w.ID)
	}
	start := New
	if w.Follower != nil {
		start = w.Follower.TakeOver
	}
	clock := g.config.Clock()
	r, err := start(Options{
		ID: w.ID, Mode: mode, Seats: w.Seats, Private: w.Private, Code: w.Code, Metadata: w.Metadata, Keep: w.Keep,
		Invited: w.Invited, Patience: w.Patience, MayEnd: w.MayEnd, Params: w.Params, OneMatch: w.OneMatch,
		Seed: id.Seed(), Epoch: g.epoch, Phase: phase(number, mode.TickHz()),
		Config: g.config.Room, Clock: clock, Journal: sink, Keeper: keeper, KeptBy: g.config.KeptBy, KeptMode: g.config.KeptMode, Outbox: g.config.Outbox, OwnerEpoch: w.Epoch, From: w.From, Stats: g.config.Stats, Log: g.config.Log,
		Server: g.config.Server, Predict: g.config.Predict, Nodes: g.config.Nodes, Events: g.config.Events,
	})
	if err != nil {
		err = errors.Join(err, clock.Close())
		if sink != nil {
			err = errors.Join(err, sink.Close())
		}
		if keeper != nil && w.Follower != nil {
			err = errors.Join(err, keeper.Close())
		} else if keeper != nil {
			err = errors.Join(err, keeper.Forget())
		}
	}
	return r, err
}

// phase spreads rooms over the slots of a tick: the golden ratio leaves no two of
// them close together while there are slots for all, and fills the slots evenly
// then, so that rooms that share one are woken together.
func phase(n, hz int) time.Duration {
	tick := time.Second / time.Duration(hz)
	slots := uint64(max(tick/slotWidth, 1))
	const golden = 0x9e3779b97f4a7c15
	return time.Duration((uint64(n)*golden>>32)*slots>>32) * tick / time.Duration(slots)
}

func (g *Registry) run(r *Room) {
	defer g.wait.Done()
	// Profiles and stacks of the process say which room a goroutine drives.
	pprof.SetGoroutineLabels(pprof.WithLabels(g.ctx, pprof.Labels("room", r.id)))
	g.changed()
	_ = r.Run(g.ctx) // the room has logged what went wrong
	g.release(r.id, r.door.seats)
	g.changed()
}

func (g *Registry) changed() {
	if g.config.Changed != nil {
		g.config.Changed()
	}
}

func (g *Registry) modeNames() string {
	names := make([]string, len(g.modes))
	for i, m := range g.modes {
		names[i] = m.Name
	}
	return strings.Join(names, ", ")
}

// validID says whether a room may have this id: it stands in URLs and names
// files.
func validID(s string) bool {
	if len(s) < 1 || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
