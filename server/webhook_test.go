package server

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"connectrpc.com/connect"

	"github.com/metronome-server/metronome/gateway/backend"
	"github.com/metronome-server/metronome/outbox"
	pb "github.com/metronome-server/metronome/proto/metronome/v1"
	"github.com/metronome-server/metronome/sim"
	"github.com/metronome-server/metronome/sim/arena"
)

// textLog is a log that can be read while it is written.
type textLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *textLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *textLog) has(s string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), s)
}

// startPosting starts a node that posts to a URL, and ends a match on it, so that
// there is something to post.
func startPosting(t *testing.T, change func(*Config)) (*Node, *textLog) {
	t.Helper()
	keys, secret := withKey(t, backend.Scopes...)
	c, log := DefaultConfig(), &textLog{}
	c.Listen, c.Bots, c.ServerKeys, c.WebhookSecret = "127.0.0.1:0", 0, keys, "0123456789abcdef"
	change(&c)
	n, err := Start(t.Context(), c, []sim.Game{arena.Game()}, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	api := backendOf(n, secret)
	match, _, _ := pair(t, api, "posted")
	if _, err := api.EndRoom(t.Context(), connect.NewRequest(&pb.EndRoomRequest{Room: match.GetId()})); err != nil {
		t.Fatal(err)
	}
	return n, log
}

// TestWebhooksThatMustNotBeReached: a private address that nobody has allowed, the
// node itself and where a receiver redirects to get nothing, and the log says so.
func TestWebhooksThatMustNotBeReached(t *testing.T) {
	var hits atomic.Int32
	hit := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(hit.Close)
	redirects := httptest.NewServer(http.RedirectHandler(hit.URL, http.StatusTemporaryRedirect))
	t.Cleanup(redirects.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	itself := l.Addr().String()
	_ = l.Close()
	for what, row := range map[string]struct {
		says   string
		change func(*Config)
	}{
		"a private address": {"is not public: 127.0.0.1; allow its network", func(c *Config) { c.Webhook = hit.URL }},
		"another network":   {"is not public", func(c *Config) { c.Webhook, c.WebhookAllow = hit.URL, []string{"10.0.0.0/8"} }},
		"the node itself":   {"is not public", func(c *Config) { c.Listen, c.Webhook = itself, "http://"+itself+"/metronome.v1.LobbyService/QuickPlay" }},
		"a redirect":        {"redirects are not followed", func(c *Config) { c.Webhook, c.WebhookAllow = redirects.URL, []string{"127.0.0.0/8"} }},
	} {
		n, log := startPosting(t, row.change)
		waitFor(t, what+" is in the log", func() bool { return log.has("outbox target does not take entries") && log.has(row.says) })
		stats := n.outbox.Stats()
		if hits.Load() != 0 || len(stats.Targets) != 1 || stats.Targets[0].Delivered != 0 || stats.Waiting != 1 {
			t.Errorf("%s: reached %d times, %+v", what, hits.Load(), stats)
		}
		if rooms := n.rooms.List(); len(rooms) > 2 {
			t.Errorf("%s: %d rooms", what, len(rooms))
		}
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	}
}

// TestAWebhookThatHangsHoldsNobodyUp has fifty players see a second of ticks, and a
// match be made and ended, while the receiver of a result does not answer.
func TestAWebhookThatHangsHoldsNobodyUp(t *testing.T) {
	asked, over := make(chan string, 16), make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get(outbox.HeaderID)
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(over); hangs.Close() })
	n, _ := startPosting(t, func(c *Config) { c.Webhook, c.WebhookAllow = hangs.URL, []string{"127.0.0.0/8"} })
	<-asked // and is not answered
	var wait sync.WaitGroup
	for i := range 50 {
		p := join(t, n, fmt.Sprint("ffa?name=p", i))
		wait.Go(func() {
			for until := p.mirror.Tick().Add(30); p.mirror.Tick() < until; {
				if err := p.next(); err != nil {
					t.Errorf("player %d: %v", i, err)
					return
				}
			}
		})
	}
	wait.Wait()
	if stats := n.outbox.Stats(); stats.Waiting != 1 || stats.Targets[0].Delivered != 0 {
		t.Errorf("meanwhile: %+v", stats)
	}
}
