package room

import (
	"errors"
	"sync"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// Why a room does not do what it was asked for.
var (
	ErrFull        = errors.New("the room is full")
	ErrLocked      = errors.New("the room takes no new players")
	ErrClosed      = errors.New("the room is over")
	ErrResumeStale = errors.New("the resume token is used, unknown or too old")
	ErrBusy        = errors.New("the room's mailbox is full")
	ErrNotRecorded = errors.New("the room is not recorded")
)

// Guest is who wants to come in.
type Guest struct {
	// Name is shown to others, at most netproto.MaxName bytes of UTF-8.
	Name string
	// Resume is the token of the last Welcome, or empty for a new player.
	Resume string
	// Bot marks players that are not people.
	Bot bool
}

// entry is a connection that waits to be let in at the next tick.
type entry struct {
	guest Guest
	conn  Conn
}

// door is where others meet the room's goroutine.
type door struct {
	mu     sync.Mutex
	state  State
	why    *netproto.CloseError // once Closed
	seats  int
	taken  int // seats that are not free
	passes int // of new players, not yet entered or not yet admitted
	tokens map[string]claim
	// queue holds at most one entry per free seat, because passes are bounded by
	// them, and one per resume token: a second one replaces the first.
	queue []entry
	// mailbox holds what operators want done at the next tick. Full: ErrBusy.
	mailbox []func()
}

// mailboxSize is how many orders of operators may wait for the next tick.
const mailboxSize = 64

// claim is what a resume token is good for.
type claim struct {
	seat sim.Seat
	at   int // place in the queue of a connection that came with it, from 1
}

// knock gives a pass or says why not.
func (d *door) knock(g Guest) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.admits(g); err != nil {
		return err
	}
	if g.Resume == "" {
		d.passes++
	}
	return nil
}

// admits says why a guest would get no pass. The caller holds mu.
func (d *door) admits(g Guest) error {
	if d.state == Closed {
		return ErrClosed
	}
	if g.Resume != "" {
		if _, ok := d.tokens[g.Resume]; !ok {
			return ErrResumeStale
		}
		return nil
	}
	if d.state != Open {
		return ErrLocked
	}
	if d.taken+d.passes >= d.seats {
		return ErrFull
	}
	return nil
}

// do leaves an order for the room's goroutine.
func (d *door) do(order func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.state == Closed:
		return ErrClosed
	case len(d.mailbox) >= mailboxSize:
		return ErrBusy
	}
	d.mailbox = append(d.mailbox, order)
	return nil
}

// collect takes what waits at the door, into the slices given.
func (d *door) collect(entries []entry, orders []func()) ([]entry, []func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.queue {
		if c, ok := d.tokens[e.guest.Resume]; ok {
			c.at = 0
			d.tokens[e.guest.Resume] = c
		}
	}
	entries, orders = append(entries[:0], d.queue...), append(orders[:0], d.mailbox...)
	clear(d.queue)
	clear(d.mailbox)
	d.queue, d.mailbox = d.queue[:0], d.mailbox[:0]
	return entries, orders
}

// admitted turns a new player's pass into a taken seat.
func (d *door) admitted() {
	d.mu.Lock()
	d.passes--
	d.taken++
	d.mu.Unlock()
}

// refused gives a pass back that found no seat.
func (d *door) refused() {
	d.mu.Lock()
	d.passes--
	d.mu.Unlock()
}

// freed gives a taken seat back.
func (d *door) freed() {
	d.mu.Lock()
	d.taken--
	d.mu.Unlock()
}

func (d *door) current() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

// to moves the room to another state and reports whether that was legal.
func (d *door) to(s State) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !legal(stateMoves, d.state, s) {
		return false
	}
	d.state = s
	return true
}

// close lets nobody in any more; who comes with a pass is told why.
func (d *door) close(why *netproto.CloseError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if legal(stateMoves, d.state, Closed) {
		d.state, d.why = Closed, why
	}
}

// closeUnlessAwaited closes when no new player is on the way in.
func (d *door) closeUnlessAwaited(why *netproto.CloseError) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.passes > 0 || !legal(stateMoves, d.state, Closed) {
		return false
	}
	d.state, d.why = Closed, why
	return true
}
