package client

import (
	"context"
	"errors"
	"time"

	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

// nonblocking is a connection whose calls never wait.
type nonblocking interface {
	// TryRead reads once; 0 and no error: nothing has arrived.
	TryRead(b []byte) (int, error)
	// Write sends all or nothing, and keeps what is not taken at once.
	Write(b []byte) (int, error)
	Close() error
}

// Polled is a Session with a connection that never waits, for a loop that owns
// many. Only DialPolled waits and may run on any goroutine; from Poller.Add on
// everything belongs to the poller's.
type Polled struct {
	Session
	conn   nonblocking
	frames wsframe.Reader
	rest   []byte // read, but not a whole frame yet
	ended  *netproto.CloseError
	open   opened
}

// Enter opens a connection to a room for a Polled that has none. The Session
// stays what it was, so that a seat can be taken back. It waits; the poller must
// not know p at that time. Errors: those of Dial.
func (p *Polled) Enter(ctx context.Context, room string, o Options) error {
	door, err := open(ctx, room, o)
	if err != nil {
		return err
	}
	p.open, p.ended, p.rest, p.frames = door, nil, door.early, wsframe.Reader{Rules: &fromServer}
	p.Connected(door.rtt)
	return nil
}

// Receive reads what has arrived, once, through buffer, which many share, and
// hands it to the Session. now is taken after reading. Once the connection has
// ended it returns why, as a *netproto.CloseError.
func (p *Polled) Receive(buffer []byte, now func() time.Time) error {
	if p.ended != nil {
		return p.ended
	}
	b := buffer
	if len(p.rest) >= len(b)/2 {
		b = make([]byte, 2*len(p.rest)) // a message longer than the buffer
	}
	kept := copy(b, p.rest)
	n, err := p.conn.TryRead(b[kept:])
	p.take(b[:kept+n], now())
	if err != nil && p.ended == nil {
		p.ended = lostBy(err)
	}
	if p.ended != nil {
		_ = p.conn.Close()
		return p.ended
	}
	return nil
}

// take handles all whole frames of b and keeps the rest.
func (p *Polled) take(b []byte, now time.Time) {
	for p.ended == nil {
		step, err := p.frames.Next(b)
		if err != nil {
			p.ended = framingFault(err)
			return
		}
		if step.Size == 0 {
			break
		}
		b = b[step.Size:]
		if step.Event {
			p.message(step.Opcode, step.Payload, now)
		}
	}
	p.rest = append(p.rest[:0], b...)
}

func (p *Polled) message(opcode wsframe.Opcode, payload []byte, now time.Time) {
	switch opcode {
	case wsframe.Binary:
		if err := p.Session.Receive(payload, now); err != nil {
			p.ended = asClose(err)
		}
	case wsframe.Ping:
		p.write(wsframe.MaskedControl(wsframe.Pong, payload))
	case wsframe.Close:
		p.ended = readClose(payload)
		p.write(wsframe.MaskedControl(wsframe.Close, payload[:min(len(payload), 2)]))
	case wsframe.Text:
		p.ended = errFraming
	case wsframe.Pong, wsframe.Continuation: // an answer to nobody; a part, which the reader keeps to itself
	}
}

// Send sends a ClientFrame that was appended to Frame's result. What the socket
// does not take is kept, up to a limit; beyond it the frame is lost, and then
// its inputs are: the room repeats the one before.
func (p *Polled) Send(b []byte) {
	if p.ended == nil && len(b) > wsframe.HeadRoom {
		p.write(wsframe.Mask(b, wsframe.Binary))
	}
}

// Frame empties b and makes room for what Send puts in front of a ClientFrame.
func Frame(b []byte) []byte { return wsframe.AppendHeadRoom(b[:0]) }

// write sends; a connection that is over says so at the next Receive.
func (p *Polled) write(frame []byte) { _, _ = p.conn.Write(frame) }

// Close says goodbye, if that is possible at once, and ends the connection.
func (p *Polled) Close(code netproto.CloseCode) {
	if p.ended != nil || p.conn == nil {
		return
	}
	p.ended = &netproto.CloseError{Code: code}
	p.write(closeFrame(code))
	_ = p.conn.Close()
}

// Discard closes a connection that was entered and never added to a poller.
func (p *Polled) Discard() {
	if p.open.conn != nil {
		_ = p.open.conn.Close()
		p.open = opened{}
	}
}

func asClose(err error) *netproto.CloseError {
	end := &netproto.CloseError{Code: netproto.CloseProtocol, Reason: err.Error()}
	errors.As(err, &end)
	return end
}
