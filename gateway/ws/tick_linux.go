package ws

import (
	"crypto/tls"
	"net"
	"sync"
	"time"

	"github.com/metronome-server/metronome/internal/tickconn"
	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

// canTick says whether this platform has connections driven by the tick.
const canTick = true

const (
	// sendBuffer holds ten seconds of W1 snapshots; see tickconn.Options.
	sendBuffer = 16 << 10
	// userTimeout is longer than any backlog the room tolerates, since a peer
	// that does not read counts: the room's own codes come first.
	userTimeout = 30 * time.Second
	// unsentEvery is after how many written bytes flush asks the kernel for
	// unsent ones. Asking costs 0.4 µs, a twentieth of a seat's whole tick; a
	// stalled client is seen a third of a second later at W1.
	unsentEvery = 512
)

// tickTransport reads once and writes once per tick, straight from and to the socket:
// no goroutine, no lock, no wake-up, no buffer while nothing is pending.
type tickTransport struct {
	conn   *Conn
	raw    tickSocket
	frames wsframe.Reader
	// rest was read and not taken: an unfinished frame, or what one poll may not
	// take. At most netproto.ReadBudget; while it is full, nothing is read.
	rest  []byte
	doubt int // bytes written since the kernel was last known to be empty
}

// tickSocket is a tickconn.Conn, or a tickconn.SecureConn for TLS.
type tickSocket interface {
	TryRead(b []byte) (int, error)
	WriteParts(head, body []byte) (int, error)
	Flush() bool
	Tail() int
	Unsent() int
	Leave(last []byte) (tickconn.Remains, bool)
	Close() error
}

// scratch is what one receive reads into; each is used for a microsecond.
var scratch = sync.Pool{New: func() any { return new([netproto.ReadBudget]byte) }}

// carry has TLS stand on a socket that the tick can take over.
func carry(tcp *net.TCPConn) net.Conn { return tickconn.Carry(tcp) }

// tickable says whether the tick can take over a connection's socket.
func tickable(conn net.Conn) bool {
	if secure, ok := conn.(*tls.Conn); ok {
		_, ok = secure.NetConn().(*tickconn.Carrier)
		return ok
	}
	_, ok := conn.(*net.TCPConn)
	return ok
}

// attachTick takes over c's socket, which is tickable. gws has done its part with
// the upgrade.
func attachTick(c *Conn) error {
	raw, err := detach(c.handshake.Conn)
	if err != nil {
		return err
	}
	c.transport = &tickTransport{conn: c, raw: raw, frames: wsframe.Reader{Rules: &fromClient}, rest: c.handshake.early}
	c.handshake, c.gws = nil, nil
	return nil
}

func detach(conn net.Conn) (tickSocket, error) {
	options := tickconn.Options{MaxTail: netproto.MaxTail, SendBuffer: sendBuffer, UserTimeout: userTimeout}
	if secure, ok := conn.(*tls.Conn); ok {
		return tickconn.DetachTLS(secure, options)
	}
	return tickconn.Detach(conn.(*net.TCPConn), options)
}

func (t *tickTransport) receive() {
	buffer := scratch.Get().(*[netproto.ReadBudget]byte)
	kept := copy(buffer[:], t.rest)
	n, err := t.raw.TryRead(buffer[kept:])
	t.take(buffer[:kept+n], err)
	scratch.Put(buffer)
}

// take goes through what has been read; fault is how reading ended, if it did.
func (t *tickTransport) take(b []byte, fault error) {
	for t.conn.left > 0 {
		step, err := t.frames.Next(b)
		if err != nil {
			t.conn.end(badFrames(err))
			return
		}
		if step.Size == 0 {
			if fault != nil {
				t.conn.end(connectionLost(fault))
				return
			}
			break
		}
		b = b[step.Size:]
		if step.Event {
			t.conn.take(step.Opcode, step.Payload)
		}
		if t.conn.ended != nil {
			return
		}
	}
	if len(b) == 0 {
		t.rest = nil
		return
	}
	t.rest = append(t.rest[:0], b...)
}

func (t *tickTransport) send(head, body []byte) error {
	n, err := t.raw.WriteParts(head, body)
	t.doubt += n
	return err
}

func (t *tickTransport) flush() (clear bool) {
	if t.raw.Tail() > 0 && !t.raw.Flush() {
		return false
	}
	if t.doubt < unsentEvery {
		return true
	}
	if t.raw.Unsent() > 0 {
		return false
	}
	t.doubt = 0
	return true
}

func (t *tickTransport) close(last []byte) {
	if last == nil {
		_ = t.raw.Close()
		return
	}
	if remains, open := t.raw.Leave(last); open {
		t.conn.upgrader.startGoodbye(goodbye{remains: remains, last: remains.Tail})
	}
}
