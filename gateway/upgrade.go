package gateway

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/netproto"
)

// readBuffer is gws's, per connection, bytes. Inputs are about 20 bytes, so one
// read(2) per tick takes all that a tick brings.
const readBuffer = 512

// UpgradeConfig is how WebSocket connections are taken.
type UpgradeConfig struct {
	// Mode is ModeAuto by default.
	Mode Mode
	// Origins are further browser origins, as in "https://play.example.org",
	// whose pages may connect; "*" is any. A page of the server's own host may
	// always, and so may a client that sends no Origin: it is no browser.
	Origins []string
	// HandshakeTimeout bounds the sending of the answer to an upgrade request;
	// NewHTTPServer bounds the request. Default netproto.HandshakeTimeout.
	HandshakeTimeout time.Duration
	// Log is slog.Default() by default.
	Log *slog.Logger
}

// DefaultUpgradeConfig is the config a server starts with.
func DefaultUpgradeConfig() UpgradeConfig {
	return UpgradeConfig{Mode: ModeAuto, HandshakeTimeout: netproto.HandshakeTimeout, Log: slog.Default()}
}

// Validate returns all faults, joined.
func (c UpgradeConfig) Validate() error {
	var faults []error
	faults = append(faults, c.Mode.validate())
	if c.HandshakeTimeout <= 0 {
		faults = append(faults, fmt.Errorf("handshake timeout is %v, must be above 0", c.HandshakeTimeout))
	}
	for _, origin := range c.Origins {
		faults = append(faults, validateOrigin(origin))
	}
	return errors.Join(faults...)
}

// Upgrader turns HTTP requests into connections. Safe for concurrent use. It
// owns the goroutines of all of them.
type Upgrader struct {
	config    UpgradeConfig
	log       *slog.Logger
	gws       *gws.Upgrader
	running   sync.WaitGroup
	lingering chan struct{} // see maxLingering
}

// NewUpgrader returns an Upgrader, or the faults of its config.
func NewUpgrader(config UpgradeConfig) (*Upgrader, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	u := &Upgrader{config: config, log: config.Log, lingering: make(chan struct{}, maxLingering)}
	if u.log == nil {
		u.log = slog.Default()
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
	if refused := u.Check(r); refused != nil {
		refused.Answer(w)
		return nil, refused
	}
	conn, early, err := hijack(w)
	if err != nil {
		refused := &RefusedError{http.StatusHTTPVersionNotSupported, "a WebSocket needs HTTP/1.1"}
		refused.Answer(w)
		return nil, errors.Join(refused, err)
	}
	c := &Conn{upgrader: u, remote: conn.RemoteAddr(), wire: &wire{Conn: conn, early: early}}
	c.ws, err = u.gws.UpgradeFromConn(c.wire, bufio.NewReaderSize(c.wire, readBuffer), r)
	if err != nil {
		return nil, fmt.Errorf("upgrade: %w", err) // gws has closed the connection
	}
	c.wire.upgraded = true
	return c, nil
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
func (u *Upgrader) Wait() { u.running.Wait() }
