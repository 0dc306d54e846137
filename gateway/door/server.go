package door

import (
	"context"
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
	// readTimeout is how long a whole request may take. Threat: connections held
	// by bodies that never end. Streams and rooms lift it for themselves.
	readTimeout = 10 * time.Second
	// writeTimeout is how long an answer may take to leave. Threat: memory and
	// goroutines held by who does not read. Why 30 s: the largest file of a page
	// takes that at 20 KB/s. Streams and downloads have bounds of their own.
	writeTimeout = 30 * time.Second
	// stopTimeout is how long a stop waits for requests that are being served.
	// Threat: a body that does not come, and holds up the stop.
	stopTimeout = time.Second
)

// NewHTTPServer returns a server whose requests are bounded in time and size. What
// net/http complains about is the clients' doing, so it is logged at Debug.
func NewHTTPServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: netproto.HandshakeTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// StopServer ends a server: no new connections, requests that are being served
// have stopTimeout, then all connections are closed. It reports whether any had
// to be cut off.
func StopServer(server *http.Server) (cut bool) {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if server.Shutdown(ctx) == nil {
		return false
	}
	_ = server.Close()
	return true
}
