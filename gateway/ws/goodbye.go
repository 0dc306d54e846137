package ws

import (
	"io"
	"net"
	"time"
)

const (
	// lingerTime is how long a closed connection's peer may take to read its close
	// frame and to close too. Threat: descriptors held by peers that never do.
	lingerTime = time.Second
	// lingerBytes is how much a peer may still send meanwhile.
	lingerBytes = 64 << 10
	// maxLingering bounds connections that say goodbye at the same time; one more
	// is closed at once, and may miss its code.
	maxLingering = 4096
)

// goodbye is what a closed connection still has to send.
type goodbye struct {
	conn net.Conn // nil: remains
	// remains is what a connection from the tick leaves, a tickconn.Remains.
	remains interface {
		TCP() (*net.TCPConn, error)
		Close() error
	}
	last []byte
}

// startGoodbye sends a goodbye on a goroutine of its own, so that neither a room
// nor a handshake waits for it.
func (u *Upgrader) startGoodbye(g goodbye) {
	select {
	case u.lingering <- struct{}{}:
		u.running.start(func() {
			defer func() { <-u.lingering }()
			if !g.send() {
				u.dropped.Add(1)
			}
		})
	default:
		u.dropped.Add(1)
		g.drop()
	}
}

// send sends what is left, ends its own side, and reads until the peer ends too:
// closing a socket with unread bytes resets it, and a reset may overtake the
// close frame. Errors mean that the peer is gone, which is the goal. It reports
// whether the system let it.
func (g goodbye) send() (ok bool) {
	conn := g.conn
	if conn == nil {
		tcp, err := g.remains.TCP()
		if err != nil {
			return false
		}
		conn = tcp
	}
	defer conn.Close()
	if conn.SetDeadline(time.Now().Add(lingerTime)) != nil {
		return true
	}
	if len(g.last) > 0 {
		if _, err := conn.Write(g.last); err != nil {
			return true
		}
	}
	closeWrite(conn)
	drain(conn)
	return true
}

// drop closes without a word.
func (g goodbye) drop() {
	if g.conn == nil {
		_ = g.remains.Close()
		return
	}
	_ = g.conn.Close()
}

// closeWrite says that nothing more will come; TCP and TLS can.
func closeWrite(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

func drain(conn net.Conn) { _, _ = io.CopyN(io.Discard, conn, lingerBytes) }
