package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"github.com/metronome-server/metronome/internal/wsframe"
	"github.com/metronome-server/metronome/netproto"
)

// serve answers HTTP until the test ends and returns a room URL there.
func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL + "/rooms/den"
}

func TestRefusals(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 429, 503} {
		room := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "because", status) })
		_, err := Dial(t.Context(), room, Options{})
		var refused *RefusedError
		if !errors.As(err, &refused) || refused.Status != status || refused.Reason != "because" {
			t.Errorf("%d: %v", status, err)
		}
	}
	long := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, strings.Repeat("x", 1<<20))
	})
	_, err := Dial(t.Context(), long, Options{})
	var refused *RefusedError
	if !errors.As(err, &refused) || len(refused.Reason) != maxReason {
		t.Errorf("a long reason: %.100v", err)
	}
}

func TestServersThatAreNone(t *testing.T) {
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	nobody.Close()
	for name, room := range map[string]string{
		"nobody there": "ws://" + nobody.Addr().String() + "/rooms/den",
		"no upgrade":   serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }),
		"other protocol": serve(t, func(w http.ResponseWriter, r *http.Request) {
			raw(w, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n")
		}),
		"endless head": serve(t, func(w http.ResponseWriter, r *http.Request) {
			raw(w, "HTTP/1.1 101 Switching Protocols\r\nX: "+strings.Repeat("y", 2*maxHead))
		}),
		"silence behind half a head": serve(t, func(w http.ResponseWriter, r *http.Request) { raw(w, "HTTP/1.1 101 ") }),
	} {
		if c, err := Dial(t.Context(), room, Options{Timeout: 2 * time.Second}); err == nil {
			t.Errorf("%s: %v", name, c)
		}
	}
}

// raw writes past net/http and closes.
func raw(w http.ResponseWriter, text string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		io.WriteString(conn, text)
		conn.Close()
	}
}

// TestDialEnds when the server never answers: at the timeout, and with ctx.
func TestDialEnds(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer listener.Close()
	room := "ws://" + listener.Addr().String() + "/rooms/den"
	if _, err := Dial(t.Context(), room, Options{Timeout: 20 * time.Millisecond}); err == nil {
		t.Error("entered a room that never answered")
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = Dial(ctx, room, Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		defer cancel()
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}})
	if err == nil {
		t.Error("entered a room after ctx had ended")
	}
}

// TestNothingIsLostBehindTheHandshake has the server send frames together with
// its answer, in pieces of every size.
func TestNothingIsLostBehindTheHandshake(t *testing.T) {
	frame := unmasked(wsframe.Binary, []byte("first"))
	upgrader := gws.NewUpgrader(gws.BuiltinEventHandler{}, &gws.ServerOption{SubProtocols: []string{netproto.Subprotocol}})
	for piece := 1; piece < 400; piece += 37 {
		room := serve(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			together := &pieces{Conn: conn, behind: frame, size: piece}
			if _, err := upgrader.UpgradeFromConn(together, nil, r); err != nil {
				t.Error(err)
			}
			io.Copy(io.Discard, conn)
		})
		end, err := open(t.Context(), room, Options{})
		check(t, err)
		got := end.early
		for len(got) < len(frame) {
			var b [64]byte
			n, err := end.conn.Read(b[:])
			check(t, err)
			got = append(got, b[:n]...)
		}
		if !bytes.Equal(got, frame) {
			t.Errorf("in pieces of %d: % x", piece, got)
		}
		end.conn.Close()
	}
}

// pieces writes in small pieces, and something more behind the first answer.
type pieces struct {
	net.Conn
	behind []byte
	size   int
}

func (p *pieces) Write(b []byte) (int, error) {
	all := append(bytes.Clone(b), p.behind...)
	p.behind = nil
	for len(all) > 0 {
		n := min(p.size, len(all))
		if _, err := p.Conn.Write(all[:n]); err != nil {
			return 0, err
		}
		all = all[n:]
	}
	return len(b), nil
}
