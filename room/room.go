package room

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// Options are what a room is made from.
type Options struct {
	ID   string
	Mode sim.Mode
	// Seats limits the mode's; 0 does not.
	Seats   int
	Private bool
	// Code lets players into a private room.
	Code     string
	Metadata map[string]string
	// Keep has the room stay when nobody sits in it.
	Keep bool
	Seed uint64
	// Phase shifts the room's ticks against those of others, below one tick.
	Phase time.Duration

	Config  Config
	Clock   Clock
	Journal Journal // nil records nothing
	Stats   *Stats
	Log     *slog.Logger
	// Server is the version that the Welcome names.
	Server string
}

// Room is one match. Its exported methods may be called from any goroutine.
type Room struct {
	id      string
	mode    sim.Mode
	options Options
	config  Config
	created time.Time
	log     *slog.Logger
	stats   *Stats
	door    door
	wake    chan struct{}
	ended   chan struct{}
	counts  counts
	closing atomic.Pointer[netproto.CloseError]

	// Owned by the room's goroutine.
	clock    Clock
	world    *sim.World
	encoder  *netproto.Encoder
	journal  Journal
	fields   []sim.InputField
	schema   *pb.Schema
	next     sim.Tick // the tick that comes now
	seats    []seat   // by number; 0 is unused
	taken    []*seat  // occupied, ascending
	entries  []entry
	orders   []func()
	frame    netproto.ClientFrame
	out      []byte
	step     JournalTick
	state    []byte // scratch: a checkpoint
	tally    tally
	emptyFor int
	fault    error
}

// counts is what others may see of the room at any time.
type counts struct{ active, away, bots, backlogged, tick atomic.Int64 }

// Info describes a room to others.
type Info struct {
	ID, Mode, Code string
	State          State
	Private, Keep  bool
	Seats          int
	// Taken seats: active, away and on their way in.
	Taken, Active, Away, Bots, Backlogged int
	Metadata                              map[string]string
	Created                               time.Time
	Hz                                    int
	Tick                                  sim.Tick
}

