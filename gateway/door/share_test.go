package door

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// counted serves a share over a real socket and counts what reaches its handler.
type counted struct {
	address       string
	share         *Share
	calls, atOnce atomic.Int64
	most          atomic.Int64
	read          atomic.Int64 // bytes that the server has taken from its sockets
	hold          chan struct{}
}

const maxBody = 1 << 10

func newCounted(t *testing.T, l *Limit) *counted {
	t.Helper()
	c := &counted{share: NewShare("test", l, nil), hold: make(chan struct{})}
	close(c.hold)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := c.atOnce.Add(1)
		defer c.atOnce.Add(-1)
		for most := c.most.Load(); now > most && !c.most.CompareAndSwap(most, now); most = c.most.Load() {
		}
		c.calls.Add(1)
		<-c.hold
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%d bytes", len(body))
	})
	server := NewHTTPServer(Proxies(nil).Identify(c.share.Brief(maxBody, handler)), slog.New(slog.DiscardHandler))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.address = listener.Addr().String()
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(countingListener{listener, &c.read}) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return c
}

type countingListener struct {
	net.Listener
	read *atomic.Int64
}

func (l countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return countingConn{conn, l.read}, err
}

type countingConn struct {
	net.Conn
	read *atomic.Int64
}

func (c countingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read.Add(int64(n))
	return n, err
}

// ask sends a whole request and returns the answer and its body.
func (c *counted) ask(t *testing.T, header string, body []byte) (*http.Response, string) {
	t.Helper()
	conn := dial(t, c.address)
	defer conn.Close()
	go func() {
		_, _ = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\n%s\r\n", header)
		_, _ = conn.Write(body)
	}()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

func length(n int) string { return fmt.Sprintf("Content-Length: %d\r\n", n) }

// TestBodiesAreRefusedUnread: what is too long, compressed or over the rate costs
// a header, not a body.
func TestBodiesAreRefusedUnread(t *testing.T) {
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	_, _ = w.Write(make([]byte, 1<<20))
	_ = w.Close()
	const large = 32 << 20
	for _, row := range []struct {
		name, header string
		body         []byte
		spent        bool
		status       int
	}{
		{"announced too long", length(large), make([]byte, large), false, 413},
		{"compressed", "Content-Encoding: gzip\r\n" + length(bomb.Len()), bomb.Bytes(), false, 415},
		{"over the rate", length(maxBody), make([]byte, maxBody), true, 503},
		{"chunks without end", "Transfer-Encoding: chunked\r\n", bytes.Repeat([]byte("400\r\n"+strings.Repeat("x", 1024)+"\r\n"), large>>10), false, 413},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l := &Limit{InAll: Rate{PerSecond: 0.01, Burst: 1}}
			c := newCounted(t, l)
			if row.spent {
				l.Take(Caller{})
			}
			answer, text := c.ask(t, row.header, row.body)
			if answer.StatusCode != row.status || text == "" || !answer.Close {
				t.Errorf("%s %q", answer.Status, text)
			}
			if row.status == 503 && answer.Header.Get("Retry-After") == "" {
				t.Error("it does not say when to come back")
			}
			if c.calls.Load() != 0 || c.read.Load() > 64<<10 {
				t.Errorf("%d calls, %d bytes read", c.calls.Load(), c.read.Load())
			}
		})
	}
}

// TestFewAtATime: however many ask at once, a share works on few.
func TestFewAtATime(t *testing.T) {
	c := newCounted(t, &Limit{})
	c.hold = make(chan struct{})
	var asking sync.WaitGroup
	var served atomic.Int64
	const callers = 20
	for range callers {
		asking.Go(func() {
			if answer, text := c.ask(t, length(5), []byte("hello")); answer.StatusCode == 200 && text == "5 bytes" {
				served.Add(1)
			}
		})
	}
	for late := time.After(10 * time.Second); c.share.Served.Load() < callers; {
		select {
		case <-late:
			t.Fatal("they do not come")
		case <-time.After(time.Millisecond):
		}
	}
	if now := c.atOnce.Load(); now > int64(slotCount()) {
		t.Errorf("%d at once", now)
	}
	close(c.hold)
	asking.Wait()
	if served.Load() != callers || c.most.Load() > int64(slotCount()) {
		t.Errorf("%d of %d served, %d at once", served.Load(), callers, c.most.Load())
	}
}

// TestSlowBodiesHoldNoSlot: bodies that do not come keep nobody from being served.
func TestSlowBodiesHoldNoSlot(t *testing.T) {
	c := newCounted(t, &Limit{})
	for range 4 * slotCount() {
		conn := dial(t, c.address)
		_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n"+length(100)+"\r\nx")
	}
	for late := time.After(10 * time.Second); c.share.Served.Load() < uint64(4*slotCount()); {
		select {
		case <-late:
			t.Fatal("they do not come")
		case <-time.After(time.Millisecond):
		}
	}
	if answer, text := c.ask(t, length(5), []byte("hello")); answer.StatusCode != 200 || text != "5 bytes" {
		t.Errorf("%s %q", answer.Status, text)
	}
}

// TestRefusalsAreHeldBack counts how often a caller who never waits is answered.
func TestRefusalsAreHeldBack(t *testing.T) {
	c := newCounted(t, &Limit{InAll: Rate{PerSecond: 0.001, Burst: 1}})
	ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
	defer cancel()
	conn := dial(t, c.address)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	in, refused := bufio.NewReader(conn), 0
	for {
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			break
		}
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			break
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != 200 {
			refused++
		}
	}
	if refused > 3 {
		t.Errorf("refused %d times in %v", refused, 2500*time.Millisecond)
	}
}

// TestStopDoesNotWaitForBodies: a stop is over although bodies are missing.
func TestStopDoesNotWaitForBodies(t *testing.T) {
	server := NewHTTPServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }), slog.New(slog.DiscardHandler))
	server.ReadTimeout = time.Hour
	address := serve(t, server)
	stuck := dial(t, address)
	_, _ = io.WriteString(stuck, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"+length(100)+"\r\n")
	if line, err := bufio.NewReader(stuck).ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("%q, %v", line, err)
	}
	if !StopServer(server) {
		t.Error("nothing had to be cut off")
	}
	if _, err := io.ReadAll(stuck); err == nil {
		t.Log("closed in order")
	}
}
