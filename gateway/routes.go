package gateway

import (
	"net/http"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/apierr"
	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/pages"
	"github.com/metronome-server/metronome/gateway/peer"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
	"github.com/metronome-server/metronome/web"
)

func refuseCall(f door.Refusal, w http.ResponseWriter, r *http.Request) { apierr.Refuse(f, w, r) }

// Handler returns the routes for everybody.
func (s *Server) Handler() http.Handler {
	open, own := http.NewServeMux(), http.NewServeMux()
	open.HandleFunc("GET /rooms/{id}", s.serveRoom)
	s.healthRoutes(open)
	if !s.AdminApart {
		s.reportRoutes(open)
	}
	open.Handle("GET /info", s.shares.pages.Stream(http.HandlerFunc(s.info)))
	if err := pages.Routes(open, web.FS, s.Pages, s.PublicURL, s.shares.pages.Stream); err != nil {
		panic(err) // not possible: the files are part of the program
	}
	s.Prediction.Route(open, s.shares.pages.Stream)
	path, calls := s.lobby.Handler(connect.WithInterceptors(s.calls))
	open.Handle(path, s.shares.calls.Brief(apierr.MaxRequest, calls))
	s.match.Routes(open, s.shares.calls, s.shares.pages, connect.WithInterceptors(s.calls))
	path, calls = s.peers.Handler()
	open.Handle(path, s.peers.Signed(s.shares.peers.Brief(peer.MaxRequest, calls)))
	open.Handle(metronomev1connect.NodeServiceTakeRoomProcedure, s.peers.Signed(s.shares.peers.Brief(peer.MaxJournal, calls)))
	for _, procedure := range peer.Lasting {
		open.Handle(procedure, s.peers.Signed(s.shares.peers.Stream(calls)))
	}
	s.backend.Routes(open, s.shares.backend, connect.WithInterceptors(s.calls))
	s.console.Routes(own, connect.WithInterceptors(s.calls))
	// The console answers its own page only; everything else, whom Origins names.
	routes := s.otherOrigins(s.orElse(open, own))
	return s.Proxies.Identify(secure(s.belowPrefix(routes)))
}

// AdminHandler returns the routes of a listener for operators' machines.
func (s *Server) AdminHandler() http.Handler {
	mux := http.NewServeMux()
	s.healthRoutes(mux)
	s.reportRoutes(mux)
	if s.Drain != nil {
		mux.Handle("POST /drain", s.shares.health.Brief(0, http.HandlerFunc(s.drain)))
	}
	return s.Proxies.Identify(secure(mux))
}

func (s *Server) healthRoutes(mux *http.ServeMux) {
	mux.Handle("GET /healthz", s.shares.health.Brief(0, http.HandlerFunc(s.healthz)))
	mux.Handle("GET /readyz", s.shares.health.Brief(0, http.HandlerFunc(s.readyz)))
}

func (s *Server) reportRoutes(mux *http.ServeMux) {
	mux.Handle("GET /metrics", s.shares.reports.Brief(0, s.metrics()))
	mux.Handle("GET /stats", s.shares.reports.Brief(0, http.HandlerFunc(s.stats)))
}

// orElse serves what the first of the two knows, else what the second does. What
// neither knows counts as a page.
func (s *Server) orElse(open, own *http.ServeMux) http.Handler {
	page, err := pages.Missing(web.FS, open)
	if err != nil {
		panic(err) // not possible: the file is part of the program
	}
	if s.Pages != nil {
		page = pages.Own(s.Pages)
		if s.Dev != "" {
			page = pages.Dev(s.Pages, s.Dev)
		}
	}
	missing := s.shares.pages.Stream(page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := open.Handler(r); pattern != "" {
			open.ServeHTTP(w, r)
			return
		}
		if _, pattern := own.Handler(r); pattern != "" {
			own.ServeHTTP(w, r)
			return
		}
		missing.ServeHTTP(w, r)
	})
}

// belowPrefix serves everything below the path of PublicURL too: some proxies
// take it off on the way here, some do not.
func (s *Server) belowPrefix(next http.Handler) http.Handler {
	prefix := s.prefix()
	if prefix == "" {
		return next
	}
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.Handle(prefix+"/", http.StripPrefix(prefix, next))
	return mux
}

// policy is what a page of ours may do: run its own files, predict with the rules as
// WebAssembly, and talk to rooms, which may live on another node, also to ask that one
// why it refused.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; connect-src 'self' ws: wss: http: https:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

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
