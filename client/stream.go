package client

import (
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

const (
	// streamQueue is how many messages may wait for the client's goroutine. Full:
	// reading stops, and TCP holds the server back.
	streamQueue = 16
	// writeTimeout ends a connection that takes no input for so long.
	writeTimeout = 5 * time.Second
	// streamBuffer is what is read at once, bytes.
	streamBuffer = 16 << 10
)

// event is one message or control frame, or the end of the connection.
type event struct {
	opcode  wsframe.Opcode
	payload []byte
	end     *netproto.CloseError
}

// stream reads a connection on a goroutine of its own, which close waits for.
type stream struct {
	conn   net.Conn
	events chan event
	spent  chan []byte // payloads to be used again
	quit   chan struct{}
	wait   sync.WaitGroup
}

func newStream(o opened) *stream {
	s := &stream{
		conn: o.conn, events: make(chan event, streamQueue), spent: make(chan []byte, streamQueue), quit: make(chan struct{}),
	}
	s.wait.Go(func() { s.read(o.early) })
	return s
}

// read hands on what comes, until the connection ends or close is called.
func (s *stream) read(b []byte) {
	f := wsframe.Reader{Rules: &fromServer}
	for {
		step, bad := f.Next(b)
		b = b[step.Size:]
		switch {
		case bad != nil:
			s.hand(event{end: framingFault(bad)})
			return
		case step.Event:
			if !s.hand(event{opcode: step.Opcode, payload: s.keep(step.Payload)}) {
				return
			}
		case step.Size == 0:
			grown, err := s.more(b)
			if err != nil {
				s.hand(event{end: lostBy(err)})
				return
			}
			b = grown
		}
	}
}

// more reads behind b.
func (s *stream) more(b []byte) ([]byte, error) {
	kept := len(b)
	if cap(b)-kept < streamBuffer/2 {
		b = append(make([]byte, 0, kept+streamBuffer), b...)
	}
	n, err := s.conn.Read(b[kept:cap(b)])
	if n > 0 {
		err = nil
	}
	return b[:kept+n], err
}

// keep copies a payload, which the next frame overwrites.
func (s *stream) keep(payload []byte) []byte {
	select {
	case old := <-s.spent:
		return append(old[:0], payload...)
	default:
		return append([]byte(nil), payload...)
	}
}

func (s *stream) hand(e event) bool {
	select {
	case s.events <- e:
		return true
	case <-s.quit:
		return false
	}
}

// done gives an event's payload back.
func (s *stream) done(e event) {
	select {
	case s.spent <- e.payload:
	default:
	}
}

// write sends a whole frame.
func (s *stream) write(frame []byte) error {
	_ = s.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	_, err := s.conn.Write(frame)
	return err
}

// close ends the connection, with a last frame unless it is nil.
func (s *stream) close(last []byte) {
	if last != nil {
		_ = s.conn.SetWriteDeadline(time.Now().Add(closeTimeout))
		_, _ = s.conn.Write(last)
	}
	_ = s.conn.Close()
	close(s.quit)
	s.wait.Wait()
}

// closeTimeout is how long a goodbye may take.
const closeTimeout = time.Second

// lostBy is the end of a connection without a close frame.
func lostBy(err error) *netproto.CloseError {
	reason := err.Error()
	if errors.Is(err, io.EOF) {
		reason = "the server ended the connection"
	}
	return &netproto.CloseError{Code: netproto.CloseLost, Reason: reason}
}
