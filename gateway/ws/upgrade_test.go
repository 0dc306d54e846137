package ws

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
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
		{"lists in several lines", "Connection: Upgrade\r\nUpgrade: websocket", "Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket", 101, ""},
		{"choice in a second line", "Sec-WebSocket-Protocol: metronome.v1", "Sec-WebSocket-Protocol: metronome.v2\r\nSec-WebSocket-Protocol: metronome.v1", 101, ""},
		{"choice of protocols", "Upgrade: websocket", "Upgrade: websocket, h2c", 101, ""},
		{"HTTP/1.0", "HTTP/1.1", "HTTP/1.0", 505, "HTTP/1.1"},
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
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || answer.StatusCode != row.status {
				t.Fatalf("answer %v, %v", answer, err)
			}
			if row.status == http.StatusSwitchingProtocols {
				if got := answer.Header.Get("Sec-WebSocket-Protocol"); got != netproto.Subprotocol {
					t.Errorf("subprotocol %q", got)
				}
				return
			}
			if body, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(body), row.body) {
				t.Errorf("body %q, %v", body, err)
			}
			wanted := row.status == http.StatusUpgradeRequired || row.name == "old WebSocket"
			if got := answer.Header.Get("Sec-WebSocket-Version"); (got == "13") != wanted {
				t.Errorf("Sec-WebSocket-Version %q", got)
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
