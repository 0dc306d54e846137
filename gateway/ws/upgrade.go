// Package ws takes WebSocket connections from HTTP requests and moves their
// bytes: driven by a room's tick where the system allows it, else by goroutines.
// It alone knows gws.
package ws

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/netproto"
)

// Mode is how connections are read and written; chosen once, at start.
type Mode string

const (
	// ModeAuto drives from the tick what it can, and is the default.
	ModeAuto Mode = "auto"
	// ModeTick demands Linux, where connections are driven from the room's tick:
	// plain ones, and with TLS those of ListenTLS.
	ModeTick Mode = "tick"
	// ModePortable gives every connection two goroutines. It costs about twice
	// the CPU of the tick.
	ModePortable Mode = "portable"
)

func (m Mode) validate() error {
	switch m {
	case ModeAuto, ModePortable:
		return nil
	case ModeTick:
		if canTick {
			return nil
		}
		return fmt.Errorf("mode %q needs Linux; use %q", m, ModeAuto)
	}
	return fmt.Errorf("mode is %q, want %q, %q or %q", string(m), ModeAuto, ModeTick, ModePortable)
}

// drives reports whether a connection of this kind is driven by the tick.
func (m Mode) drives(conn net.Conn) bool {
	return m != ModePortable && tickable(conn)
}

// readBuffer is gws's, per connection, bytes. Inputs are about 20 bytes, so one
// read(2) per tick takes all that a tick brings.
const readBuffer = 512

// Config is how WebSocket connections are taken.
type Config struct {
	// Mode is ModeAuto by default.
	Mode Mode
	// HandshakeTimeout bounds the sending of the answer to an upgrade request.
	// Default netproto.HandshakeTimeout.
	HandshakeTimeout time.Duration
	// Closed is told of each connection that has ended, by its remote address; nil:
	// nobody is. Called on the connection's goroutine; it may not wait.
	Closed func(remote net.Addr)
	// Log is slog.Default() by default.
	Log *slog.Logger
}

// DefaultConfig is the config that a server starts with.
func DefaultConfig() Config {
	return Config{Mode: ModeAuto, HandshakeTimeout: netproto.HandshakeTimeout, Log: slog.Default()}
}

// Validate returns all faults, joined.
func (c Config) Validate() error {
	var timeout error
	if c.HandshakeTimeout <= 0 {
		timeout = fmt.Errorf("handshake timeout is %v, must be above 0", c.HandshakeTimeout)
	}
	return errors.Join(c.Mode.validate(), timeout)
}

// Upgrader turns HTTP requests into connections. Safe for concurrent use. It
// owns the goroutines of all of them.
type Upgrader struct {
	config    Config
	log       *slog.Logger
	gws       *gws.Upgrader
	running   running
	lingering chan struct{} // see maxLingering
	dropped   atomic.Uint64
}

// Dropped is how many connections were closed without their goodbye, for want of
// descriptors or because too many said theirs.
func (u *Upgrader) Dropped() uint64 { return u.dropped.Load() }

// NewUpgrader returns an Upgrader, or the faults of its config.
func NewUpgrader(config Config) (*Upgrader, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	u := &Upgrader{config: config, log: config.Log, lingering: make(chan struct{}, maxLingering)}
	if u.log == nil {
		u.log = slog.Default()
	}
	if u.config.Closed == nil {
		u.config.Closed = func(net.Addr) {}
	}
	// Compression and parallel reading stay off: the first doubles the CPU of a
	// snapshot, the second reorders one player's inputs.
	u.gws = gws.NewUpgrader(events{}, &gws.ServerOption{
		ParallelGolimit:    1,
		ReadMaxPayloadSize: netproto.MaxClientMessage,
		ReadBufferSize:     readBuffer,
		HandshakeTimeout:   config.HandshakeTimeout,
		SubProtocols:       []string{netproto.Subprotocol},
		NewSession:         func() gws.SessionStorage { return &session{} },
	})
	return u, nil
}

// Upgrade answers r, and on success returns the connection, which the caller
// must Attach and Close. On failure it has answered with a status and a reason;
// the error is a *RefusedError, or why the socket failed.
func (u *Upgrader) Upgrade(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	if refused := Check(r); refused != nil {
		refused.Answer(w)
		return nil, refused
	}
	conn, early, err := hijack(w)
	if err != nil {
		errNeedsHTTP11.Answer(w)
		return nil, errors.Join(errNeedsHTTP11, err)
	}
	c := &Conn{upgrader: u, remote: conn.RemoteAddr(), handshake: &handshakeConn{Conn: conn, early: early}}
	c.gws, err = u.gws.UpgradeFromConn(c.handshake, bufio.NewReaderSize(c.handshake, readBuffer), plainRequest(r))
	if err != nil {
		u.config.Closed(c.remote)
		return nil, fmt.Errorf("upgrade: %w", err) // gws has closed the connection
	}
	c.handshake.upgraded = true
	return c, nil
}

// plainRequest is r as gws reads it: one line and one value of each header. What
// it says has been checked.
func plainRequest(r *http.Request) *http.Request {
	return &http.Request{Method: r.Method, Header: http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {r.Header.Get("Sec-WebSocket-Key")}, "Sec-Websocket-Protocol": {netproto.Subprotocol},
	}}
}

// hijack takes the connection from net/http, and what it has read beyond the request.
func hijack(w http.ResponseWriter) (net.Conn, []byte, error) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early := make([]byte, buffered.Reader.Buffered())
	_, err = buffered.Read(early)
	return conn, early, err
}

// Wait returns when every closed connection has said goodbye, about
// 2 × lingerTime at most. Call it once all connections are closed and no
// upgrade runs.
func (u *Upgrader) Wait() { u.running.wait() }
