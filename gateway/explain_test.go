package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/metronome-server/metronome/gateway/node"
	"github.com/metronome-server/metronome/netproto"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/room"
)

// plain asks for a room's URL as a page's fetch does.
func plain(t *testing.T, address, origin string) (status int, body string, header http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(address, "ws://", "http://", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text), answer.Header
}

// TestPlainGetSaysWhatAnUpgradeWould compares both answers row by row.
func TestPlainGetSaysWhatAnUpgradeWould(t *testing.T) {
	n := startNode(t, func(c *Config, r *room.RegistryConfig) { c.Open, r.MaxRooms = false, 8 })
	join, other := n.create(t, &pb.CreateRoomRequest{Seats: 1}), n.create(t, &pb.CreateRoomRequest{})
	used, locked := n.create(t, &pb.CreateRoomRequest{}), n.create(t, &pb.CreateRoomRequest{})
	secret := n.create(t, &pb.CreateRoomRequest{Private: true})
	bare := strings.Split(join.GetUrl(), "?")[0]
	if status, body := knock(t, used.GetUrl(), nil); status != 101 {
		t.Fatalf("%d %s", status, body)
	}
	closing, _ := n.Rooms.Get(locked.GetRoom().GetId())
	closing.Lock()
	for _, row := range []struct {
		name, url, origin string
		status            int
		says              string
	}{
		{"none", bare, "", 401, "a ticket is needed"},
		{"forged", strings.Replace(join.GetUrl(), mustTicket(t, join)[:8], "AAAAAAAA", 1), "", 401, "not one of ours"},
		{"foreign", strings.Split(other.GetUrl(), "?")[0] + "?ticket=" + url.QueryEscape(mustTicket(t, join)), "", 401, "for another room"},
		{"used", used.GetUrl(), "", 401, "used already"},
		{"no such room", n.url + "/rooms/nowhere", "", 404, "no such room"},
		{"stale resume", bare + "?resume=never", "", 401, "resume token"},
		{"locked", locked.GetUrl(), "", 403, "no new players"},
		{"who watches a private room", strings.Split(secret.GetUrl(), "?")[0] + "?watch", "", 403, "only public rooms"},
		{"who watches seat nobody", bare + "?watch=nobody", "", 400, "seat's number"},
		{"who watches from a foreign page", bare + "?watch", "https://evil.example", 403, "origin"},
		{"foreign page", bare, "https://evil.example", 403, "origin"},
		{"another node's page", used.GetUrl(), "https://other.example", 401, "used already"},
		{"foreign page, no such room", n.url + "/rooms/nowhere", "https://evil.example", 403, "origin"},
	} {
		change := func(h http.Header) {
			if row.origin != "" {
				h.Set("Origin", row.origin)
			}
		}
		status, body, header := plain(t, row.url, row.origin)
		if status != row.status || !strings.Contains(body, row.says) || header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %q %v, want %d %q", row.name, status, body, header, row.status, row.says)
		}
		if s, b := knock(t, row.url, change); s != status || b != body {
			t.Errorf("%s: a WebSocket is told %d %q, a page %d %q", row.name, s, b, status, body)
		}
	}
}

// TestNoRoomIsOverWhileItsNodeStops asks a node that has closed its rooms and still answers:
// whoever wants to have their seat back must not hear that the room is over.
func TestNoRoomIsOverWhileItsNodeStops(t *testing.T) {
	n := startNode(t, nil)
	join := n.create(t, &pb.CreateRoomRequest{Seats: 1})
	n.Node.Become(node.Draining)
	if err := n.Rooms.Close(t.Context(), netproto.CloseMoved, "the server is starting again"); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{join.GetUrl(), strings.Split(join.GetUrl(), "?")[0], n.url + "/rooms/nowhere"} {
		if status, body := knock(t, url, nil); status != 503 || !strings.Contains(body, "stopping") {
			t.Errorf("%s: %d %q", url, status, body)
		}
	}
}

// TestWatchingTakesNoSeat lets somebody watch a room of one seat, whose seat stays
// free, also where players need tickets.
func TestWatchingTakesNoSeat(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Open = false })
	join := n.create(t, &pb.CreateRoomRequest{Seats: 1})
	if status, body := knock(t, strings.Split(join.GetUrl(), "?")[0]+"?watch=1", nil); status != 101 {
		t.Fatalf("%d %q", status, body)
	}
	r, _ := n.Rooms.Get(join.GetRoom().GetId())
	until(t, "somebody watches", func() bool { return r.Info().Spectators == 1 })
	if status, body := knock(t, join.GetUrl(), nil); status != 101 {
		t.Errorf("the seat: %d %q", status, body)
	}
}

// TestPlainGetCostsNothing asks often before the one ticket of the one seat is used.
func TestPlainGetCostsNothing(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Open = false })
	join := n.create(t, &pb.CreateRoomRequest{Seats: 1})
	for range 5 {
		if status, body, _ := plain(t, join.GetUrl(), ""); status != 426 || !strings.Contains(body, "WebSocket URL") {
			t.Fatalf("%d %q", status, body)
		}
	}
	if status, body := knock(t, join.GetUrl(), nil); status != 101 {
		t.Errorf("%d %q", status, body)
	}
	until(t, "the seat is taken", func() bool {
		r, ok := n.Rooms.Get(join.GetRoom().GetId())
		return ok && r.Info().Active == 1
	})
	full, _ := n.Rooms.Get(join.GetRoom().GetId())
	if err := full.Admits(room.Guest{}); err == nil {
		t.Error("the full room would take another")
	}
}

func TestPlainGetsAreLimited(t *testing.T) {
	n := startNode(t, func(c *Config, _ *room.RegistryConfig) { c.Limits.HandshakesPerSecond = 1 })
	// A request of another machine, which only the limit can tell from ours.
	h := n.Handler()
	ask := func() int {
		r, w := httptest.NewRequest(http.MethodGet, "/rooms/x", nil), httptest.NewRecorder()
		r.RemoteAddr = "203.0.113.9:1000"
		h.ServeHTTP(w, r)
		return w.Code
	}
	statuses := map[int]int{}
	for range burstSeconds + 1 {
		statuses[ask()]++
	}
	if statuses[404] < burstSeconds || statuses[429] == 0 {
		t.Errorf("answers: %v", statuses)
	}
}
