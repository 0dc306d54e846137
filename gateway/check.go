package gateway

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/metronome-server/metronome/netproto"
)

// RefusedError is an upgrade request that was answered with an HTTP status.
type RefusedError struct {
	Status int
	Reason string
}

// Error implements error.
func (e *RefusedError) Error() string { return fmt.Sprintf("refused with %d: %s", e.Status, e.Reason) }

// Answer sends the refusal.
func (e *RefusedError) Answer(w http.ResponseWriter) {
	if e.Status == http.StatusUpgradeRequired {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
	}
	http.Error(w, e.Reason, e.Status)
}

// Check says whether r may be upgraded; nil: it may. Call it before anything
// that can be spent only once, such as a ticket. Upgrade calls it too.
func (u *Upgrader) Check(r *http.Request) *RefusedError {
	header := r.Header
	switch {
	case r.Method != http.MethodGet:
		return &RefusedError{http.StatusMethodNotAllowed, "a WebSocket is opened with GET"}
	case !asksForWebSocket(r):
		return needsWebSocket
	case header.Get("Sec-WebSocket-Version") != "13":
		return &RefusedError{http.StatusBadRequest, "unsupported WebSocket version: this server speaks 13"}
	case !validKey(header.Get("Sec-WebSocket-Key")):
		return &RefusedError{http.StatusBadRequest, "Sec-WebSocket-Key is not 16 bytes in base64"}
	case !listed(header, "Sec-WebSocket-Protocol", netproto.Subprotocol):
		return &RefusedError{http.StatusBadRequest, "unsupported version: this server speaks the subprotocol " + netproto.Subprotocol}
	}
	return u.checkWhere(r)
}

// needsWebSocket is the answer to a request that is in order but no upgrade.
var needsWebSocket = &RefusedError{http.StatusUpgradeRequired, "this is a WebSocket URL; open it with a WebSocket of the subprotocol " + netproto.Subprotocol}

func asksForWebSocket(r *http.Request) bool {
	return listed(r.Header, "Connection", "upgrade") && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// checkWhere refuses by where a request comes from.
func (u *Upgrader) checkWhere(r *http.Request) *RefusedError {
	if !u.originAllowed(r) {
		return &RefusedError{http.StatusForbidden, "pages of this origin may not connect"}
	}
	return nil
}

// listed says whether a header's comma-separated list names value. Only the
// first line counts, as gws reads no other.
func listed(header http.Header, name, value string) bool {
	for item := range strings.SplitSeq(header.Get(name), ",") {
		if strings.EqualFold(strings.TrimSpace(item), value) {
			return true
		}
	}
	return false
}

func validKey(key string) bool {
	nonce, err := base64.StdEncoding.DecodeString(key)
	return err == nil && len(nonce) == 16
}

// originAllowed keeps a foreign page from playing by its visitor's address, as on
// a node that lets its own machine in. Who has a ticket or a resume token needs
// no such favour, and may come from the page of another node; both are verified
// later. A client that is no browser can claim any origin anyway.
func (u *Upgrader) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(u.config.Origins, "*") {
		return true
	}
	if q := r.URL.Query(); q.Get("ticket") != "" || q.Get("resume") != "" {
		return true
	}
	for _, allowed := range u.config.Origins {
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
