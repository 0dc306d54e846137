package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/proto/metronome/v1/metronomev1connect"
)

// originAllowed reports whether a request comes from no page, from one of the
// server's own host, or from an origin of Config.Origins. A client that is no
// browser can claim any origin anyway.
func (s *Server) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || s.originListed(origin) {
		return true
	}
	page, err := url.Parse(origin)
	return err == nil && page.Host != "" && (strings.EqualFold(page.Host, r.Host) || strings.EqualFold(page.Host, door.CallerOf(r.Context()).Host))
}

// originListed reports whether Config.Origins has an origin, or it is that of another
// node, which may be gone by now: then its pages go on playing here.
func (s *Server) originListed(origin string) bool {
	for _, node := range s.Lobby.KnownURLs() {
		if sameOrigin(origin, node) {
			return true
		}
	}
	for _, allowed := range s.Origins {
		if allowed == "*" || strings.EqualFold(origin, allowed) {
			return true
		}
	}
	return false
}

// sameOrigin reports whether a URL is of an origin.
func sameOrigin(origin, base string) bool {
	page, err := url.Parse(origin)
	if err != nil || page.Host == "" {
		return false
	}
	at, err := url.Parse(base)
	return err == nil && strings.EqualFold(at.Scheme+"://"+at.Host, page.Scheme+"://"+page.Host)
}

const (
	// preflightFor is how long a browser may remember an answer to its preflight,
	// seconds; no browser does for longer.
	preflightFor = "7200"
	// sentHeaders are those that clients of the lobby API send.
	sentHeaders = "Authorization, Content-Type, Connect-Protocol-Version, Connect-Timeout-Ms, X-Grpc-Web, X-User-Agent, Grpc-Timeout"
	// shownHeaders are those that pages may read.
	shownHeaders = "Retry-After, Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin"
)

// otherOrigins lets pages of Config.Origins use everything but the console, as
// they may use rooms. Without credentials: there are none that a browser adds.
func (s *Server) otherOrigins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if ownPagesOnly(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Add("Vary", "Origin")
		if origin == "" || !s.originListed(origin) {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", shownHeaders)
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		s.shares.pages.Stream(http.HandlerFunc(preflight)).ServeHTTP(w, r)
	})
}

// preflight answers what a browser asks before a page's request leaves.
func preflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST")
	h.Set("Access-Control-Allow-Headers", sentHeaders)
	h.Set("Access-Control-Max-Age", preflightFor)
	w.WriteHeader(http.StatusNoContent)
}

// ownPagesOnly reports whether a path is the console's.
func ownPagesOnly(path string) bool {
	return path == "/console" || strings.HasPrefix(path, "/console/") ||
		strings.HasPrefix(path, "/"+metronomev1connect.ConsoleServiceName+"/") || path == "/metrics" || path == "/stats"
}

func validateOrigin(origin string) error {
	if origin == "*" {
		return nil
	}
	page, err := url.Parse(origin)
	if err != nil || page.Scheme == "" || page.Host == "" || strings.Trim(page.Path, "/") != "" || strings.HasSuffix(origin, "/") {
		return fmt.Errorf("--origin %q: want https://host, https://host:port or *", origin)
	}
	return nil
}
