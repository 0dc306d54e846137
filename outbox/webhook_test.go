package outbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// webhook makes one that may send to this machine.
func webhook(t testing.TB, url string, secrets ...[]byte) *Webhook {
	t.Helper()
	if secrets == nil {
		secrets = [][]byte{newSecret}
	}
	w, err := NewWebhook(WebhookConfig{URL: url, Secrets: secrets, Allow: loopback})
	must(t, err)
	t.Cleanup(w.Close)
	return w
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// Both secrets of a rotation verify what arrives, which is the entry's message.
func TestWebhookSigns(t *testing.T) {
	e := effect("a", 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/hook" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s, %v, %v", r.Method, r.URL, r.Header, err)
		}
		for _, secret := range [][]byte{newSecret, oldSecret} {
			if err := Verify(secret, r.Header, body, time.Now()); err != nil {
				t.Error(err)
			}
		}
		if err := Verify(newSecret, r.Header, append(body, ' '), time.Now()); err == nil {
			t.Error("another body is as good")
		}
		if !bytes.Equal(body, e.Body) || r.Header.Get(HeaderID) != e.ID {
			t.Errorf("%q under %q", body, r.Header.Get(HeaderID))
		}
		w.WriteHeader(http.StatusNoContent)
	})
	must(t, webhook(t, s.URL+"/hook", newSecret, oldSecret).Deliver(t.Context(), &e))
}

func TestAnswers(t *testing.T) {
	var code int
	var after string
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(code)
		if code != 204 && code != 304 {
			fmt.Fprintf(w, "no\nsuch \x1b[31mitem")
		}
	})
	w, e := webhook(t, s.URL), effect("a", 0)
	for _, c := range []struct {
		code          int
		after         string
		good, refused bool
		later         time.Duration
	}{
		{200, "", true, false, 0}, {204, "", true, false, 0}, {299, "", true, false, 0},
		{301, "", false, false, 0}, {304, "", false, false, 0}, {307, "", false, false, 0},
		{400, "", false, true, 0}, {401, "", false, true, 0}, {404, "7", false, true, 0}, {410, "", false, true, 0}, {422, "", false, true, 0}, {499, "", false, true, 0},
		{408, "", false, false, 0}, {425, "", false, false, 0}, {429, "", false, false, 0}, {429, "7", false, false, 7 * time.Second},
		{500, "", false, false, 0}, {503, "9", false, false, 9 * time.Second}, {503, "soon", false, false, 0}, {503, "-4", false, false, 0},
		{503, "99999999999", false, false, 24 * time.Hour}, {599, "", false, false, 0},
	} {
		code, after = c.code, c.after
		err := w.Deliver(t.Context(), &e)
		var later *Later
		asked := time.Duration(0)
		if errors.As(err, &later) {
			asked = later.After
		}
		if (err == nil) != c.good || errors.Is(err, ErrRefused) != c.refused || asked != c.later {
			t.Errorf("%d %q: %v", c.code, c.after, err)
		}
		if err != nil && (strings.Contains(err.Error(), "\x1b") || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), fmt.Sprint(c.code))) {
			t.Errorf("%d says %q", c.code, err)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	hit := false
	other := serve(t, func(http.ResponseWriter, *http.Request) { hit = true })
	for _, code := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, code) })
		e := effect("a", 0)
		if err := webhook(t, s.URL).Deliver(t.Context(), &e); err == nil || errors.Is(err, ErrRefused) || hit {
			t.Errorf("%d: %v, followed: %v", code, err, hit)
		}
	}
}

