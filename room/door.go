package room

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"sync"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// Why a room does not let somebody in.
var (
	ErrFull        = errors.New("the room is full")
	ErrLocked      = errors.New("the room takes no new players")
	ErrClosed      = errors.New("the room is over")
	ErrResumeStale = errors.New("the resume token is used, unknown or too old")
	ErrBusy        = errors.New("the room's mailbox is full")
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

// Pass is the right to bring one connection in, held while it is upgraded.
// Exactly one of Enter and Cancel must be called. Any goroutine.
type Pass struct {
	door  *door
	guest Guest
}

// entry is a connection that waits to be let in at the next tick.
type entry struct {
	guest Guest
	conn  Conn
}

// door is where others meet the room's goroutine. Its queue holds at most one
// entry per pass, and passes are bounded by the free seats and by the resume
// tokens; whoever finds it full is refused.
type door struct {
	mu      sync.Mutex
	state   State
	seats   int
	taken   int // seats that are not free
	passes  int // of new players, not yet entered or not yet admitted
	tokens  map[string]sim.Seat
	queue   []entry
	mailbox []func()
}

// mailboxSize is how many orders of operators may wait for the next tick; one
// more is refused with ErrBusy.
const mailboxSize = 64

// knock gives a pass or says why not.
func (d *door) knock(g Guest) (*Pass, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state == Closed {
		return nil, ErrClosed
	}
	if g.Resume != "" {
		if _, ok := d.tokens[g.Resume]; !ok {
			return nil, ErrResumeStale
		}
		return &Pass{d, g}, nil
	}
	if d.state != Open {
		return nil, ErrLocked
	}
	if d.taken+d.passes >= d.seats {
		return nil, ErrFull
	}
	d.passes++
	return &Pass{d, g}, nil
}

// Enter hands the connection to the room, which owns it from now on. When the
// room has closed meanwhile, the connection is closed with that reason.
func (p *Pass) Enter(conn Conn) {
	p.door.mu.Lock()
	closed := p.door.state == Closed
	if !closed {
		p.door.queue = append(p.door.queue, entry{p.guest, conn})
	}
	p.door.mu.Unlock()
	if closed {
		conn.Attach()
		conn.Close(netproto.CloseRoomEnded, ErrClosed.Error())
	}
}

// Cancel gives the pass back.
func (p *Pass) Cancel() {
	if p.guest.Resume == "" {
		p.door.mu.Lock()
		p.door.passes--
		p.door.mu.Unlock()
	}
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

// freed gives a taken seat back.
func (d *door) freed(tokens ...string) {
	d.mu.Lock()
	d.taken--
	for _, t := range tokens {
		delete(d.tokens, t)
	}
	d.mu.Unlock()
}

// seatOf returns the seat that a resume token takes back, 0 for none.
func (d *door) seatOf(token string) sim.Seat {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tokens[token]
}

// swapTokens makes one token valid and another invalid; either may be empty.
func (d *door) swapTokens(seat sim.Seat, valid, invalid string) {
	d.mu.Lock()
	if valid != "" {
		d.tokens[valid] = seat
	}
	if invalid != "" {
		delete(d.tokens, invalid)
	}
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

// newToken returns 128 random bits that fit a URL.
func newToken() string {
	var b [16]byte
	// crypto/rand.Read never fails since Go 1.24: it crashes the program instead.
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
