package ws

import (
	"crypto/tls"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/internal/tickconn"
	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

// portableTransport serves where there is no tickconn. One goroutine reads, one
// writes; the room only meets queues.
type portableTransport struct {
	conn   *Conn
	socket net.Conn
	// events holds what was read. Full: the reader waits, so TCP holds the peer
	// back. Closed when reading has ended.
	events  chan event
	arrived func()        // called after each event and the end; nil: nobody waits
	gone    chan struct{} // closed by close
	written chan struct{} // closed when the writer has ended

	mu      sync.Mutex
	filled  sync.Cond
	queue   []byte // accepted, not taken by the writer. Over MaxTail: refused
	spare   []byte
	writing int // bytes that the writer has in hand, they count as tail
	closing bool
	fault   error
}

type event struct {
	opcode  wsframe.Opcode
	payload []byte
}

func attachPortable(c *Conn, arrived func()) {
	p := &portableTransport{
		conn: c, socket: c.handshake.Conn, arrived: arrived,
		events:  make(chan event, netproto.MaxMessagesPerPoll),
		gone:    make(chan struct{}),
		written: make(chan struct{}),
	}
	p.filled.L = &p.mu
	if tcp, ok := underTLS(p.socket).(interface{ SetWriteBuffer(bytes int) error }); ok {
		// A hint: some systems refuse it, and then only notice a backlog later.
		_ = tcp.SetWriteBuffer(portableSendBuffer)
	}
	c.transport = p
	c.gws.Session().(*session).transport = p
	c.upgrader.running.start(p.read)
	c.upgrader.running.start(p.write)
}

// portableSendBuffer is as small as the tick's, for the same reason.
const portableSendBuffer = 16 << 10

// underTLS is what a TLS connection stands on, else the connection itself.
func underTLS(conn net.Conn) net.Conn {
	if secure, ok := conn.(*tls.Conn); ok {
		return secure.NetConn()
	}
	return conn
}

// read runs gws until the connection or the room ends it, and then waits, a
// bounded time, for the peer to take the goodbye.
func (p *portableTransport) read() {
	p.parse()
	close(p.events)
	p.tell()
	<-p.gone
	<-p.written
	drain(p.socket)
	_ = p.socket.Close()
}

// parse runs gws, which panics on a length below 0: that must not end the process.
func (p *portableTransport) parse() {
	defer func() { p.conn.handshake.panic = recover() }()
	p.conn.gws.ReadLoop()
}

// put is called by gws, on the goroutine that reads.
func (p *portableTransport) put(opcode gws.Opcode, payload []byte) {
	p.conn.handshake.between = 0
	select {
	case p.events <- event{wsframe.Opcode(opcode), slices.Clone(payload)}:
		p.tell()
	case <-p.gone:
	}
}

// tell wakes whoever waits for what arrives.
func (p *portableTransport) tell() {
	if p.arrived != nil {
		p.arrived()
	}
}

func (p *portableTransport) receive() {
	budget := netproto.ReadBudget
	for p.conn.left > 0 && budget > 0 && p.conn.ended == nil {
		select {
		case e, more := <-p.events:
			if !more {
				p.conn.end(p.conn.handshake.readingEnded())
				return
			}
			budget -= len(e.payload)
			p.conn.take(e.opcode, e.payload)
		default:
			return
		}
	}
}

func (p *portableTransport) send(head, body []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault != nil {
		return p.fault
	}
	if p.writing+len(p.queue)+len(head)+len(body) > netproto.MaxTail {
		return tickconn.ErrFull
	}
	p.queue = append(append(p.queue, head...), body...)
	p.filled.Signal()
	return nil
}

// flush cannot ask the kernel for unsent bytes on every platform; there the
// small send buffer bounds them.
func (p *portableTransport) flush() (clear bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.writing == 0 && len(p.queue) == 0 && p.fault == nil
}

func (p *portableTransport) close(last []byte) {
	p.mu.Lock()
	p.queue = append(p.queue, last...)
	p.closing = true
	p.filled.Signal()
	p.mu.Unlock()
	deadline := time.Now()
	if last != nil {
		deadline = deadline.Add(lingerTime)
	}
	_ = p.socket.SetDeadline(deadline) // wakes a blocked reader or writer in time
	close(p.gone)
}

// write sends the queue whenever there is one.
func (p *portableTransport) write() {
	defer close(p.written)
	for {
		batch := p.batch()
		if len(batch) == 0 {
			closeWrite(p.socket)
			return
		}
		if _, err := p.socket.Write(batch); err != nil {
			p.fail(err)
			return
		}
	}
}

// batch waits for something to write; empty: the connection closes and all is out.
func (p *portableTransport) batch() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writing = 0
	for len(p.queue) == 0 && !p.closing {
		p.filled.Wait()
	}
	batch := p.queue
	p.queue, p.spare = p.spare[:0], nil
	if cap(batch) <= smallBatch {
		p.spare = batch[:0]
	}
	p.writing = len(batch)
	return batch
}

// smallBatch is the largest buffer that is kept for reuse: a healthy connection
// never fills more, and a slow one must not keep its 64 KB.
const smallBatch = 4 << 10

// fail remembers why writing ended; the reader sees the broken connection too.
func (p *portableTransport) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.queue, p.writing = err, nil, 0
}
