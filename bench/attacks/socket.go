//go:build linux

package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// home is the room that is always there, which clients of this machine may enter
// without a ticket.
const home = "/rooms/ffa"

// knock asks for a seat in the home room and leaves as soon as it is there.
func knock(*assault) call { return handshake(home + "?name=knock") }

func wrongToken(*assault) call  { return handshake(home + "?resume=" + guess(32)) }
func wrongTicket(*assault) call { return handshake(home + "?ticket=" + guess(200)) }

func explain(*assault) call {
	return call{method: http.MethodGet, path: home + "?ticket=" + guess(200)}
}

// enter opens a WebSocket and reads whatever comes until it ends.
func (a *assault) enter(ctx context.Context, i int) (*net.TCPConn, error) {
	conn, err := a.dial(ctx, i)
	if err != nil {
		return nil, err
	}
	c := handshake(home + cmp.Or(a.query, fmt.Sprintf("?name=attacker%d", i)))
	req, err := http.NewRequestWithContext(ctx, c.method, "http://"+a.address+c.path, nil)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	for name, value := range c.header {
		req.Header.Set(name, value)
	}
	_ = conn.SetDeadline(time.Now().Add(askTimeout))
	in := bufio.NewReader(conn)
	err = req.Write(conn)
	if err == nil {
		var res *http.Response
		if res, err = http.ReadResponse(in, req); err == nil && res.StatusCode != http.StatusSwitchingProtocols {
			err = fmt.Errorf("status %d", res.StatusCode)
		}
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	_ = conn.SetDeadline(time.Time{})
	a.wait.Go(func() {
		_, _ = io.Copy(io.Discard, in)
		_ = conn.Close() // the next write says so
	})
	return conn, nil
}

// messages sends a batch again and again, and enters again when it is thrown out.
func messages(batch func() []byte) func(context.Context, *assault, int) {
	return func(ctx context.Context, a *assault, i int) {
		for a.may(ctx) {
			conn, err := a.enter(ctx, i)
			if err != nil {
				a.refused.Add(1)
				continue
			}
			a.open.Add(1)
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			for a.may(ctx) {
				_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
				if _, err = conn.Write(batch()); err != nil {
					break
				}
				a.served.Add(int64(max(a.batch, 1)))
			}
			if ctx.Err() == nil {
				a.closed.Add(1)
			}
			stop()
			_ = conn.Close()
			a.open.Add(-1)
		}
	}
}

func timedOut(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// masked is a client's frame of less than 64 KB. The mask is zero, so the
// payload stands in it as it is.
func masked(first byte, payload []byte) []byte {
	b := []byte{first, 0x80 | byte(len(payload))}
	if len(payload) > 125 {
		b = binary.BigEndian.AppendUint16([]byte{first, 0x80 | 126}, uint16(len(payload)))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

const (
	binaryFrame = 0x82
	pingFrame   = 0x89
	beginsFrame = 0x02 // a binary message in pieces
	piece       = 0x00
)

// repeated is a batch of the same frames.
func repeated(n int, frame []byte) func() []byte {
	var b []byte
	for range n {
		b = append(b, frame...)
	}
	return func() []byte { return b }
}

// fragments is one message in n pieces without an end.
func fragments(n int) func() []byte {
	b := masked(beginsFrame, nil)
	b = append(b, repeated(n, masked(piece, nil))()...)
	return func() []byte { return b }
}

// garbage is a message of random bytes.
func garbage() []byte {
	b := make([]byte, 1+rand.IntN(60))
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return masked(binaryFrame, b)
}

// inputs is a message full of inputs for one tick.
func inputs() []byte {
	f := netproto.ClientFrame{Inputs: make([]netproto.Input, netproto.MaxInputs)}
	for i := range f.Inputs {
		f.Inputs[i].Tick = 1000
		f.Inputs[i].Values[0], f.Inputs[i].Count = 100, 1
	}
	return masked(binaryFrame, netproto.AppendClientFrame(nil, &f))
}

// resyncs asks for the whole view again, of another seat each time.
func resyncs() []byte {
	f := netproto.ClientFrame{Resync: true, Ping: 1, Watches: true, Watch: sim.Seat(1 + rand.IntN(50))}
	return masked(binaryFrame, netproto.AppendClientFrame(nil, &f))
}

// chat is a line for everybody.
func chat() []byte {
	f := netproto.ClientFrame{Chat: "buy " + guess(60)}
	return masked(binaryFrame, netproto.AppendClientFrame(nil, &f))
}
