// Package gateway is everything that answers HTTP on a node: it ties rooms, lobby
// API, console and pages together.
package gateway

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/metronome-server/metronome/gateway/api"
	"github.com/metronome-server/metronome/gateway/console"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/gateway/pages"
	"github.com/metronome-server/metronome/gateway/ws"
	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/web"
)

// Config is what a Server serves and how.
type Config struct {
	// Node, Rooms and Lobby are what it serves.
	Node  *node.Node
	Rooms *room.Registry
	Lobby *lobby.Lobby
	Stats *room.Stats
	// Upgrader takes WebSocket connections.
	Upgrader *ws.Upgrader
	// Open lets clients on this machine into public rooms without a ticket.
	Open bool
	// HandshakesPerSecond bounds upgrade requests per address, ten times that at
	// once; 0 does not. Loopback addresses are not bounded.
	HandshakesPerSecond int
	// Origins are further browser origins, as in "https://play.example.org",
	// whose pages may connect; "*" is any. A page of the server's own host may
	// always, and so may a client that sends no Origin: it is no browser.
	Origins []string
	// Version of the program, shown to people.
	Version string
	Log     *slog.Logger

	// AdminKey opens the console, console.MinAdminKey bytes or more. Empty: only
	// Open does.
	AdminKey string
	// Records says whether rooms are recorded.
	Records bool
}

// Validate returns the faults of what people set, joined.
func (c Config) Validate() error {
	var faults []error
	for _, origin := range c.Origins {
		faults = append(faults, validateOrigin(origin))
	}
	return errors.Join(faults...)
}

// Server is everything that answers HTTP on a node. Any goroutine.
type Server struct {
	Config
	handshakes door.RateLimit
	console    *console.Console
}

// New returns a Server.
func New(c Config) *Server {
	return &Server{Config: c, console: console.New(console.Config{
		Node: c.Node, Rooms: c.Rooms, Lobby: c.Lobby, AdminKey: c.AdminKey, Open: c.Open, Records: c.Records, Version: c.Version, Log: c.Log,
	})}
}

// EndWatches ends every watch of the console, so that a shutdown need not wait
// for operators who look.
func (s *Server) EndWatches() { s.console.EndWatches() }

// Handler returns the routes.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /rooms/{id}", s.serveRoom)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", s.metrics())
	mux.HandleFunc("GET /stats", s.stats)
	mux.HandleFunc("GET /info", s.info)
	if err := pages.Routes(mux, web.FS); err != nil {
		panic(err) // not possible: the files are part of the program
	}
	mux.Handle((&api.Service{Node: s.Node, Rooms: s.Rooms, Lobby: s.Lobby}).Handler())
	s.console.Routes(mux)
	return secure(mux)
}

// policy is what a page of ours may do: run its own files and talk to rooms,
// which may live on another node, also to ask that one why it refused.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; worker-src 'self'; " +
	"connect-src 'self' ws: wss: http: https:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// secure says what a page may do, whatever it is.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// healthz says that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte("ok\n"))
}

// readyz says whether new players should be sent here.
func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	switch {
	case s.Node.State() != node.Ready:
		http.Error(w, s.Node.State().String(), http.StatusServiceUnavailable)
	case !s.Lobby.Up():
		http.Error(w, "the lobby's store does not answer", http.StatusServiceUnavailable)
	default:
		_, _ = w.Write([]byte("ready\n"))
	}
}
