package gateway

import (
	"net/http"
	"strings"
	"testing"

	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
)

func TestConfigValidate(t *testing.T) {
	if err := (Config{Origins: []string{"*", "https://play.example.org", "http://localhost:8080"}}).Validate(); err != nil {
		t.Error(err)
	}
	err := Config{Origins: []string{"play.example.org", "https://x/", "https://x/y"}}.Validate()
	if err == nil {
		t.Fatal("a config full of faults was taken")
	}
	for _, part := range []string{`"play.example.org"`, `"https://x/"`, `"https://x/y"`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in %q", part, err)
		}
	}
}

func TestOriginsOfPages(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Origins = []string{"https://play.example.org"} })
	address := strings.Split(n.create(t, &pb.CreateRoomRequest{}).GetUrl(), "?")[0]
	host := strings.TrimPrefix(n.url, "http://")
	for _, row := range []struct {
		name, origin string
		status       int
	}{
		{"no page", "", 101},
		{"own page", "http://" + strings.ToUpper(host), 101},
		{"allowed page", "https://play.example.org", 101},
		{"foreign page", "https://evil.example", 403},
		{"other port", "http://127.0.0.1:81", 403},
		{"hidden page", "null", 403},
	} {
		status, body := knock(t, address, func(h http.Header) {
			if row.origin != "" {
				h.Set("Origin", row.origin)
			}
		})
		if status != row.status || status == 403 && !strings.Contains(body, "origin") {
			t.Errorf("%s: %d %q, want %d", row.name, status, body, row.status)
		}
	}
}
