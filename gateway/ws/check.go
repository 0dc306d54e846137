package ws

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"github.com/metronome-server/metronome/netproto"
)

// RefusedError is a request that was answered with an HTTP status.
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

// ErrNoUpgrade is the answer to a request of a WebSocket URL that is in order but
// asks for no WebSocket.
var ErrNoUpgrade = &RefusedError{http.StatusUpgradeRequired, "this is a WebSocket URL; open it with a WebSocket of the subprotocol " + netproto.Subprotocol}

// Check says why r may not be upgraded; nil: it may. Call it before anything
// that can be spent only once, such as a ticket. Upgrade calls it too.
func Check(r *http.Request) *RefusedError {
	header := r.Header
	switch {
	case r.Method != http.MethodGet:
		return &RefusedError{http.StatusMethodNotAllowed, "a WebSocket is opened with GET"}
	case !Requested(r):
		return ErrNoUpgrade
	case header.Get("Sec-WebSocket-Version") != "13":
		return &RefusedError{http.StatusBadRequest, "unsupported WebSocket version: this server speaks 13"}
	case !validKey(header.Get("Sec-WebSocket-Key")):
		return &RefusedError{http.StatusBadRequest, "Sec-WebSocket-Key is not 16 bytes in base64"}
	case !listed(header, "Sec-WebSocket-Protocol", netproto.Subprotocol):
		return &RefusedError{http.StatusBadRequest, "unsupported version: this server speaks the subprotocol " + netproto.Subprotocol}
	}
	return nil
}

// Requested reports whether a request asks for a WebSocket.
func Requested(r *http.Request) bool {
	return listed(r.Header, "Connection", "upgrade") && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// listed reports whether a header's comma-separated list names value. Only the
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
