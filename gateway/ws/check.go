package ws

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/metronome-server/metronome/netproto"
)

// RefusedError is a request that was answered with an HTTP status.
type RefusedError struct {
	Status int
	Reason string
	// Header is what the answer has besides; it is not to be changed.
	Header http.Header
}

// Error implements error.
func (e *RefusedError) Error() string { return fmt.Sprintf("refused with %d: %s", e.Status, e.Reason) }

// Answer sends the refusal.
func (e *RefusedError) Answer(w http.ResponseWriter) {
	maps.Copy(w.Header(), e.Header)
	http.Error(w, e.Reason, e.Status)
}

// ErrNoUpgrade is the answer to a request of a WebSocket URL that is in order but
// asks for no WebSocket.
var ErrNoUpgrade = &RefusedError{
	http.StatusUpgradeRequired, "this is a WebSocket URL; open it with a WebSocket of the subprotocol " + netproto.Subprotocol,
	http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {version}},
}

var (
	errNeedsHTTP11 = &RefusedError{Status: http.StatusHTTPVersionNotSupported, Reason: "a WebSocket needs HTTP/1.1"}
	errOldVersion  = &RefusedError{http.StatusBadRequest, "unsupported WebSocket version: this server speaks " + version, http.Header{"Sec-Websocket-Version": {version}}}
)

// version is that of the WebSocket protocol (RFC 6455).
const version = "13"

// Check says why r may not be upgraded; nil: it may. Call it before anything
// that can be spent only once, such as a ticket. Upgrade calls it too.
func Check(r *http.Request) *RefusedError {
	header := r.Header
	switch {
	case r.Method != http.MethodGet:
		return &RefusedError{Status: http.StatusMethodNotAllowed, Reason: "a WebSocket is opened with GET"}
	case !r.ProtoAtLeast(1, 1):
		return errNeedsHTTP11
	case !Requested(r):
		return ErrNoUpgrade
	case header.Get("Sec-WebSocket-Version") != version:
		return errOldVersion
	case !validKey(header.Get("Sec-WebSocket-Key")):
		return &RefusedError{Status: http.StatusBadRequest, Reason: "Sec-WebSocket-Key is not 16 bytes in base64"}
	case !listed(header, "Sec-WebSocket-Protocol", netproto.Subprotocol):
		return &RefusedError{Status: http.StatusBadRequest, Reason: "unsupported version: this server speaks the subprotocol " + netproto.Subprotocol}
	}
	return nil
}

// Requested reports whether a request asks for a WebSocket.
func Requested(r *http.Request) bool {
	return listed(r.Header, "Connection", "upgrade") && listed(r.Header, "Upgrade", "websocket")
}

// listed reports whether a header's comma-separated lists, over all its lines,
// name value.
func listed(header http.Header, name, value string) bool {
	for _, line := range header.Values(name) {
		for item := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(item), value) {
				return true
			}
		}
	}
	return false
}

func validKey(key string) bool {
	nonce, err := base64.StdEncoding.DecodeString(key)
	return err == nil && len(nonce) == 16
}
