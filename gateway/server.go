package gateway

import (
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/metronome-server/metronome/lobby"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/room"
	"github.com/metronome-server/metronome/web"
)

// Server is everything that answers HTTP on a node.
type Server struct {
	// Node, Rooms and Lobby are what it serves.
	Node  *Node
	Rooms *room.Registry
	Lobby *lobby.Lobby
	Stats *room.Stats
	// Upgrader takes WebSocket connections.
	Upgrader *Upgrader
	// Open lets clients on this machine into public rooms without a ticket.
	Open bool
	// HandshakesPerSecond bounds upgrade requests per address, ten times that at
	// once; 0 does not. Loopback addresses are not bounded.
	HandshakesPerSecond int
	// Version of the program, shown to people.
	Version string
	Log     *slog.Logger

	// AdminKey opens the console, MinAdminKey bytes or more. Empty: only Open does.
	AdminKey string
	// Records says whether rooms are recorded.
	Records bool

	handshakes rateLimit
	console    *console
}

// Handler returns the routes.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /rooms/{id}", s.room)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", s.metrics())
	mux.HandleFunc("GET /stats", s.stats)
	mux.HandleFunc("GET /info", s.info)
	if err := pages(mux, web.FS); err != nil {
		panic(err) // not possible: the files are part of the program
	}
	path, api := metronomev1connect.NewLobbyServiceHandler(&lobbyAPI{s}, connectLimits()...)
	mux.Handle(path, api)
	s.console = newConsole(s)
	s.console.routes(mux)
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
	case s.Node.State() != NodeReady:
		http.Error(w, s.Node.State().String(), http.StatusServiceUnavailable)
	case !s.Lobby.Up():
		http.Error(w, "the lobby's store does not answer", http.StatusServiceUnavailable)
	default:
		_, _ = w.Write([]byte("ready\n"))
	}
}

// loopback reports whether a request comes from this machine.
func loopback(r *http.Request) bool {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && at.Addr().Unmap().IsLoopback()
}
