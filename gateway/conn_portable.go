package gateway

import (
	"crypto/tls"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/internal/tickconn"
	"github.com/metronome-server/metronome/netproto"
)

// portableLink serves where there is no tickconn. One goroutine reads, one
// writes; the room only meets queues.
type portableLink struct {
	conn *Conn
	net  net.Conn
	// events holds what was read. Full: the reader waits, so TCP holds the peer
	// back. Closed when reading has ended.
	events  chan event
	gone    chan struct{} // closed by leave
	written chan struct{} // closed when the writer has ended

	mu      sync.Mutex
	filled  sync.Cond
	queue   []byte // accepted, not taken by the writer. Over MaxTail: refused
	spare   []byte
	writing int // bytes that the writer has in hand, they count as tail
	leaving bool
	fault   error
}

type event struct {
	opcode gws.Opcode
	data   []byte
}

func attachPortable(c *Conn) {
	l := &portableLink{
		conn: c, net: c.wire.Conn,
		events:  make(chan event, netproto.MaxMessagesPerPoll),
		gone:    make(chan struct{}),
		written: make(chan struct{}),
	}
	l.filled.L = &l.mu
	if tcp, ok := socket(l.net).(interface{ SetWriteBuffer(bytes int) error }); ok {
		// A hint: some systems refuse it, and then only notice a backlog later.
		_ = tcp.SetWriteBuffer(portableSendBuffer)
	}
	c.link = l
	c.ws.Session().(*session).link = l
	c.upgrader.running.Go(l.read)
	c.upgrader.running.Go(l.write)
}

// portableSendBuffer is as small as the tick's, for the same reason.
const portableSendBuffer = 16 << 10

// socket is what a TLS connection stands on, else the connection itself.
func socket(conn net.Conn) net.Conn {
	if secure, ok := conn.(*tls.Conn); ok {
		return secure.NetConn()
	}
	return conn
}

// read runs gws until the connection or the room ends it, and then waits, a
// bounded time, for the peer to take the goodbye.
func (l *portableLink) read() {
	l.parse()
	close(l.events)
	<-l.gone
	<-l.written
	drain(l.net)
	_ = l.net.Close()
}

// parse runs gws, which panics on a length below 0: that must not end the process.
func (l *portableLink) parse() {
	defer func() { l.conn.wire.panic = recover() }()
	l.conn.ws.ReadLoop()
}

// receive is called by gws, on the goroutine that reads.
func (l *portableLink) receive(opcode gws.Opcode, data []byte) {
	l.conn.wire.spent = 0
	select {
	case l.events <- event{opcode, slices.Clone(data)}:
	case <-l.gone:
	}
}

func (l *portableLink) pump() {
	budget := netproto.ReadBudget
	for l.conn.left > 0 && budget > 0 && l.conn.ended == nil {
		select {
		case e, more := <-l.events:
			if !more {
				l.conn.end(l.conn.wire.verdict())
				return
			}
			budget -= len(e.data)
			l.conn.event(e.opcode, e.data)
		default:
			return
		}
	}
}

func (l *portableLink) send(head, body []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fault != nil {
		return l.fault
	}
	if l.writing+len(l.queue)+len(head)+len(body) > netproto.MaxTail {
		return tickconn.ErrFull
	}
	l.queue = append(append(l.queue, head...), body...)
	l.filled.Signal()
	return nil
}

// flush cannot ask the kernel for unsent bytes on every platform; there the
// small send buffer bounds them.
func (l *portableLink) flush() (clear bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.writing == 0 && len(l.queue) == 0 && l.fault == nil
}

func (l *portableLink) leave(last []byte) {
	l.mu.Lock()
	l.queue = append(l.queue, last...)
	l.leaving = true
	l.filled.Signal()
	l.mu.Unlock()
	deadline := time.Now()
	if last != nil {
		deadline = deadline.Add(lingerTime)
	}
	_ = l.net.SetDeadline(deadline) // wakes a blocked reader or writer in time
	close(l.gone)
}

// write sends the queue whenever there is one.
func (l *portableLink) write() {
	defer close(l.written)
	for {
		batch := l.batch()
		if len(batch) == 0 {
			closeWrite(l.net)
			return
		}
		if _, err := l.net.Write(batch); err != nil {
			l.fail(err)
			return
		}
	}
}

// batch waits for something to write; empty: the room has left and all is out.
func (l *portableLink) batch() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writing = 0
	for len(l.queue) == 0 && !l.leaving {
		l.filled.Wait()
	}
	batch := l.queue
	l.queue, l.spare = l.spare[:0], nil
	if cap(batch) <= smallBatch {
		l.spare = batch[:0]
	}
	l.writing = len(batch)
	return batch
}

// smallBatch is the largest buffer that is kept for reuse: a healthy connection
// never fills more, and a slow one must not keep its 64 KB.
const smallBatch = 4 << 10

// fail remembers why writing ended; the reader sees the broken connection too.
func (l *portableLink) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fault, l.queue, l.writing = err, nil, 0
}
