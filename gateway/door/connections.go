package door

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// sparedDescriptors are kept for the store, recordings and files, when the
	// bound of connections is what the process may open.
	sparedDescriptors = 256
	// fewestConnections is the bound where the process may open next to nothing.
	fewestConnections = 64
	// maxTurnedAway is how many connections over a bound are told so at the same
	// time; further ones are closed at once. Threat: goroutines.
	maxTurnedAway = 64
	// turnAwayTime is how long telling one may take.
	turnAwayTime = time.Second
	// complainEvery is how often a lack of descriptors is logged.
	complainEvery = 10 * time.Second
)

// Connections bounds how many are open, in all and by address: those of rooms
// too, since each holds a descriptor. Any goroutine. Make it with NewConnections.
type Connections struct {
	most, perAddress int
	proxies          Proxies
	log              *slog.Logger
	turnedAway       chan struct{}

	mu         sync.Mutex
	open       map[string]netip.Prefix // by remote address and port
	by         map[netip.Prefix]int
	complained time.Time

	// Full, Crowded and Starved count connections that were not taken: over the
	// bound in all, over an address's, and accepts that failed.
	Full, Crowded, Starved atomic.Uint64
}

// NewConnections bounds connections to most in all and perAddress of one address,
// 0 or more; most of 0 is what the process may open, perAddress of 0 is no bound.
// This machine's addresses and proxies may have any number.
func NewConnections(most, perAddress int, proxies Proxies, log *slog.Logger) *Connections {
	if open := maxDescriptors(); open > 0 && (most == 0 || most > open-sparedDescriptors) {
		most = max(open-sparedDescriptors, fewestConnections)
	}
	return &Connections{
		most: most, perAddress: perAddress, proxies: proxies, log: log,
		turnedAway: make(chan struct{}, maxTurnedAway), open: map[string]netip.Prefix{}, by: map[netip.Prefix]int{},
	}
}

// Open is how many connections are open.
func (c *Connections) Open() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// Listener has a listener take no more connections than may be open. plain: they
// speak HTTP and not TLS, so they can be told why.
func (c *Connections) Listener(l net.Listener, plain bool) net.Listener {
	return &boundedListener{l, c, plain}
}

// Watch has a server tell when its connections end. Those that leave it for a
// room are to be told to Closed.
func (c *Connections) Watch(server *http.Server) {
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			c.Closed(conn.RemoteAddr())
		}
	}
}

// Closed says that a connection has ended.
func (c *Connections) Closed(remote net.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := remote.String()
	address, known := c.open[key]
	if !known {
		return
	}
	delete(c.open, key)
	if c.by[address]--; c.by[address] == 0 {
		delete(c.by, address)
	}
}

// take counts a connection, unless it may not be.
func (c *Connections) take(remote net.Addr) (ok bool) {
	at, _ := netip.ParseAddrPort(remote.String())
	address, peer := AddressOf(at.Addr()), at.Addr().Unmap()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.most > 0 && len(c.open) >= c.most:
		c.Full.Add(1)
		return false
	case c.perAddress > 0 && c.by[address] >= c.perAddress && !peer.IsLoopback() && !c.proxies.contains(peer):
		c.Crowded.Add(1)
		return false
	}
	key := remote.String()
	if _, again := c.open[key]; again {
		return true // the one before is gone, which will be told soon
	}
	c.open[key] = address
	c.by[address]++
	return true
}

// complain logs that the system gave no connection.
func (c *Connections) complain(err error) {
	c.Starved.Add(1)
	c.mu.Lock()
	open, due := len(c.open), time.Since(c.complained) >= complainEvery
	if due {
		c.complained = time.Now()
	}
	c.mu.Unlock()
	if due {
		c.log.Warn("new connections cannot be taken: the system gives no more descriptors; raise its limit (ulimit -n) or lower --max-connections", "open", open, "err", err)
	}
}

type boundedListener struct {
	net.Listener
	connections *Connections
	plain       bool
}

// Accept implements net.Listener.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			if outOfDescriptors(err) {
				l.connections.complain(err)
			}
			return nil, err
		}
		if l.connections.take(conn.RemoteAddr()) {
			return conn, nil
		}
		l.turnAway(conn)
	}
}

func outOfDescriptors(err error) bool {
	for _, lack := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, lack) {
			return true
		}
	}
	return false
}

const tooManyConnections = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nRetry-After: 5\r\n" +
	"Content-Length: 50\r\n\r\ntoo many connections are open; try again in a bit\n"

// turnAway answers a connection that may not be taken, and closes it.
func (l *boundedListener) turnAway(conn net.Conn) {
	if !l.plain {
		_ = conn.Close()
		return
	}
	select {
	case l.connections.turnedAway <- struct{}{}:
	default:
		_ = conn.Close()
		return
	}
	go func() {
		defer func() { <-l.connections.turnedAway }()
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(turnAwayTime))
		if _, err := io.WriteString(conn, tooManyConnections); err != nil {
			return
		}
		if half, ok := conn.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		// Unread bytes would make a reset, which may overtake the answer.
		_, _ = io.CopyN(io.Discard, conn, maxHeader)
	}()
}
