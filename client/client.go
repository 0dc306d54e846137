package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
)

// Handler is what a player's program does. Run calls it, on its goroutine, and
// waits for it: it must not block. Any field may be nil.
type Handler struct {
	// Input fills in what the player asks for at a tick: values has one element
	// per field of the schema's input, as they were left the last time. nil
	// sends no inputs.
	Input func(s *Session, tick sim.Tick, values []int32)
	// Snapshot is called after each snapshot; s.Mirror is in step unless s.Synced
	// says otherwise.
	Snapshot func(s *Session)
	// Event and Notice are as in Hooks; they come before their Snapshot.
	Event  func(netproto.Event)
	Notice func(*pb.Notice)
	// Moved is as in Hooks.
	Moved func(time.Duration)
	// State is called when the state changes; why is what ended a connection.
	State func(s State, why error)
	// Retry is called while Away: another attempt follows, and why the last failed.
	Retry func(next Attempt, why error)
	// Rejoin asks the lobby for another seat and returns its room URL. Without
	// it a player who cannot take the seat back is done.
	Rejoin func(ctx context.Context) (room string, err error)
}

// Client is one player with a connection of its own. Run plays; the methods may
// be called from any goroutine.
type Client struct {
	options Options
	room    string
	state   atomic.Uint32
	// orders wait for Run's goroutine. Full: refused.
	orders chan func(*Session)

	// Owned by Run's goroutine.
	handler Handler
	session Session
	opened  opened
	pace    pace
	retry   Retry
	values  []int32
	out     []byte
}

// maxOrders is how many orders may wait: a tick's worth of a person's.
const maxOrders = 16

// ErrBusy means that too many orders are waiting.
var ErrBusy = errors.New("the client is busy or not running")

// Dial enters a room: with the URL of a ticket, or, where the node lets everybody
// in, with that of the room. Run must be called next. Errors: *RefusedError when
// the server says no, else why it could not be reached.
func Dial(ctx context.Context, room string, o Options) (*Client, error) {
	end, err := open(ctx, room, o)
	if err != nil {
		return nil, err
	}
	return &Client{options: o, room: room, opened: end, orders: make(chan func(*Session), maxOrders)}, nil
}

// State is what the client is doing.
func (c *Client) State() State { return State(c.state.Load()) }

// Do has f called with the session on Run's goroutine. Errors: ErrBusy.
func (c *Client) Do(f func(*Session)) error {
	select {
	case c.orders <- f:
		return nil
	default:
		return ErrBusy
	}
}

// Say sends a line of chat. Errors: ErrBusy.
func (c *Client) Say(text string) error { return c.Do(func(s *Session) { s.Say(text) }) }

// Leave gives up the seat; Run then returns nil. Errors: ErrBusy.
func (c *Client) Leave() error { return c.Do((*Session).Leave) }

// Run plays until the player leaves (nil), ctx ends (its error), or there is no
// way back: then the *netproto.CloseError or the *RefusedError that says why. A
// lost connection is opened again with the seat's resume token. Call it once.
func (c *Client) Run(ctx context.Context, h Handler) error {
	c.handler = h
	c.session.Loose = true
	c.session.Hooks = Hooks{Event: h.Event, Notice: h.Notice, Moved: h.Moved}
	var err error
	for {
		err = c.play(ctx)
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if err == nil || ctx.Err() != nil {
			break
		}
		c.to(Away, err)
		if err = c.comeBack(ctx, err); err != nil {
			break
		}
		c.to(Connecting, nil)
	}
	c.to(Closed, err)
	return err
}

// to changes the state; one that is not legal is a bug here.
func (c *Client) to(s State, why error) {
	for _, legal := range moves[c.State()] {
		if legal == s {
			c.state.Store(uint32(s))
			if c.handler.State != nil {
				c.handler.State(s, why)
			}
			return
		}
	}
	panic("client " + c.State().String() + " to " + s.String())
}

// comeBack opens another connection, after pauses, as often as it makes sense.
// Errors: why it no longer does.
func (c *Client) comeBack(ctx context.Context, why error) error {
	for {
		// A spectator has no seat that could be gone: the room waits.
		next, ok := c.retry.After(why, c.options.Watch || c.session.CanResume(time.Now()), rand.Float64())
		again := c.dialsAgain(next)
		if !ok || !again && c.handler.Rejoin == nil {
			return why
		}
		if !again {
			c.session.ForgetSeat()
		}
		if c.handler.Retry != nil {
			c.handler.Retry(next, why)
		}
		timer := time.NewTimer(next.Pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		if why = c.reopen(ctx, again); why == nil {
			return nil
		}
	}
}

// reopen opens the same room again, or another one.
func (c *Client) reopen(ctx context.Context, again bool) error {
	o := c.options
	o.Resume = ""
	enter := func(room string) (err error) {
		c.opened, err = open(ctx, room, o)
		return err
	}
	if again {
		o.Resume = c.session.Resume()
		room, err := c.session.TakeBack(ctx, c.room, o, enter)
		c.room = room
		return err
	}
	room, err := c.handler.Rejoin(ctx)
	if err != nil {
		return err
	}
	c.session.moved = ""                                  // who looks for another room does not follow that one
	c.room, c.options.WatchSeat, o.WatchSeat = room, 0, 0 // a seat of the room before means nothing there
	return enter(room)
}
