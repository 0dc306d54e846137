package room

import (
	"context"
	"io"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/internal/text"
	"github.com/metronome-server/metronome/journal"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// maxAnnouncement is the longest announcement, bytes of UTF-8; more is cut off.
const maxAnnouncement = 1000

// Knock asks for a way in before the connection is upgraded. Errors: ErrFull,
// ErrLocked, ErrClosed, ErrResumeStale, ErrSecond, ErrNotInvited; of a spectator
// ErrNotPublic, ErrAudience.
func (r *Room) Knock(g Guest) (*Pass, error) {
	g.Name = text.Name(g.Name, netproto.MaxName)
	return r.door.knock(g)
}

// Admits is Knock without the pass: what it would say now.
func (r *Room) Admits(g Guest) error {
	r.door.mu.Lock()
	defer r.door.mu.Unlock()
	return r.door.admits(g)
}

// Lock stops new players from joining; players may still resume. It reports
// whether that changed anything.
func (r *Room) Lock() bool { return r.door.to(Locked) }

// Unlock lets new players join again. It reports whether that changed anything.
func (r *Room) Unlock() bool { return r.door.to(Open) }

// Drain is a Lock that nothing opens again: play goes on, and the room ends as
// soon as its match is over or no person sits in it. It reports whether that changed anything.
func (r *Room) Drain() bool { return r.door.to(Draining) }

// Kick closes the connection of a seat and frees the seat, at the next tick.
// Errors: ErrClosed, ErrBusy.
func (r *Room) Kick(number sim.Seat, reason string) error {
	return r.door.do(func() {
		if int(number) < len(r.seats) && r.seats[number].state != SeatFree {
			r.release(&r.seats[number], netproto.CloseKicked, reason)
		}
	})
}

// Announce sends a line from the server to every seat. Errors: ErrClosed, ErrBusy.
func (r *Room) Announce(line string) error {
	line = text.Cut(text.Line(line), maxAnnouncement)
	return r.door.do(func() {
		r.notify(&pb.Notice{Body: &pb.Notice_Announcement{Announcement: line}})
	})
}

// ask has the room's goroutine do something at its next tick and waits for
// it. Errors: ErrClosed, ErrBusy, ctx's; then it may still be done.
func (r *Room) ask(ctx context.Context, do func()) error {
	done := make(chan struct{})
	if err := r.door.do(func() { do(); close(done) }); err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-r.ended:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SeatInfo is an occupied seat as its operator sees it.
type SeatInfo struct {
	Number sim.Seat
	Name   string
	// UserID is the game's own id of the player; "": somebody unknown.
	UserID string
	// Key is Guest.Key of the player: the address that it came from; "": not known.
	Key   string
	Bot   bool
	State SeatState
	// Slack of its newest input, ticks.
	Slack int
	// InputAge, Silent and Unsent are the ticks since the last input that was
	// used, since anything came, and since the last snapshot.
	InputAge, Silent, Unsent int
}

// Seats returns the first occupied seats by number, at most so many, and how
// many there are. Errors: ErrClosed, ErrBusy, ctx's.
func (r *Room) Seats(ctx context.Context, most int) (seats []SeatInfo, occupied int, err error) {
	type answer struct {
		seats    []SeatInfo
		occupied int
	}
	got := make(chan answer, 1)
	err = r.ask(ctx, func() {
		a := answer{make([]SeatInfo, min(len(r.taken), most)), len(r.taken)}
		for i := range a.seats {
			a.seats[i] = r.seatInfo(r.taken[i])
		}
		got <- a
	})
	if err != nil {
		return nil, 0, err
	}
	a := <-got
	return a.seats, a.occupied, nil
}

// SeatsAfter returns the first occupied seats behind a number, 0: all, at most so many.
// Errors: those of Seats.
func (r *Room) SeatsAfter(ctx context.Context, after sim.Seat, most int) ([]SeatInfo, error) {
	got := make(chan []SeatInfo, 1)
	err := r.ask(ctx, func() {
		from, _ := slices.BinarySearchFunc(r.taken, after+1, bySeat)
		seats := make([]SeatInfo, min(len(r.taken)-from, most))
		for i := range seats {
			seats[i] = r.seatInfo(r.taken[from+i])
		}
		got <- seats
	})
	if err != nil {
		return nil, err
	}
	return <-got, nil
}

// Seat returns one seat, SeatFree when nobody has it. Errors: ErrNoSeat and
// those of Seats.
func (r *Room) Seat(ctx context.Context, number sim.Seat) (SeatInfo, error) {
	if number < 1 || int(number) >= len(r.seats) {
		return SeatInfo{}, ErrNoSeat
	}
	got := make(chan SeatInfo, 1)
	if err := r.ask(ctx, func() { got <- r.seatInfo(&r.seats[number]) }); err != nil {
		return SeatInfo{}, err
	}
	return <-got, nil
}

func (r *Room) seatInfo(s *seat) SeatInfo {
	heard, wrote := s.awayAt, s.awayAt
	if s.link != nil {
		heard, wrote = s.link.heard, s.link.wrote
	}
	return SeatInfo{
		Number: s.number, Name: s.name, UserID: s.userID, Key: s.key, Bot: s.bot, State: s.state, Slack: int(s.inputs.reported()),
		InputAge: int(s.inputs.age(r.next)), Silent: r.next.Since(heard), Unsent: r.next.Since(wrote),
	}
}

// KickNamed is Kick for an operator: it says who was kicked, as they sat there, and
// spares whoever took the seat after the one that was meant. Errors: ErrNoSeat
// (or nobody of that name has it), ErrClosed, ErrBusy, ctx's.
func (r *Room) KickNamed(ctx context.Context, number sim.Seat, name, reason string) (SeatInfo, error) {
	if number < 1 || int(number) >= len(r.seats) {
		return SeatInfo{}, ErrNoSeat
	}
	found := make(chan SeatInfo, 1)
	err := r.ask(ctx, func() {
		s := &r.seats[number]
		if s.state == SeatFree || s.name != name {
			found <- SeatInfo{}
			return
		}
		was := r.seatInfo(s)
		r.release(s, netproto.CloseKicked, reason)
		found <- was
	})
	if err != nil {
		return SeatInfo{}, err
	}
	who := <-found
	if who.State == SeatFree {
		return SeatInfo{}, ErrNoSeat
	}
	return who, nil
}

// Recording opens the room's recording so far. The caller closes file. Errors:
// ErrNotRecorded, those of the file.
func (r *Room) Recording() (file io.ReadCloser, name string, bytes int64, err error) {
	j, ok := r.options.Journal.(journal.Recorder)
	if !ok {
		return nil, "", 0, ErrNotRecorded
	}
	return j.Recording()
}

// Info describes a room to others.
type Info struct {
	ID, Mode, Code string
	State          State
	Private, Keep  bool
	Seats          int
	// Taken seats: active, away and on their way in. Fillers give theirs up: they are
	// free for everybody else.
	Taken, Active, Away, Bots, Fillers, Backlogged int
	// Spectators have no seat.
	Spectators int
	Metadata   map[string]string
	Created    time.Time
	Hz         int
	Tick       sim.Tick
	Kept       KeptInfo
}

// Info describes the room as it was at its last tick.
func (r *Room) Info() Info {
	state := r.door.current()
	taken, fillers := r.door.occupancy()
	return Info{
		ID: r.id, Mode: r.mode.Name, Code: r.options.Code, State: state,
		Private: r.options.Private, Keep: r.options.Keep, Seats: r.door.seats, Taken: taken, Fillers: fillers,
		Active: int(r.counts.active.Load()), Away: int(r.counts.away.Load()), Bots: int(r.counts.bots.Load()),
		Spectators: int(r.counts.spectators.Load()), Backlogged: int(r.counts.backlogged.Load()), Tick: sim.Tick(r.counts.tick.Load()),
		Metadata: maps.Clone(r.options.Metadata), Created: r.created, Hz: r.mode.Hz, Kept: r.keptInfo(),
	}
}

// Samples appends the room's samples that ended after a Unix second, oldest
// first; at most five minutes of them. Any goroutine.
func (r *Room) Samples(to []Sample, after uint32) []Sample {
	h := &r.samples
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := max(h.made-sampleSeconds, 0); i < h.made; i++ {
		if s := &h.ring[i%sampleSeconds]; s.At > after {
			to = append(to, *s)
		}
	}
	return to
}

// Last returns the room's newest sample, the zero one before the first second
// is over. Any goroutine.
func (r *Room) Last() Sample {
	h := &r.samples
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.made == 0 {
		return Sample{}
	}
	return h.ring[(h.made-1)%sampleSeconds]
}

// Trace watches a seat until Close of what it returns; an empty seat too.
// Errors: ErrNoSeat, ErrClosed, ErrBusy, ctx's.
func (r *Room) Trace(ctx context.Context, number sim.Seat) (*Trace, error) {
	if number < 1 || int(number) >= len(r.seats) {
		return nil, ErrNoSeat
	}
	var settled atomic.Bool // by who comes first: the room, or a caller who gives up
	joined := make(chan *Trace, 1)
	err := r.ask(ctx, func() {
		if settled.Swap(true) {
			return
		}
		s := &r.seats[number]
		if s.trace == nil || !s.trace.join() {
			s.trace = &Trace{}
			s.trace.watchers.Store(1)
		}
		joined <- s.trace
	})
	if err == nil {
		return <-joined, nil
	}
	if settled.Swap(true) {
		(<-joined).Close()
	}
	return nil, err
}
