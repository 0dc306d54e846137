package room

import (
	"errors"
	"slices"
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

// entry is a connection that waits to be let in at the next tick.
type entry struct {
	guest Guest
	conn  Conn
	// counted: it takes a seat of those that are free.
	counted bool
}

// State is what a room is doing.
type State uint8

// The room states.
const (
	// Open: players may join.
	Open State = iota
	// Locked: play goes on, nobody new may join, players may resume.
	Locked
	// Draining: as Locked, and the room ends when its match is over, or no person sits
	// in it.
	Draining
	// Closed: over. Nothing leads out of it.
	Closed
)

var stateNames = [...]string{"open", "locked", "draining", "closed"}

func (s State) String() string { return nameOf(stateNames[:], int(s)) }

// stateMoves are the legal transitions: from, then to.
var stateMoves = map[State][]State{
	Open:     {Locked, Draining, Closed},
	Locked:   {Open, Draining, Closed},
	Draining: {Closed},
	Closed:   {},
}

// door is where others meet the room's goroutine.
type door struct {
	stats  *Stats
	poke   func() // wakes a room that does not tick; nil for others
	mu     sync.Mutex
	state  State
	why    *netproto.CloseError // once Closed
	seats  int
	taken  int // seats that are not free
	passes int // of new players, not yet entered or not yet admitted
	// fillers are the taken seats of fillers, who give them up, and fillerPasses the
	// passes of fillers, which are not in passes.
	fillers, fillerPasses int
	// spectators are here or on the way, at most mostSpectators. secluded: nobody may
	// watch.
	spectators, mostSpectators int
	secluded                   bool
	tokens                     map[string]claim
	signer                     signer
	// lost are the seats of a room that was had again whose clients may have newer tokens.
	lost  map[sim.Seat]lastKnown
	users users
	// queue holds at most one entry per seat, because passes are bounded by them, one
	// per resume token: a second one replaces the first, those of users who take their
	// own seat over, each with a ticket of their own, and the spectators on the way.
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
func (d *door) knock(g Guest) (*Pass, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.admits(g); err != nil {
		return nil, err
	}
	if g.Spectator {
		d.spectators++
		return &Pass{door: d, guest: g}, nil
	}
	p := &Pass{door: d, guest: d.users.announce(g), counted: g.Resume == "" && !d.users.sits(g)}
	if p.counted {
		*d.passesOf(g.Filler)++
	}
	return p, nil
}

// admits says why a guest would get no pass. The caller holds mu.
func (d *door) admits(g Guest) error {
	if g.Spectator {
		return d.admitsSpectator()
	}
	if d.state == Closed {
		return ErrClosed
	}
	if g.Resume != "" {
		if _, ok := d.tokens[g.Resume]; !ok && !d.accept(g.Resume) {
			return ErrResumeStale
		}
		return nil
	}
	if err := d.users.refuse(g); err != nil {
		return err
	}
	if d.users.sits(g) {
		return nil
	}
	if d.state != Open {
		return ErrLocked
	}
	if !d.hasSeat(g.Filler) {
		return ErrFull
	}
	return nil
}

// hasSeat reports whether one more guest would find a seat: a filler one that nobody
// has, everybody else also one that a filler gives up. The caller holds mu.
func (d *door) hasSeat(filler bool) bool {
	if filler {
		return d.taken+d.passes+d.fillerPasses < d.seats
	}
	return d.taken-d.fillers+d.passes < d.seats
}

// passesOf is the count of passes that a guest's is in. The caller holds mu.
func (d *door) passesOf(filler bool) *int {
	if filler {
		return &d.fillerPasses
	}
	return &d.passes
}

// occupancy returns how many seats are taken or promised to passes, at most all, and
// how many of these fillers give up to whoever comes.
func (d *door) occupancy() (taken, fillers int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	taken = min(d.taken+d.passes+d.fillerPasses, d.seats)
	return taken, taken - (d.taken - d.fillers + d.passes)
}

// wakeRoom has a room that does not tick look at its door.
func (d *door) wakeRoom() {
	if d.poke != nil {
		d.poke()
	}
}

// do leaves an order for the room's goroutine.
func (d *door) do(order func()) error {
	defer d.wakeRoom()
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

// takeSeat turns a new player's pass into a taken seat. It fails for fillers when
// others have come meanwhile, for who is invited no more, and for who was not counted,
// because its user had a seat, unless any is free by now. The pass is spent in any case.
func (d *door) takeSeat(e *entry) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	filler := e.guest.Filler
	if e.counted {
		*d.passesOf(filler)--
	}
	if (filler || !e.counted) && !d.hasSeat(filler) || d.users.refuse(e.guest) != nil {
		return false
	}
	d.taken++
	if filler {
		d.fillers++
	}
	return true
}

// returnPass gives a pass back that needed no seat.
func (d *door) returnPass(filler bool) {
	d.mu.Lock()
	*d.passesOf(filler)--
	d.mu.Unlock()
}

// freeSeat gives a taken seat back.
func (d *door) freeSeat(filler bool) {
	d.mu.Lock()
	d.taken--
	if filler {
		d.fillers--
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
	defer d.wakeRoom()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(stateMoves[d.state], s) {
		return false
	}
	d.state = s
	return true
}

// close lets nobody in any more; who comes with a pass is told why.
func (d *door) close(why *netproto.CloseError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.Contains(stateMoves[d.state], Closed) {
		d.state, d.why = Closed, why
	}
}

// closeUnlessAwaited closes when no new player is on the way in.
func (d *door) closeUnlessAwaited(why *netproto.CloseError) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.passes > 0 || !slices.Contains(stateMoves[d.state], Closed) {
		return false
	}
	d.state, d.why = Closed, why
	return true
}

// Pass is the right to bring one connection in, held while it is upgraded.
// Exactly one of Enter and Cancel must be called. Any goroutine.
type Pass struct {
	door    *door
	guest   Guest
	counted bool // it takes a seat of those that are free
	spent   bool // guarded by the door
}

// Enter hands the connection to the room, which owns it from now on. One that
// cannot be let in any more is closed here, with the reason: the room has
// ended meanwhile, or the token was used by another connection.
func (p *Pass) Enter(conn Conn) {
	if loser, why := p.door.queueEntry(p, conn); loser != nil {
		p.door.refuse(loser, why)
	}
	p.door.wakeRoom()
}

// Cancel gives the pass back. After Enter it does nothing.
func (p *Pass) Cancel() { p.door.cancel(p) }

// refuse closes a connection that never got a seat.
func (d *door) refuse(conn Conn, why *netproto.CloseError) {
	conn.Close(why.Code, why.Reason)
	d.stats.CountClose(why.Code)
}

var (
	refusedFull  = &netproto.CloseError{Code: netproto.CloseRoomFull, Reason: ErrFull.Error()}
	refusedStale = &netproto.CloseError{Code: netproto.CloseResumeStale, Reason: ErrResumeStale.Error()}
	replaced     = &netproto.CloseError{Code: netproto.CloseReplaced, Reason: "the seat was taken back on another connection"}
)

// queueEntry puts a connection in the queue. It returns the one that has to go
// instead, if any: this one, or one that waits with the same token.
func (d *door) queueEntry(p *Pass, conn Conn) (loser Conn, why *netproto.CloseError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.state == Closed:
		return conn, d.why
	case p.spent:
		return conn, refusedFull
	}
	p.spent = true
	e := entry{p.guest, conn, p.counted}
	if token := p.guest.Resume; token != "" {
		c, ok := d.tokens[token]
		if !ok {
			return conn, refusedStale
		}
		if c.at > 0 {
			loser, d.queue[c.at-1] = d.queue[c.at-1].conn, e
			return loser, replaced
		}
		c.at = len(d.queue) + 1
		d.tokens[token] = c
	}
	d.queue = append(d.queue, e)
	return nil, nil
}

func (d *door) cancel(p *Pass) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case p.spent:
	case p.guest.Spectator:
		d.spectators--
	case p.counted:
		*d.passesOf(p.guest.Filler)--
	}
	p.spent = true
}

// addToken makes a resume token good for a seat.
func (d *door) addToken(token string, seat sim.Seat) {
	d.mu.Lock()
	d.tokens[token] = claim{seat: seat}
	d.mu.Unlock()
}

// dropToken makes a resume token worthless.
func (d *door) dropToken(token string) {
	d.mu.Lock()
	delete(d.tokens, token)
	d.mu.Unlock()
}

// seatOf returns the seat that a resume token takes back, 0 for none.
func (d *door) seatOf(token string) sim.Seat {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tokens[token].seat
}
