package door

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

const (
	// maxHeader is the longest request header, bytes; net/http adds 4 KB of slop.
	// Threat: memory per request. A ticket in the URL is below 1 KB.
	maxHeader = 8 << 10
	// idleTimeout ends a connection without a request. Threat: descriptors.
	idleTimeout = time.Minute
)

// NewHTTPServer returns a server whose handshakes are bounded: a client has
// netproto.HandshakeTimeout to send a request's header. What net/http complains
// about is the clients' doing, so it is logged at Debug.
func NewHTTPServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: netproto.HandshakeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
