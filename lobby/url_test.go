package lobby

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/metronome-server/metronome/internal/redistest"
)

func TestNewClient(t *testing.T) {
	for raw, kind := range map[string]string{
		"redis://h:1":                         "single",
		"redis://user:pa%2Fss@h:1/2":          "single",
		"rediss://h":                          "tls",
		"unix:///tmp/s.sock":                  "single",
		"redis://h:1?master_name=m&addr=g:2":  "sentinel",
		"redis://h:1?cluster=true":            "cluster",
		"redis://h:1?addr=g:2":                "cluster",
		"redis://h:1?cluster=false":           "single",
		"http://h:1":                          "",
		"redis://h:1/x":                       "",
		"redis://h:1?no_such_option=1":        "",
		"redis://u:secret@h:port":             "",
		"redis://u:sec/ret@h:1":               "",
		"redis://u:secret@h:1?cluster=true&x": "",
		"://":                                 "",
	} {
		c, err := newClient(raw, time.Second)
		if (err == nil) != (kind != "") {
			t.Errorf("%s: %v", raw, err)
		}
		if err != nil {
			if !errors.Is(err, ErrInvalid) || strings.Contains(err.Error(), "sec") {
				t.Errorf("%s: %v", raw, err)
			}
			continue
		}
		if got := kindOf(c); got != kind {
			t.Errorf("%s is %s, want %s", raw, got, kind)
		}
		must(t, c.Close())
	}
}

func kindOf(c redis.UniversalClient) string {
	switch c := c.(type) {
	case *redis.ClusterClient:
		return "cluster"
	case *redis.Client:
		if c.Options().TLSConfig != nil {
			return "tls"
		}
		if c.Options().Addr == "FailoverClient" {
			return "sentinel"
		}
	}
	return "single"
}

func TestRedact(t *testing.T) {
	for raw, want := range map[string]string{
		"":                            "embedded",
		"redis://h:1/2":               "redis://h:1/2",
		"redis://user:secret@h:1":     "redis://user:xxxxx@h:1",
		"redis://:secret@h:1":         "redis://:xxxxx@h:1",
		"redis://h?password=secret":   "redis://h?password=xxxxx",
		"redis://u:secret@h:port":     "redis",
		"redis://h?a=1&password=s&b=": "redis://h?a=1&b=&password=xxxxx",
	} {
		if got := redact(raw); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}

func TestOpenWithoutRedisSaysWhatToDo(t *testing.T) {
	port := redistest.FreePort(t)
	_, err := Open(t.Context(), Config{URL: "redis://user:secret@127.0.0.1:" + strconv.Itoa(port)})
	if !errors.Is(err, ErrUnavailable) {
		t.Fatalf("err %v", err)
	}
	for _, want := range []string{"redis://user:xxxxx@127.0.0.1:" + strconv.Itoa(port), "refused", "start it", "embedded"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the password is in %q", err)
	}
}

// A server that takes connections and never answers: the question ends at its
// deadline, not at the client's own five seconds.
func TestSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			defer io.Copy(io.Discard, c)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err = Open(ctx, Config{URL: "redis://" + l.Addr().String()})
	if !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
		t.Errorf("err %v", err)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("took %v", took)
	}
	l.Close()
	<-done
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
