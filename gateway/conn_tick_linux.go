package gateway

import (
	"net"
	"time"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/internal/tickconn"
	"github.com/metronome-server/metronome/netproto"
)

// canTick says whether this platform has connections driven by the tick.
const canTick = true

const (
	// sendBuffer holds half a minute of W1 snapshots; see tickconn.Options.
	sendBuffer = 16 << 10
	// userTimeout is longer than any backlog the room tolerates, since a peer
	// that does not read counts: the room's own codes come first.
	userTimeout = 30 * time.Second
	// unsentEvery is after how many written bytes flush asks the kernel for
	// unsent ones. Asking costs 0.4 µs, a twentieth of a seat's whole tick; a
	// stalled client is seen half a second later at W1.
	unsentEvery = 512
)

// tickLink reads with gws's own ReadLoop, as a coroutine that pump resumes once
// per tick, and writes straight to the socket. No goroutine, no lock, no wake-up.
type tickLink struct {
	conn  *Conn
	raw   *tickconn.Conn
	co    *tickconn.Coroutine
	doubt int // bytes written since the kernel was last known to be empty
}

// attachTick takes over c's socket, which Mode.ticks has found to be TCP.
func attachTick(c *Conn) error {
	raw, err := tickconn.Detach(c.wire.Conn.(*net.TCPConn), tickconn.Options{
		MaxTail: netproto.MaxTail, ReadBudget: netproto.ReadBudget, SendBuffer: sendBuffer, UserTimeout: userTimeout,
	})
	if err != nil {
		return err
	}
	c.wire.Conn = raw
	l := &tickLink{conn: c, raw: raw}
	l.co = tickconn.NewCoroutine(func(co *tickconn.Coroutine) error {
		raw.SetYield(co.Yield)
		c.ws.ReadLoop()
		return nil
	})
	c.link = l
	return nil
}

func (l *tickLink) pump() (over bool) {
	if l.co.Resume() {
		return false
	}
	l.conn.wire.broken = l.co.Err()
	return true
}

// receive waits for the next tick, inside gws, when this one has taken enough.
func (l *tickLink) receive(opcode gws.Opcode, data []byte) {
	if l.conn.ended != nil || l.conn.left == 0 && !l.co.Yield() {
		return
	}
	l.conn.left--
	l.conn.event(opcode, data)
}

func (l *tickLink) send(head, body []byte) error {
	n, err := l.raw.WriteParts(head, body)
	l.doubt += n
	return err
}

func (l *tickLink) flush() (clear bool) {
	if l.raw.Tail() > 0 && !l.raw.Flush() {
		return false
	}
	if l.doubt < unsentEvery {
		return true
	}
	if l.raw.Unsent() > 0 {
		return false
	}
	l.doubt = 0
	return true
}

func (l *tickLink) leave(last []byte) {
	if last == nil {
		_ = l.raw.Close()
		l.co.Stop()
		return
	}
	if _, err := l.raw.Write(last); err == nil {
		last = nil
	}
	remains, open := l.raw.Release()
	l.co.Stop()
	if open {
		l.conn.upgrader.depart(goodbye{remains: remains, last: append(remains.Tail, last...)})
	}
}
