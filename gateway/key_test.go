package gateway

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/metronome-server/metronome/gateway/door"
	"github.com/metronome-server/metronome/gateway/ws"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
)

// TestGuestIsKnownByItsAddress: whoever comes back comes with the same key, by
// whatever right, and v6 clients with that of their /64.
func TestGuestIsKnownByItsAddress(t *testing.T) {
	n := startNode(t, nil)
	join := n.create(t, &pb.CreateRoomRequest{Name: "anna"})
	for remote, want := range map[string]string{
		"192.0.2.7:4000": "192.0.2.7/32", "192.0.2.7:4001": "192.0.2.7/32", "192.0.2.8:4000": "192.0.2.8/32",
		"[2001:db8:1:2:3:4:5:6]:4000": "2001:db8:1:2::/64", "[2001:db8:1:2:9::1]:4000": "2001:db8:1:2::/64",
	} {
		r := httptest.NewRequest(http.MethodGet, join.GetUrl(), nil)
		r.SetPathValue("id", join.GetRoom().GetId())
		r.RemoteAddr = remote
		door.Proxies{}.Identify(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			e, refused := n.readEntry(r, func(*http.Request) *ws.RefusedError { return nil })
			if refused != nil || e.credential.guest.Key != want || e.credential.guest.Name != "anna" {
				t.Errorf("%s: %+v, refused %v, want key %s", remote, e.credential.guest, refused, want)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	}
}
