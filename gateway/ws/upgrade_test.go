package ws

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/netproto"
)

func TestConfigValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	_, err := NewUpgrader(Config{Mode: "fast"})
	if err == nil {
		t.Fatal("a config full of faults was taken")
	}
	for _, part := range []string{`mode is "fast"`, "handshake timeout is 0s"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in %q", part, err)
		}
	}
}

// TestUpgradeAnswers sends requests with changed headers over a real socket.
func TestUpgradeAnswers(t *testing.T) {
	r := newRig(t, ModeAuto)
	for _, row := range []struct {
		name, old, new string
		status         int
		body           string
	}{
		{"as it is", "", "", 101, ""},
		{"lower case", "Upgrade\r\nUpgrade: websocket", "keep-alive, upgrade\r\nUpgrade: WebSocket", 101, ""},
		{"second choice", "metronome.v1", "metronome.v2, metronome.v1", 101, ""},
		{"wrong version", "metronome.v1", "metronome.v2", 400, "unsupported version: this server speaks the subprotocol metronome.v1"},
		{"no version", "Sec-WebSocket-Protocol: metronome.v1", "X-Nothing: 1", 400, "unsupported version"},
		{"old WebSocket", "Version: 13", "Version: 8", 400, "speaks 13"},
		{"short key", "AQIDBAUGBwgJCgsMDQ4PEA==", "AQID", 400, "Sec-WebSocket-Key"},
		{"not base64", "AQIDBAUGBwgJCgsMDQ4PEA==", "!", 400, "Sec-WebSocket-Key"},
		{"POST", "GET", "POST", 405, "GET"},
		{"plain GET", "Connection: Upgrade\r\nUpgrade: websocket", "X-Nothing: 1", 426, "WebSocket"},
		{"upgrade to something", "Upgrade: websocket", "Upgrade: h2c", 426, "WebSocket"},
	} {
		t.Run(row.name, func(t *testing.T) {
			conn := r.dial()
			io.WriteString(conn, strings.Replace(request, row.old, row.new, 1))
			if row.status == http.StatusSwitchingProtocols {
				c := <-r.conns
				defer c.Close(netproto.CloseBye, "")
			} else {
				conn.CloseWrite()
			}
			head := make([]byte, 12)
			io.ReadFull(conn, head)
			if string(head[9:]) != strconv.Itoa(row.status) {
				t.Fatalf("answer %q", head)
			}
			if row.status != http.StatusSwitchingProtocols {
				if body, err := io.ReadAll(conn); err != nil || !strings.Contains(string(body), row.body) {
					t.Errorf("body %q, %v", body, err)
				}
			}
		})
	}
}

// TestUpgradeNeedsHijack: HTTP/2 has no connection to take over.
func TestUpgradeNeedsHijack(t *testing.T) {
	r := newRig(t, ModeAuto)
	req := httptest.NewRequest(http.MethodGet, "/rooms/1", nil)
	for _, line := range strings.Split(strings.TrimSpace(request), "\r\n")[1:] {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	if _, err := r.upgrader.Upgrade(w, req); err == nil || w.Code != http.StatusHTTPVersionNotSupported {
		t.Errorf("status %d, %v", w.Code, err)
	}
}
