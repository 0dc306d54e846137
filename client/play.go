package client

import (
	"context"
	"errors"
	"time"

	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

// play drives one connection until it ends: nil when the player has left, else
// ctx's error or a *netproto.CloseError.
func (c *Client) play(ctx context.Context) error {
	c.session.Connected(c.opened.rtt)
	s := newStream(c.opened)
	err := c.loop(ctx, s)
	last := lastFrame(err)
	if !c.session.greeted && c.session.Resume() == "" {
		last = closeFrame(netproto.CloseBye) // a seat that cannot be taken back is to be free at once
	}
	s.close(last)
	var end *netproto.CloseError
	if errors.As(err, &end) && end.Code == netproto.CloseBye {
		return nil
	}
	return err
}

// lastFrame is what to say when a connection ends with err: nothing, if the
// server has ended it.
func lastFrame(err error) []byte {
	var end *netproto.CloseError
	switch {
	case !errors.As(err, &end):
		return closeFrame(netproto.CloseBye)
	case end.Code == netproto.CloseProtocol || end.Code == netproto.CloseTooBig:
		return closeFrame(end.Code)
	case end.Code == netproto.CloseLost:
		return nil
	}
	return closeFrame(netproto.CloseBye) // the answer to the server's
}

// SilentAfter is how long nothing may come from a room before its connection
// counts as lost. Why 10 s: as long as a room waits for a client.
const SilentAfter = 10 * time.Second

// restSilence is SilentAfter for rooms that rest, as long as they wait for a client.
const restSilence = time.Minute

var errSilent = errors.New("the server has been silent for too long")

// loop is the client's life on one connection: what comes, what it is told to
// do, and, from the first snapshot on, an input per tick.
func (c *Client) loop(ctx context.Context, s *stream) error {
	c.pace.due = time.Now().Add(SilentAfter)
	timer := time.NewTimer(SilentAfter)
	defer timer.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case e := <-s.events:
			err = c.take(s, e)
		case order := <-c.orders:
			order(&c.session)
		case <-timer.C:
			err = c.beat(s, time.Now())
		}
		if err != nil {
			return err
		}
		timer.Reset(time.Until(c.pace.due))
	}
}

// take handles what came. Its payload is used again afterwards.
func (c *Client) take(s *stream, e event) error {
	defer s.done(e)
	switch {
	case e.end != nil:
		return e.end
	case e.opcode == wsframe.Binary:
		return c.snapshot(e.payload)
	case e.opcode == wsframe.Ping:
		return c.write(s, wsframe.MaskedControl(wsframe.Pong, e.payload))
	case e.opcode == wsframe.Close:
		return readClose(e.payload)
	case e.opcode == wsframe.Text:
		return errFraming
	}
	return nil
}

func (c *Client) snapshot(payload []byte) error {
	now := time.Now()
	if err := c.session.Receive(payload, now); err != nil {
		return err
	}
	if c.State() == Connecting {
		c.retry.Succeeded()
		c.pace.start(now, c.session.Period())
		c.values = make([]int32, len(c.session.Welcome().GetSchema().GetInput()))
		c.to(Playing, nil)
	}
	if slew := c.session.clock.takeSlew(); slew != 0 {
		c.pace.pending = time.Duration(slew) * c.pace.period / wholeTick
	}
	if c.handler.Snapshot != nil {
		c.handler.Snapshot(&c.session)
	}
	return nil
}

// beat sends the input that is due, or what else there is.
func (c *Client) beat(s *stream, now time.Time) error {
	if now.Sub(c.session.Heard()) > c.session.SilentAfter() {
		return lostBy(errSilent) // also when there was no snapshot at all
	}
	skipped, settled := c.pace.next(now)
	if settled {
		c.session.clock.settle(now)
	}
	tick, due := c.session.Due(now, skipped)
	c.out = Frame(c.out)
	if due && c.handler.Input != nil && len(c.values) > 0 {
		c.handler.Input(&c.session, tick, c.values)
		c.out = c.session.AppendInput(c.out, tick, c.values, now)
	} else {
		c.out = c.session.AppendRest(c.out, now)
	}
	if len(c.out) == wsframe.HeadRoom {
		return nil
	}
	return c.write(s, wsframe.Mask(c.out, wsframe.Binary))
}

func (c *Client) write(s *stream, frame []byte) error {
	if err := s.write(frame); err != nil {
		return lostBy(err)
	}
	return nil
}
