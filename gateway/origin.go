package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// originAllowed reports whether a request comes from no page, from one of the
// server's own host, or from an origin of Config.Origins. A client that is no
// browser can claim any origin anyway.
func (s *Server) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(s.Origins, "*") {
		return true
	}
	for _, allowed := range s.Origins {
		if strings.EqualFold(origin, allowed) {
			return true
		}
	}
	page, err := url.Parse(origin)
	return err == nil && page.Host != "" && strings.EqualFold(page.Host, r.Host)
}

func validateOrigin(origin string) error {
	if origin == "*" {
		return nil
	}
	page, err := url.Parse(origin)
	if err != nil || page.Scheme == "" || page.Host == "" || strings.Trim(page.Path, "/") != "" || strings.HasSuffix(origin, "/") {
		return fmt.Errorf("origin %q is not of the form https://host or https://host:port", origin)
	}
	return nil
}