// Private addresses are refused, also behind a name, unless they are allowed.
func TestPrivateReceiversAreRefused(t *testing.T) {
	hit := false
	s := serve(t, func(http.ResponseWriter, *http.Request) { hit = true })
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	e := effect("a", 0)
	for _, url := range []string{s.URL, "http://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://0.0.0.0:" + port, "http://169.254.169.254/latest/meta-data"} {
		w, err := NewWebhook(WebhookConfig{URL: url, Secrets: [][]byte{newSecret}, Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
		must(t, err)
		if err := w.Deliver(t.Context(), &e); !errors.Is(err, ErrAddress) || errors.Is(err, ErrRefused) || hit {
			t.Errorf("%s: %v, reached: %v", url, err, hit)
		}
		w.Close()
	}
	must(t, webhook(t, s.URL).Deliver(t.Context(), &e))
	if !hit {
		t.Error("allowed, and not reached")
	}
}

func TestPublicAddresses(t *testing.T) {
	for list, want := range map[string]bool{
		"8.8.8.8 1.1.1.1 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.167.255.255 223.255.255.255 " +
			"2606:4700::1111 2a00:1450::1 64:ff9b::8.8.8.8 ::ffff:8.8.8.8 2003::1": true,
		"0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.255 168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 " +
			"192.0.0.170 192.168.1.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 " +
			":: ::1 ::7f00:1 ::ffff:10.0.0.1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd00:ec2::254 ff02::1 " +
			"64:ff9b::10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2001::1 2001:db8::1 2002:a00:1::1 3fff::1 100::1 4000::1": false,
	} {
		for s := range strings.FieldsSeq(list) {
			if got := public(netip.MustParseAddr(s)); got != want {
				t.Errorf("%s is public: %v", s, got)
			}
		}
	}
	if err := guard(nil)("tcp", "no address", nil); !errors.Is(err, ErrAddress) {
		t.Error(err)
	}
	if public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

// A receiver that does not answer, or does so without end, holds nobody for longer
// than an attempt may take.
func TestHostileReceivers(t *testing.T) {
	e := effect("a", 0)
	for what, c := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		within time.Duration
		good   bool
	}{
		"no answer": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, time.Second / 10, false},
		"an endless body": {func(w http.ResponseWriter, r *http.Request) {
			junk := make([]byte, 64<<10)
			for r.Context().Err() == nil {
				if _, err := w.Write(junk); err != nil {
					return
				}
			}
		}, time.Minute, true},
		"half a body": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, "a")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, time.Second, true},
		"a large header": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 2*maxAnswerHeader))
		}, time.Minute, false},
		"a dropped connection": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, time.Minute, false},
	} {
		t.Run(what, func(t *testing.T) {
			s := serve(t, c.answer)
			ctx, cancel := context.WithTimeout(t.Context(), c.within)
			defer cancel()
			if err := webhook(t, s.URL).Deliver(ctx, &e); (err == nil) != c.good || errors.Is(err, ErrRefused) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestLargestMessage(t *testing.T) {
	got := 0
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = len(body)
		if err := Verify(newSecret, r.Header, body, time.Now()); err != nil {
			t.Error(err)
		}
	})
	e := effect("a", 0)
	e.Body = bytes.Repeat([]byte("x"), MaxBody)
	must(t, webhook(t, s.URL).Deliver(t.Context(), &e))
	if got != MaxBody {
		t.Errorf("%d bytes arrived", got)
	}
}

// Receivers are known by their certificates.
func TestWebhookOverTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	e := effect("a", 0)
	w := webhook(t, s.URL)
	if err := w.Deliver(t.Context(), &e); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("a certificate of nobody's: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	w = webhook(t, s.URL)
	w.client.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: roots}
	must(t, w.Deliver(t.Context(), &e))
}

// TestWebhookEndToEnd has a receiver fail at first, while many rooms put entries
// into an outbox on disk, which is closed and opened in the middle.
func TestWebhookEndToEnd(t *testing.T) {
	const rooms, each = 20, 25
	var mu sync.Mutex
	got, failed := map[string][]string{}, map[string]int{}
	half, all := make(chan bool), make(chan bool)
	arrived := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		id := r.Header.Get(HeaderID)
		if Verify(newSecret, r.Header, body, time.Now()) != nil {
			t.Error("not signed")
		}
		if failed[id]++; failed[id] <= len(id)%3 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		room, _, _ := strings.Cut(id, "/")
		got[room] = append(got[room], id)
		if arrived++; arrived == rooms*each/2 {
			close(half)
		} else if arrived == rooms*each {
			close(all)
		}
	})
	cfg := Config{Dir: t.TempDir(), Targets: []Target{{Name: "web", Receiver: webhook(t, s.URL), RetryFirst: time.Microsecond, RetryMost: time.Millisecond}}}
	o := open(t, cfg)
	for n := range each {
		for room := range rooms {
			o.Put(effect(fmt.Sprint("room", room), n))
		}
	}
	<-half
	must(t, o.Close(t.Context()))
	o = open(t, cfg)
	<-all
	must(t, o.Close(t.Context()))
	mu.Lock()
	defer mu.Unlock()
	for room := range rooms {
		name := fmt.Sprint("room", room)
		same(t, got[name], numbered(name, 0, each))
	}
}

func TestWebhookConfig(t *testing.T) {
	good := WebhookConfig{URL: "https://example.com/a?b=c", Secrets: [][]byte{newSecret}}
	must(t, good.Validate())
	two := good
	two.Secrets = [][]byte{newSecret, oldSecret}
	must(t, two.Validate())
	for what, change := range map[string]func(*WebhookConfig){
		"no URL":        func(c *WebhookConfig) { c.URL = "" },
		"another":       func(c *WebhookConfig) { c.URL = "ftp://example.com" },
		"a file":        func(c *WebhookConfig) { c.URL = "file:///etc/passwd" },
		"no host":       func(c *WebhookConfig) { c.URL = "https:///path" },
		"a port only":   func(c *WebhookConfig) { c.URL = "https://:80" },
		"a user":        func(c *WebhookConfig) { c.URL = "https://me:secret@example.com" },
		"a fragment":    func(c *WebhookConfig) { c.URL = "https://example.com/#a" },
		"long":          func(c *WebhookConfig) { c.URL = "https://example.com/" + strings.Repeat("a", maxURL) },
		"no secret":     func(c *WebhookConfig) { c.Secrets = nil },
		"three secrets": func(c *WebhookConfig) { c.Secrets = [][]byte{newSecret, newSecret, newSecret} },
		"a short one":   func(c *WebhookConfig) { c.Secrets = [][]byte{newSecret, newSecret[:minSecret-1]} },
		"parallel":      func(c *WebhookConfig) { c.Parallel = -1 },
	} {
		c := good
		change(&c)
		if _, err := NewWebhook(c); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		} else if strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s tells the secret: %v", what, err)
		}
	}
}
