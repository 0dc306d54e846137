package door

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"
)

func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for late := time.After(10 * time.Second); !condition(); {
		select {
		case <-late:
			t.Fatal("waited in vain: " + what)
		case <-time.After(time.Millisecond):
		}
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	c := NewConnections(2, 0, nil, slog.New(slog.DiscardHandler))
	server := newTestServer()
	c.Watch(server)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(c.Listener(listener, true)) }()
	defer server.Close()
	address := listener.Addr().String()
	first, _ := dial(t, address), dial(t, address)
	waitFor(t, "two are open", func() bool { return c.Open() == 2 })
	third := dial(t, address)
	if answer, err := io.ReadAll(third); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 503") || !strings.Contains(string(answer), "Retry-After: ") {
		t.Errorf("%q, %v", answer, err)
	}
	if c.Full.Load() != 1 {
		t.Errorf("%d refused", c.Full.Load())
	}
	_ = first.Close()
	waitFor(t, "one has gone", func() bool { return c.Open() == 1 })
	fourth := dial(t, address)
	_, _ = io.WriteString(fourth, "GET / HTTP/1.0\r\n\r\n")
	if answer, err := io.ReadAll(fourth); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.0 404") {
		t.Errorf("%q, %v", answer, err)
	}
}

func tcpAddr(text string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(text)) }

func TestConnectionsOfAnAddress(t *testing.T) {
	proxies, _ := ParseProxies([]string{"10.0.0.1"})
	c := NewConnections(0, 2, proxies, slog.New(slog.DiscardHandler))
	for _, row := range []struct {
		remote string
		ok     bool
	}{
		{"203.0.113.9:1", true}, {"203.0.113.9:2", true}, {"203.0.113.9:3", false}, {"203.0.113.10:1", true},
		{"[2001:db8::1]:1", true}, {"[2001:db8::2]:1", true}, {"[2001:db8::3]:1", false},
		{"127.0.0.1:1", true}, {"127.0.0.1:2", true}, {"127.0.0.1:3", true},
		{"10.0.0.1:1", true}, {"10.0.0.1:2", true}, {"10.0.0.1:3", true},
	} {
		if ok := c.take(tcpAddr(row.remote)); ok != row.ok {
			t.Errorf("%s: %v", row.remote, ok)
		}
	}
	c.Closed(tcpAddr("203.0.113.9:1"))
	c.Closed(tcpAddr("203.0.113.9:1"))
	if !c.take(tcpAddr("203.0.113.9:4")) || c.take(tcpAddr("203.0.113.9:5")) || c.Crowded.Load() != 3 {
		t.Errorf("after one was closed: %d refused", c.Crowded.Load())
	}
}

// failing is a listener that the system gives nothing.
type failing struct{ net.Listener }

func (failing) Accept() (net.Conn, error) {
	return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
}

func TestLackOfDescriptorsIsTold(t *testing.T) {
	var log bytes.Buffer
	c := NewConnections(0, 0, nil, slog.New(slog.NewTextHandler(&log, nil)))
	l := c.Listener(failing{}, true)
	for range 5 {
		if _, err := l.Accept(); !errors.Is(err, syscall.EMFILE) {
			t.Fatal(err)
		}
	}
	if c.Starved.Load() != 5 || strings.Count(log.String(), "level=WARN") != 1 || !strings.Contains(log.String(), "descriptors") {
		t.Errorf("%d, %s", c.Starved.Load(), &log)
	}
}