// New makes a room; Run starts it. Errors: what is wrong with the mode or the
// configuration.
func New(o Options) (*Room, error) {
	if err := o.Config.Validate(); err != nil {
		return nil, fmt.Errorf("room configuration: %w", err)
	}
	world, err := sim.Start(o.Mode, o.Seed)
	if err != nil {
		return nil, err
	}
	seats := o.Mode.Seats
	if o.Seats > 0 {
		seats = min(seats, o.Seats)
	}
	r := &Room{
		id: o.ID, mode: o.Mode, options: o, config: o.Config, stats: o.Stats, clock: o.Clock,
		log:     o.Log.With("room", o.ID, "mode", o.Mode.Name),
		created: o.Clock.Now(), world: world, journal: o.Journal,
		encoder: netproto.NewEncoder(world), schema: netproto.SchemaOf(world), fields: world.InputFields(),
		next: world.Tick().Add(1), seats: make([]seat, seats+1),
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	r.door = door{seats: seats, tokens: map[string]sim.Seat{}}
	for i := range r.seats {
		s := &r.seats[i]
		s.number = sim.Seat(i)
		s.handle = func(msg []byte) error { return r.receive(s, msg) }
	}
	if r.journal != nil {
		r.journal.Begin(JournalHeader{Room: o.ID, Mode: o.Mode.Name, Hz: o.Mode.Hz, Seed: o.Seed, Shape: world.Shape()})
		r.journal.Checkpoint(world.Tick(), world.Append(nil))
	}
	return r, nil
}

// ID returns the room's id.
func (r *Room) ID() string { return r.id }

// Knock asks for a way in before the connection is upgraded. Errors: ErrFull,
// ErrLocked, ErrClosed, ErrResumeStale.
func (r *Room) Knock(g Guest) (*Pass, error) {
	g.Name = cleanLine(strings.ToValidUTF8(g.Name, ""))
	for len(g.Name) > netproto.MaxName {
		g.Name = strings.ToValidUTF8(g.Name[:netproto.MaxName], "")
	}
	return r.door.knock(g)
}

// Info describes the room as it was at its last tick.
func (r *Room) Info() Info {
	r.door.mu.Lock()
	state, taken := r.door.state, r.door.taken+r.door.passes
	r.door.mu.Unlock()
	return Info{
		ID: r.id, Mode: r.mode.Name, Code: r.options.Code, State: state,
		Private: r.options.Private, Keep: r.options.Keep, Seats: r.door.seats, Taken: taken,
		Active: int(r.counts.active.Load()), Away: int(r.counts.away.Load()), Bots: int(r.counts.bots.Load()),
		Backlogged: int(r.counts.backlogged.Load()), Tick: sim.Tick(r.counts.tick.Load()),
		Metadata: maps.Clone(r.options.Metadata), Created: r.created, Hz: r.mode.Hz,
	}
}

// Lock stops new players from joining; Unlock lets them again. They report
// whether that changed anything.
func (r *Room) Lock() bool   { return r.door.to(Locked) }
func (r *Room) Unlock() bool { return r.door.to(Open) }

// Kick closes the connection of a seat and frees the seat, at the next tick.
// Errors: ErrClosed, ErrBusy.
func (r *Room) Kick(number sim.Seat, reason string) error {
	return r.door.do(func() {
		if int(number) < len(r.seats) && r.seats[number].state != SeatFree {
			s := &r.seats[number]
			r.hangUp(s, netproto.CloseKicked, reason)
			r.leave(s)
		}
	})
}

// Announce sends a line from the server to every seat. Errors: ErrClosed, ErrBusy.
func (r *Room) Announce(text string) error {
	return r.door.do(func() {
		r.notify(&pb.Notice{Body: &pb.Notice_Announcement{Announcement: cleanLine(text)}})
	})
}

// Close ends the room: every connection is closed with the code, Run returns.
// Ended tells when that is done.
func (r *Room) Close(code netproto.CloseCode, reason string) {
	r.closing.CompareAndSwap(nil, &netproto.CloseError{Code: code, Reason: reason})
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Ended is closed when the room is over and Run is about to return.
func (r *Room) Ended() <-chan struct{} { return r.ended }

// Run drives the room until Close, the end of ctx, or the end of the match.
// It is the room's goroutine. It returns what went wrong in the game, or nil.
func (r *Room) Run(ctx context.Context) error {
	defer close(r.ended)
	p := newPacer(r.clock, r.mode.Hz, r.options.Phase, r.config.CatchUp)
	for r.closing.Load() == nil {
		if err := p.wait(ctx, r.wake); err != nil {
			r.Close(netproto.CloseRestart, "the node is stopping")
			break
		}
		if r.clock.Now().Before(p.due(p.n)) {
			continue // woken to close
		}
		began := p.begin(r.stats)
		r.tick()
		r.stats.TickTime.Add(r.clock.Now().Sub(began))
	}
	r.end()
	return r.fault
}

// end closes every connection and what is at the door.
func (r *Room) end() {
	why := r.closing.Load()
	r.door.to(Closed)
	r.entries, r.orders = r.door.collect(r.entries, r.orders)
	for _, e := range r.entries {
		e.conn.Attach()
		e.conn.Close(why.Code, why.Reason)
		r.stats.CountClose(why.Code)
	}
	for _, s := range r.taken {
		r.hangUp(s, why.Code, why.Reason)
	}
	if r.journal != nil {
		if err := r.journal.Close(); err != nil {
			r.log.Error("the recording is incomplete; check the disk", "err", err)
		}
	}
	r.log.Info("room closed", "code", why.Code.String(), "reason", why.Reason, "tick", r.world.Tick())
}

// hangUp closes a seat's connection, if it has one.
func (r *Room) hangUp(s *seat, code netproto.CloseCode, reason string) {
	if s.conn != nil {
		s.conn.Close(code, reason)
		r.stats.CountClose(code)
		s.conn = nil
	}
}
