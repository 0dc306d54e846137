package lobby

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestConfigValidate(t *testing.T) {
	must(t, Config{}.Validate())
	cases := []struct {
		what string
		cfg  Config
		ok   bool
	}{
		{"prefix", Config{Prefix: "eu-1.prod"}, true},
		{"prefix with brace", Config{Prefix: "a}b"}, false},
		{"longest prefix", Config{Prefix: strings.Repeat("p", 32)}, true},
		{"prefix too long", Config{Prefix: strings.Repeat("p", 33)}, false},
		{"node id", Config{NodeID: "a b"}, false},
		{"node URL", Config{NodeURL: "wss://a.example.com/x"}, true},
		{"node URL, http", Config{NodeURL: "https://a:1"}, true},
		{"node URL, other scheme", Config{NodeURL: "ftp://a"}, false},
		{"node URL without host", Config{NodeURL: "ws:///x"}, false},
		{"node URL with password", Config{NodeURL: "ws://u:p@a"}, false},
		{"node URL too long", Config{NodeURL: "ws://" + strings.Repeat("a", maxURL)}, false},
		{"version", Config{Version: strings.Repeat("v", 65)}, false},
		{"secret", Config{Secret: make([]byte, 16)}, true},
		{"secret too short", Config{Secret: make([]byte, 15)}, false},
		{"shortest heartbeat", Config{Heartbeat: 10 * time.Millisecond}, true},
		{"heartbeat too short", Config{Heartbeat: 9 * time.Millisecond}, false},
		{"lease of two beats", Config{Heartbeat: time.Second, Lease: 2 * time.Second}, true},
		{"lease too short", Config{Heartbeat: time.Second, Lease: 2*time.Second - 1}, false},
		{"longest lease", Config{Lease: fence / 2}, true},
		{"lease too long", Config{Lease: fence/2 + 1}, false},
		{"shortest reservation", Config{Reservation: 10 * time.Millisecond}, true},
		{"reservation too short", Config{Reservation: 9 * time.Millisecond}, false},
		{"longest reservation", Config{Reservation: 5 * time.Minute}, true},
		{"reservation too long", Config{Reservation: 5*time.Minute + 1}, false},
		{"timeout below 0", Config{Timeout: -1}, false},
		{"timeout of a lease", Config{Timeout: 6 * time.Second}, false},
		{"timeout below a lease", Config{Timeout: 6*time.Second - 1}, true},
	}
	for _, c := range cases {
		if err := c.cfg.Validate(); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestConfigFaultsAreJoined(t *testing.T) {
	err := Config{Prefix: "a b", NodeURL: "x", Lease: 1}.Validate()
	for _, want := range []string{"Prefix", "NodeURL", "Lease"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
	if _, err := Open(t.Context(), Config{Prefix: "a b"}); !errors.Is(err, ErrInvalid) {
		t.Errorf("Open: %v", err)
	}
}
