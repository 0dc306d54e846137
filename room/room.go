// Package room runs one match: its seats, their inputs, the tick, what goes
// out and what is recorded; and keeps the rooms of this node.
//
// One goroutine owns a room, from Run until it returns. It reads the
// connections, steps the game and writes the connections in one straight line;
// tick.go is that line. Everybody else comes through the door (Knock) or the
// mailbox. The package knows no sockets: a connection is a [Conn], time is
// a [Clock].
package room

import (
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// Options are what a room is made from.
type Options struct {
	ID   string
	Mode sim.Mode
	// Seats limits the mode's; 0 does not.
	Seats int
	// Params are what the room is made with; Mode has its defaults.
	Params []sim.Param
	// OneMatch: the room is made for one match, and ends with it.
	OneMatch bool
	// Invited are those for whom the room is made; nil: it is for everybody.
	Invited []Invited
	Private bool
	// Code lets players into a private room.
	Code     string
	Metadata map[string]string
	// Keep has the room stay when nobody sits in it.
	Keep bool
	// Patience is how long it stays when nobody sits in it; 0: as Config says.
	Patience time.Duration
	// MayEnd is asked at each tick at which the room would end because nobody has
	// been in it, until it says yes: a seat may be promised. It must return at once.
	// Nil: always.
	MayEnd func() bool
	Seed   uint64
	// Epoch and Phase say where the room's ticks fall: at Epoch + Phase + whole
	// ticks, so that rooms of one epoch keep out of each other's way. The zero
	// Epoch is when Run begins. Phase is below one tick.
	Epoch time.Time
	Phase time.Duration

	Config  Config
	Clock   Clock
	Journal journal.Sink // nil records nothing
	// Keeper has the room outlive the process; nil: it ends with it.
	Keeper journal.Keeper
	// KeptBy and KeptMode say what it does, as in KeptInfo.
	KeptBy, KeptMode string
	// From is the id of the node that the room was taken over from; "": none.
	From string
	// Outbox takes outcomes and effects; nil: they go into the log only. OwnerEpoch is
	// the epoch under which this node owns the room; it is part of their ids.
	Outbox     Outbox
	OwnerEpoch uint64
	Stats      *Stats
	Log        *slog.Logger
	// Server is the version that the Welcome names.
	Server string
	// Predict is where clients find the rules as a module to predict with, below the
	// node's base URL; "": nowhere. Rules that are no [sim.Predictor] have none.
	Predict string
	// Nodes is where else to go, for Welcomes and notices; nil: nowhere.
	Nodes *NodeList
	// Events hears of what happens; nil: nobody does.
	Events Events
}

// Room is one match. Its exported methods may be called from any goroutine.
type Room struct {
	id      string
	mode    sim.Mode
	hz      int // ticks a second, by which the room counts time
	options Options
	config  Config
	created time.Time
	log     *slog.Logger
	stats   *Stats
	door    door
	wake    chan struct{}
	ended   chan struct{}
	counts  counts
	samples sampler
	began   atomic.Int64  // when the tick that runs began, Unix ns; 0 between ticks
	phase   atomic.Uint32 // a Phase
	closing atomic.Pointer[netproto.CloseError]
	wanted  atomic.Pointer[move]   // that somebody wants; nil: nobody does
	unkept  atomic.Pointer[unkept] // nil: the room is kept, or nothing is to keep it

	// Owned by the room's goroutine.
	clock        Clock
	world        *sim.World
	encoder      *netproto.Encoder
	journal      journal.Sink
	recording    bool // the journal still takes ticks
	keeping      keeping
	moved        Handed        // where the room goes on; zero: here
	stood        time.Duration // how long it stood still for that
	fields       []sim.InputField
	schema       *pb.Schema
	predict      string // Options.Predict, if the rules predict
	params       []*pb.Param
	next         sim.Tick // the tick that comes, and while it runs, this one
	hold         int      // ticks that a missing input is replaced by the one before
	seats        []seat   // by number; 0 is unused
	taken        []*seat  // occupied, ascending
	spectators   []*spectator
	fillers      []*seat // those of taken that fillers have, as they came
	entries      []entry
	orders       []func()
	fanout       *fanout[*Room, *seat]
	departing    []*seat // to be freed in admit
	vacated      vacatedSeats
	step         journal.Tick
	chat         chatLimit     // of all seats together
	people       int           // seats that are taken by no bot
	peak         int           // the most seats that were taken
	emptySince   sim.Tick      // as of the last tick at which somebody sat here
	checkpointed sim.Tick      // of the journal's last checkpoint
	late         time.Duration // of the tick that runs
	elapsed      int           // ticks since the last one, more than 1 in a room that rested
	rested       bool          // this tick had nothing for the rules
	between      bool          // no match was on at the last step
	told         uint64        // revision of the list of nodes that everybody was told
	gave         int           // commands to this tick's step
	sender       sender
	kicked       []kick               // by the rules, to go in admit
	matchOver    *netproto.CloseError // the rules have ended the match
	fault        error
}

// New makes a room; Run starts it. Errors: what is wrong with the mode or the
// configuration.
func New(o Options) (*Room, error) {
	if err := o.Config.Validate(); err != nil {
		return nil, fmt.Errorf("room configuration: %w", err)
	}
	o.Mode = o.Mode.WithSeats(o.Seats).WithParams(o.Params)
	if o.OneMatch {
		o.Mode = o.Mode.ForOneMatch()
	}
	world, schema, err := startWorld(o.Mode, o.Seed)
	if err != nil {
		return nil, err
	}
	r := newRoom(o, world, schema)
	r.beginJournals()
	return r, nil
}

// newRoom makes a room of a world and its mode.
func newRoom(o Options, world *sim.World, schema *pb.Schema) *Room {
	o.Metadata = maps.Clone(o.Metadata)
	if o.Patience > 0 {
		o.Config.EmptyAfter = o.Patience
	}
	seats := o.Mode.Seats
	r := &Room{
		id: o.ID, mode: o.Mode, hz: o.Mode.TickHz(), options: o, config: o.Config, stats: o.Stats, clock: o.Clock,
		log:     o.Log.With("room", o.ID, "mode", o.Mode.Name),
		created: o.Clock.Now(), world: world, journal: o.Journal, recording: o.Journal != nil,
		encoder: netproto.NewEncoder(world), schema: schema, fields: world.InputFields(),
		next: world.Tick().Add(1), hold: ticks(o.Config.Hold, o.Mode.TickHz()), seats: make([]seat, seats+1),
		wake: make(chan struct{}, 1), ended: make(chan struct{}), elapsed: 1,
	}
	if world.Predicts() {
		r.predict = o.Predict
	}
	for _, p := range paramsOf(world) {
		r.params = append(r.params, &pb.Param{Name: p.Name, Value: p.Value})
	}
	_, r.told = o.Nodes.read()
	r.fanout = newFanout[*Room, *seat](o.Config.Workers)
	if o.Mode.Hz == 0 {
		r.door.poke = r.poke
	}
	r.door.stats, r.door.seats, r.door.tokens, r.door.users = o.Stats, seats, map[string]claim{}, newUsers(o.Mode.RefuseSecond, o.Invited)
	r.door.signer = newSigner(o.ID, o.Seed)
	r.door.mostSpectators, r.door.secluded = o.Config.Spectators, o.Private || o.Invited != nil
	for i := range r.seats {
		r.seats[i].number = sim.Seat(i)
	}
	return r
}

// beginJournals begins what is written of the room: all that it is by now.
func (r *Room) beginJournals() {
	if r.recording {
		r.journal.Begin(r.header())
		r.checkpointed = r.world.Tick()
		r.journal.Checkpoint(r.checkpointed, journal.StateOf(r.world))
	}
	r.beginKeeping()
}

// header is that of the room's journals.
func (r *Room) header() journal.Header {
	return journal.Header{
		Room: r.id, Mode: r.mode.Name, Hz: r.mode.Hz, Seed: r.options.Seed, Shape: r.world.Shape(), Seats: r.mode.Seats, Params: paramsOf(r.world),
		OneMatch: r.options.OneMatch, Layout: r.world.Layout(),
	}
}

// paramsOf returns what a world was made with, as it would be asked for.
func paramsOf(w *sim.World) (params []sim.Param) {
	for _, p := range w.Params() {
		params = append(params, sim.Param{Name: p.Name, Value: p.Text})
	}
	return params
}

// startWorld starts a match of a mode that can be sent.
func startWorld(m sim.Mode, seed uint64) (*sim.World, *pb.Schema, error) {
	world, err := sim.Start(m, seed)
	if err != nil {
		return nil, nil, err
	}
	schema := netproto.SchemaOf(world)
	if err := netproto.CheckSchema(schema); err != nil {
		return nil, nil, fmt.Errorf("mode %q: %w", m.Name, err)
	}
	return world, schema, nil
}

// ID returns the room's id.
func (r *Room) ID() string { return r.id }

// Close ends the room: nobody is let in any more, every connection is closed
// with the code, Run returns. The first call's reason counts. Ended tells when
// that is done. Any goroutine.
func (r *Room) Close(code netproto.CloseCode, reason string) {
	r.closing.CompareAndSwap(nil, &netproto.CloseError{Code: code, Reason: reason})
	r.door.close(r.closing.Load())
	r.poke()
}

// poke wakes the room's goroutine, if it waits. Any goroutine.
func (r *Room) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Ended is closed when the room is over and Run is about to return.
func (r *Room) Ended() <-chan struct{} { return r.ended }
