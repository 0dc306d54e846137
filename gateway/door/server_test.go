package door

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/metronome-server/metronome/netproto"
)

// serve starts a server on a port of its own and returns its address.
func serve(t *testing.T, server *http.Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return listener.Addr().String()
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn.(*net.TCPConn)
}

func newTestServer() *http.Server {
	return NewHTTPServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
}

// TestSlowHandshake opens connections that never finish their request: one says
// nothing at all, one stops before the last line.
func TestSlowHandshake(t *testing.T) {
	server := newTestServer()
	if server.ReadHeaderTimeout != netproto.HandshakeTimeout {
		t.Error("a handshake may take any time")
	}
	server.ReadHeaderTimeout = 50 * time.Millisecond
	address := serve(t, server)
	for _, part := range []string{"", "GET /rooms/1 HTTP/1.1\r\nHost: localhost\r\n"} {
		conn := dial(t, address)
		_, _ = io.WriteString(conn, part)
		if _, err := io.ReadAll(conn); err != nil { // the server ends it
			t.Errorf("after %d bytes of a request: %v", len(part), err)
		}
	}
}

func TestEndlessHeader(t *testing.T) {
	conn := dial(t, serve(t, newTestServer()))
	sent := make(chan int)
	go func() {
		n, err := io.WriteString(conn, "GET / HTTP/1.1\r\n")
		for line := "X: " + strings.Repeat("x", 1000) + "\r\n"; err == nil && n < 1<<20; n += len(line) {
			_, err = io.WriteString(conn, line)
		}
		sent <- n
	}()
	answer, _ := io.ReadAll(conn)
	if n := <-sent; !bytes.Contains(answer, []byte("431 ")) {
		t.Errorf("answer to a header of %d bytes: %.60q", n, answer)
	}
}
