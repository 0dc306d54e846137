package client

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// TestLobbyHeedsWhoAnswersInItsPlace: a proxy's or a limiter's refusal is not in
// the lobby's own form.
func TestLobbyHeedsWhoAnswersInItsPlace(t *testing.T) {
	for _, kind := range []string{"text/plain; charset=utf-8", "application/json"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"code":"resource_exhausted","message":"slow down"}`))
		}))
		lobby, err := NewLobby(server.URL, server.Client())
		check(t, err)
		_, err = lobby.QuickPlay(t.Context(), "ffa", "ann")
		if next, _ := new(Retry).After(err, false, 0); next.Pause != 7*time.Second || next.Comeback != netproto.RejoinLater || !strings.Contains(err.Error(), "slow down") {
			t.Errorf("%s: %v after %v: %v", kind, next.Comeback, next.Pause, err)
		}
		server.Close()
		if _, err = lobby.QuickPlay(t.Context(), "ffa", "ann"); causeOf(err, false) != nodeGone {
			t.Errorf("a lobby that is gone: %v", err)
		}
	}
}

// TestLobbyBelowAPath: a server may be below a path of its host.
func TestLobbyBelowAPath(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/proto")
		if r.URL.Path != "/game/metronome.v1.LobbyService/QuickPlay" {
			t.Errorf("asked for %s", r.URL.Path)
		}
	}))
	defer server.Close()
	for _, end := range []string{"/game", "/game/", "/game?x=1#y"} {
		lobby, err := NewLobby(server.URL+end, server.Client())
		check(t, err)
		_, err = lobby.QuickPlay(t.Context(), "ffa", "ann")
		check(t, err)
	}
}
