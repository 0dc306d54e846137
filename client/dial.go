package client

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/netproto"
	"github.com/metronome-server/metronome/sim"
)

// Options are how a room is entered. The zero value will do.
type Options struct {
	// Name is the player's, at most netproto.MaxName bytes; with a ticket its
	// name counts.
	Name string
	// Bot marks a player that is no person.
	Bot bool
	// Resume is the token of a Session whose seat is to be taken back.
	Resume string
	// Watch enters as a spectator, without a seat; WatchSeat is the one whose view is
	// wanted, 0: whichever the room chooses. Name, Bot and Resume do not count then.
	Watch     bool
	WatchSeat sim.Seat
	// Timeout bounds connecting; netproto.HandshakeTimeout by default.
	Timeout time.Duration
	// TLS is for wss; the system's defaults when nil.
	TLS *tls.Config
	// Dial connects; a net.Dialer does by default.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// opened is a WebSocket connection after its handshake.
type opened struct {
	conn  net.Conn
	early []byte // what came behind the server's answer
	rtt   time.Duration
}

// open connects and upgrades. Errors: *RefusedError when the server answers
// with a status, else why it could not be reached.
func open(ctx context.Context, room string, o Options) (opened, error) {
	u, err := roomURL(room, o)
	if err != nil {
		return opened{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(o.Timeout, netproto.HandshakeTimeout))
	defer cancel()
	conn, err := reach(ctx, u, o)
	if err != nil {
		return opened{}, fmt.Errorf("connecting to %s: %w", redact(u), err)
	}
	// A past deadline ends every wait of the handshake.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	end, err := upgrade(u, conn)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return opened{}, fmt.Errorf("entering %s: %w", redact(u), err)
	}
	return end, nil
}

func reach(ctx context.Context, u *url.URL, o Options) (net.Conn, error) {
	dial := o.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"ws": "80", "wss": "443"}[u.Scheme]
	}
	conn, err := dial(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil || u.Scheme != "wss" {
		return conn, err
	}
	config := &tls.Config{}
	if o.TLS != nil {
		config = o.TLS.Clone()
	}
	config.ServerName = cmp.Or(config.ServerName, u.Hostname())
	secure := tls.Client(carry(conn), config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

// upgrade has gws do the handshake; conn's frames are read by us.
func upgrade(u *url.URL, conn net.Conn) (opened, error) {
	began := time.Now()
	w := &handshakeWire{Conn: conn}
	_, response, err := gws.NewClientFromConn(gws.BuiltinEventHandler{}, &gws.ClientOption{
		Addr:             u.String(),
		RequestHeader:    http.Header{"Sec-WebSocket-Protocol": {netproto.Subprotocol}},
		HandshakeTimeout: time.Hour, // conn has its own end; gws would leave a goroutine behind
		ReadBufferSize:   handshakeBuffer,
	}, w)
	if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
		return opened{}, refusal(response)
	}
	if err != nil {
		return opened{}, err
	}
	return opened{conn, w.rest, time.Since(began)}, nil
}

// refusal is what a server answered instead.
func refusal(response *http.Response) *RefusedError {
	reason, _ := io.ReadAll(io.LimitReader(response.Body, maxReason))
	return &RefusedError{
		Status: response.StatusCode, Reason: strings.TrimSpace(strings.ToValidUTF8(string(reason), "�")),
		RetryAfter: parseRetryAfter(response.Header.Get("Retry-After"), time.Now()),
	}
}

const (
	// maxReason is how much of a refusal's text is read, bytes.
	maxReason = 1 << 10
	// handshakeBuffer is gws's, bytes; only the server's answer goes through it.
	handshakeBuffer = 1 << 10
)
