package gateway

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

func TestUpgradeConfigValidate(t *testing.T) {
	good := DefaultUpgradeConfig()
	good.Origins = []string{"*", "https://play.example.org", "http://localhost:8080"}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	bad := UpgradeConfig{Mode: "fast", Origins: []string{"play.example.org", "https://x/", "https://x/y"}}
	_, err := NewUpgrader(bad)
	if err == nil {
		t.Fatal("a config full of faults was taken")
	}
	for _, part := range []string{`mode is "fast"`, "handshake timeout is 0s", `"play.example.org"`, `"https://x/"`, `"https://x/y"`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in %q", part, err)
		}
	}
}

// TestUpgradeAnswers sends requests with changed headers over a real socket.
func TestUpgradeAnswers(t *testing.T) {
	r := newRig(t, ModeAuto, func(r *rig) {
		r.upgrader.config.Origins = []string{"https://play.example.org"}
	})
	for _, row := range []struct {
		name, old, new string
		status         int
		body           string
	}{
		{"as it is", "", "", 101, ""},
		{"lower case", "Upgrade\r\nUpgrade: websocket", "keep-alive, upgrade\r\nUpgrade: WebSocket", 101, ""},
		{"second choice", "metronome.v1", "metronome.v2, metronome.v1", 101, ""},
		{"own page", "Host: localhost", "Host: localhost\r\nOrigin: http://LOCALHOST", 101, ""},
		{"allowed page", "Host: localhost", "Host: localhost\r\nOrigin: https://play.example.org", 101, ""},
		{"foreign page", "Host: localhost", "Host: localhost\r\nOrigin: https://evil.example", 403, "origin"},
		{"other port", "Host: localhost", "Host: localhost\r\nOrigin: http://localhost:81", 403, "origin"},
		{"hidden page", "Host: localhost", "Host: localhost\r\nOrigin: null", 403, "origin"},
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

// dialTLS starts a TLS server over r, and upgrades a connection to it.
func (r *rig) dialTLS(t *testing.T) (conn *tls.Conn, status string) {
	t.Helper()
	secure := httptest.NewUnstartedServer(r)
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	conn, err := tls.Dial("tcp", secure.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(conn, request)
	head := make([]byte, 12)
	io.ReadFull(conn, head)
	return conn, string(head[9:])
}

func TestTLSIsServedPortably(t *testing.T) {
	r := newRig(t, ModeAuto)
	conn, _ := r.dialTLS(t)
	c := <-r.conns
	c.Attach()
	conn.Write(masked(0x82, []byte("secret")))
	if got := collect(t, c, 1, 1); got[0] != "secret" {
		t.Errorf("got %q", got)
	}
	c.Close(netproto.CloseKicked, "away")
	if rest, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(rest), "\x88\x06\x0f\xa5away") {
		t.Errorf("the peer read %q, %v", rest, err)
	}
}

func TestTLSNeverReads(t *testing.T) {
	r := newRig(t, ModeAuto)
	r.dialTLS(t)
	c := <-r.conns
	c.Attach()
	defer c.Close(netproto.CloseLost, "")
	sent, stuck := 0, 0
	until(t, "the tail stays full", func() bool {
		stuck++
		for c.Write(make([]byte, 1000)) == nil {
			sent, stuck = sent+1000, 0
		}
		return stuck > 100
	})
	if sent > 1<<20 {
		t.Errorf("%d bytes were taken for a peer that does not read", sent)
	}
}

func TestTLSIsRefusedByTheTick(t *testing.T) {
	if !canTick {
		t.Skip("not on this platform")
	}
	if _, status := newRig(t, ModeTick).dialTLS(t); status != "500" {
		t.Errorf("status %s", status)
	}
}
